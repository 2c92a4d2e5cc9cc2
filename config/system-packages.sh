#!/bin/sh
# Installs Debian packages that are missing, where apt and root (or sudo without a question) are at hand.
# With CI=true a package that can't be installed is a failure; elsewhere a note, and the tests say what they skip.
set -eu

missing=
for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then sudo=; else sudo='sudo -n'; fi
if command -v apt-get >/dev/null && { [ -z "$sudo" ] || $sudo true 2>/dev/null; }; then
    echo "Installing$missing"
    # shellcheck disable=SC2086  # the words are package names
    if $sudo apt-get update -qq && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null; then
        exit 0
    fi
fi
echo "Not installed, and not to be installed here:$missing" >&2
[ "${CI:-}" != true ]

"""Moodle's way to write which addresses a token may be used from; rules without I/O.

Parts separated by commas: `192.0.2.0/24`, a range of the last group `192.0.2.5-20`, or the beginning of an
address `192.0.2`; the same for IPv6. A part that is none of these lets nobody in. Source: `address_in_subnet` in
Moodle 4.5's `lib/moodlelib.php`.
"""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network

from app.auth.addresses import Address


def allowed(address: Address | None, restriction: str) -> bool:
    """Say whether an address may be used; an empty restriction allows every one, also one that is not known."""
    parts = [part.strip() for part in restriction.split(",")]
    if not any(parts):
        return True
    return address is not None and any(_matches(address, part) for part in parts if part)


def _matches(address: Address, part: str) -> bool:
    try:
        if "/" in part:
            return address in ip_network(part.replace(" ", ""), strict=False)
        if "-" in part:
            return _in_range(address, part)
        return _begins(address, part)
    except ValueError:
        return False


def _in_range(address: Address, part: str) -> bool:
    first, last = (text.strip() for text in part.split("-"))
    begin = ip_address(first)
    if begin.version == 4:
        end = ip_address(f"{first.rpartition('.')[0]}.{last}")
    else:
        end = ip_address(f"{begin.exploded.rpartition(':')[0]}:{last}")
    return address.version == begin.version and int(begin) <= int(address) <= int(end)


def _begins(address: Address, part: str) -> bool:
    """Compare whole groups: `192.0.2` is not the beginning of 192.0.20.1."""
    try:
        return address == ip_address(part)
    except ValueError:
        separator, base = (":", 16) if ":" in part else (".", 10)
    groups = part.removesuffix(separator).split(separator)
    shape = "[0-9a-fA-F]{1,4}" if base == 16 else "[0-9]{1,3}"
    if (separator == ":") != (address.version == 6) or not all(re.fullmatch(shape, group) for group in groups):
        return False
    own = [int(group, base) for group in address.exploded.split(separator)]
    return len(groups) < len(own) and [int(group, base) for group in groups] == own[: len(groups)]

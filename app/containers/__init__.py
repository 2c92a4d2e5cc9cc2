"""Docker and Podman on other hosts, over SSH."""

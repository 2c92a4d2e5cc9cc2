"""Where a request comes from, behind reverse proxies or not."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


@lru_cache(maxsize=1024)
def parse_address(text: str) -> Address | None:
    """Return an address, an IPv4 one also where it is written as `::ffff:192.0.2.1`; None if it is none."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def within(address: Address | None, networks: Sequence[Network]) -> bool:
    """Say whether the address lies in one of the networks."""
    return address is not None and any(address in network for network in networks)


def client_address(peer: str, forwarded: Sequence[str], trusted: Sequence[Network]) -> Address | None:
    """Return the address of the client.

    :param peer: who opened the connection.
    :param forwarded: the values of X-Forwarded-For, as the headers came. Only what trusted proxies
        wrote counts, so it is read from its end, up to the first address that is not theirs.
    :param trusted: the networks of those proxies.
    """
    address = parse_address(peer)
    hops = [hop for value in forwarded for hop in value.split(",")]
    while hops and within(address, trusted):
        address = parse_address(hops.pop())
    return address

"""Where a request comes from."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.auth.addresses import client_address, parse_address, within

TRUSTED = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]
CLIENT = "192.0.2.7"


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        (CLIENT, [], CLIENT),
        (CLIENT, ["198.51.100.1"], CLIENT),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", [CLIENT], CLIENT),
        ("fd00::1", [CLIENT], CLIENT),
        ("::ffff:10.0.0.1", [f"::ffff:{CLIENT}"], CLIENT),
        ("10.0.0.1", [f" {CLIENT} , 10.0.0.2"], CLIENT),
        ("10.0.0.1", [CLIENT, "10.0.0.2"], CLIENT),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", [f"10.0.0.9, {CLIENT}"], CLIENT),
        ("10.0.0.1", [f"198.51.100.1, {CLIENT}"], CLIENT),
        ("10.0.0.1", ["198.51.100.1", CLIENT], CLIENT),
    ],
)
def test_only_what_trusted_proxies_wrote_counts(peer: str, forwarded: list[str], expected: str) -> None:
    assert client_address(peer, forwarded, TRUSTED) == ip_address(expected)


@pytest.mark.parametrize("hop", ["", "unknown", "192.0.2.7:1234", "_hidden", "192.0.2", "0xC0000207"])
def test_what_is_no_address_is_unknown_and_nothing_before_it_counts(hop: str) -> None:
    assert client_address("10.0.0.1", [f"{CLIENT}, {hop}"], TRUSTED) is None
    assert client_address(hop, [CLIENT], TRUSTED) is None


def test_an_unknown_address_lies_in_no_network() -> None:
    assert not within(None, [ip_network("0.0.0.0/0"), ip_network("::/0")])


def test_an_address_lies_in_networks_of_its_own_kind() -> None:
    assert within(parse_address(CLIENT), [ip_network("::/0"), ip_network("192.0.2.0/24")])
    assert not within(parse_address(CLIENT), [ip_network("::/0")])
    assert not within(parse_address(CLIENT), [])


@given(st.lists(st.text()))
def test_no_header_of_a_stranger_changes_anything(forwarded: list[str]) -> None:
    assert client_address(CLIENT, forwarded, TRUSTED) == ip_address(CLIENT)


@given(st.lists(st.text()))
def test_no_header_before_a_trusted_proxys_changes_anything(forwarded: list[str]) -> None:
    assert client_address("10.0.0.1", [*forwarded, CLIENT], TRUSTED) == ip_address(CLIENT)

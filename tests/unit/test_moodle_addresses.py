"""Moodle's way to restrict addresses."""

from __future__ import annotations

import pytest

from app.auth.addresses import parse_address
from app.moodle.addresses import allowed

CASES = [
    ("192.0.2.7", "", True),
    ("192.0.2.7", " , ", True),
    ("192.0.2.7", "192.0.2.7", True),
    ("192.0.2.7", "192.0.2.8", False),
    ("192.0.2.7", "192.0.2.0/24", True),
    ("192.0.2.7", "192.0.2.200/24", True),
    ("192.0.3.7", "192.0.2.0/24", False),
    ("192.0.2.7", "192.0.2.5-20", True),
    ("192.0.2.4", "192.0.2.5-20", False),
    ("192.0.2.21", "192.0.2.5 - 20", False),
    ("192.0.2.7", "192.0.2.5-300", False),
    ("192.0.2.7", "192.0.2", True),
    ("192.0.2.7", "192.0.2.", True),
    ("192.0.20.7", "192.0.2", False),
    ("192.0.2.7", "192", True),
    ("192.0.2.7", "10.0.0.1, 192.0.", True),
    ("192.0.2.7", "2001:db8::/32", False),
    ("192.0.2.7", "192.0.2.0/33", False),
    ("192.0.2.7", "nonsense, *, -, /", False),
    ("2001:db8::5", "2001:db8::/32", True),
    ("2001:db8::5", "2001:DB8:0:0:0:0:0:5", True),
    ("2001:db8::5", "2001:db8::1-a", True),
    ("2001:db8::b", "2001:db8::1-a", False),
    ("2001:db8::5", "2001:db8", True),
    ("2001:db8::5", "2001:db8:", True),
    ("2001:db80::5", "2001:db8", False),
    ("::ffff:192.0.2.7", "192.0.2", True),
]


@pytest.mark.parametrize(("address", "restriction", "expected"), CASES)
def test_an_address_is_let_in_as_moodle_would(address: str, restriction: str, expected: bool) -> None:
    assert allowed(parse_address(address), restriction) is expected


def test_an_address_that_is_not_known_is_let_in_only_where_nothing_is_restricted() -> None:
    assert allowed(None, "")
    assert not allowed(None, "0.0.0.0/0")

"""Moodle's script paths."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.protocols.php_paths import REST, XMLRPC, canonical_path

PREFIXES = st.lists(st.sampled_from(["/", "//", "/moodle", "/a/b", "/webservice", REST])).map("".join)


@given(PREFIXES, st.sampled_from([REST, XMLRPC]), st.integers(1, 3))
def test_any_prefix_and_any_slashes_lead_to_the_script(prefix: str, script: str, slashes: int) -> None:
    assert canonical_path(prefix + script.replace("/", "/" * slashes)) == script


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "/health",
        "/api/v1/write_nblogs",
        f"{REST}/",
        f"{REST}x",
        f"/x{REST[1:]}",
        "/webservice/rest/SERVER.PHP",
    ],
)
def test_other_paths_stay(path: str) -> None:
    assert canonical_path(path) == path


def test_slashes_of_other_paths_are_joined() -> None:
    assert canonical_path("//api///v1//x/") == "/api/v1/x/"

"""The tags of a cell."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.nblogs.tags import CellTags, parse_tags

VALUES = st.text(st.characters(exclude_categories=["Cs"])).map(str.strip)
OTHER_TAGS = st.text().filter(lambda tag: tag.partition(":")[0].strip() not in ("filename", "codenum"))


@pytest.mark.parametrize(
    ("text", "filename", "codenum"),
    [
        ("", "", ""),
        ("[]", "", ""),
        ('["filename:Task1.ipynb", "codenum:3"]', "Task1.ipynb", "3"),
        ('["filename: 課題 2.v1.ipynb","codenum:\\t12"]', "課題 2.v1.ipynb", "12"),
        ('["filename:\\u8ab2\\u984c.ipynb"]', "課題.ipynb", ""),
        ('["codenum:1", "codenum:2"]', "", "2"),
        ('["filename:a:b.ipynb"]', "a:b.ipynb", ""),
        ('["filename:R&D <1> \\"x\\".ipynb"]', 'R&D <1> "x".ipynb', ""),
        ('["filename", "codenum", "xfilename:a", "x"]', "", ""),
        ('["filename:a", 5, null, {"codenum:1": 2}, ["codenum:1"]]', "a", ""),
    ],
)
def test_filename_and_codenum_are_read(text: str, filename: str, codenum: str) -> None:
    assert parse_tags(text) == CellTags(filename, codenum)


@pytest.mark.parametrize("text", ['"filename:a"', "5", "null", '{"filename:a": 1}'])
def test_json_that_is_no_array_has_no_tags(text: str) -> None:
    assert parse_tags(text) == CellTags()


@pytest.mark.parametrize(
    "text",
    [
        '["filename: a b.ipynb", "codenum: 4"',
        '"filename:a b.ipynb", "codenum:4" and more',
        '["filename:a b.ipynb", "codenum:4", ' + "[" * 100_000,
    ],
    ids=["cut", "no array", "deep"],
)
def test_text_that_is_no_json_is_searched(text: str) -> None:
    assert parse_tags(text) == CellTags("a b.ipynb", "4")


@given(VALUES, VALUES, st.lists(OTHER_TAGS))
def test_any_value_comes_back(filename: str, codenum: str, others: list[str]) -> None:
    tags = [*others, f"filename: {filename}", *others, f"codenum:{codenum} "]
    for ascii_only in (True, False):
        assert parse_tags(json.dumps(tags, ensure_ascii=ascii_only)) == CellTags(filename, codenum)


@given(st.text())
def test_no_text_is_an_error(text: str) -> None:
    assert isinstance(parse_tags(text).filename, str)
    assert parse_tags(f'["codenum:7", {text!r}').codenum.startswith("7") or "codenum" in text


def test_hostile_tags_take_no_time() -> None:
    began = time.perf_counter()
    assert parse_tags('"filename:' + " " * 65_000) == CellTags()
    assert time.perf_counter() - began < 1

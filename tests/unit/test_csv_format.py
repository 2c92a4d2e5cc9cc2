"""CSV against the csv module alone, on random texts."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from app.activity.csv_format import guard, write_csv
from app.activity.execution import NAMES, Values

# Most texts need nothing, so that pages come that are written in the short way.
texts = st.one_of(
    st.sampled_from(["", "ok", "Task1.ipynb", "学生"]), st.text(max_size=6), st.sampled_from("=+-@'\",\r\n＝")
)
plain = st.sampled_from(["", "ok", "Task1.ipynb", "学生", "a b"])


def rows(text: st.SearchStrategy[str]) -> st.SearchStrategy[Values]:
    times = st.sampled_from([None, "2026-11-23T10:00:00.000000+09:00"])
    return st.tuples(
        st.just("6b1e4f2a-97ab-5c0d-8a51-123456789012"),
        *[st.integers(0, 2**31)] * 3,
        *[text] * 7,
        st.just("ok"),
        *[times] * 2,
        st.one_of(st.none(), st.floats(0, 86_400)),
    )


@given(
    st.lists(
        st.one_of(st.lists(rows(plain), min_size=1, max_size=3), st.lists(rows(texts), min_size=1, max_size=3)),
        max_size=3,
    )
)
def test_it_is_what_the_csv_module_writes(pages: list[list[Values]]) -> None:
    expected = io.StringIO(newline="")
    writer = csv.writer(expected)
    writer.writerow(NAMES)
    writer.writerows([*row[:4], *map(guard, row[4:11]), *row[11:]] for page in pages for row in page)
    assert b"".join(write_csv(pages, bom=False)).decode() == expected.getvalue()

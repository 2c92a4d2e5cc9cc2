"""CSV that no spreadsheet takes for formulas (RFC 4180, UTF-8); no I/O.

A spreadsheet runs a cell that begins with `=`, `+`, `-`, `@`, a tab or CR, or with their full-width forms.
Students choose file names, and so would write into a teacher's spreadsheet. An apostrophe is put in front of
such a text, and of one that begins with an apostrophe: so whoever takes one apostrophe off the front of each
text that begins with one has the text as it was.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from app.activity.execution import NAMES, Values

BOM = "\ufeff"
GUARD = "'"
RISKY = frozenset("=+-@\t\r\n＝＋－＠'")  # the full-width ones are meant
_QUOTED = '",\r\n'
_LINE = ",".join(["%s"] * len(NAMES)) + "\r\n"
# What students and programs choose stands side by side; all other columns are the service's own words and numbers.
_FIRST, _LAST = NAMES.index("session"), NAMES.index("status") + 1


def guard(text: str) -> str:
    """Return a text that no spreadsheet runs."""
    return GUARD + text if text and text[0] in RISKY else text


def unguard(text: str) -> str:
    """Return the text that `guard` was given."""
    return text.removeprefix(GUARD)


def write_csv(pages: Iterable[Sequence[Values]], *, bom: bool) -> Iterator[bytes]:
    """Yield the file: a line of names, then one line for each row; CRLF ends them."""
    head = (BOM if bom else "") + _written([NAMES])
    for page in pages:
        yield (head + (_plain(page) if _is_plain(page) else _written(map(_guarded, page)))).encode()
        head = ""
    if head:  # no rows at all
        yield head.encode()


def _written(rows: Iterable[Sequence[object]]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()


def _is_plain(page: Sequence[Values]) -> bool:
    """Say whether no text of a page needs quotes or an apostrophe."""
    texts = [text for values in page for text in values[_FIRST:_LAST]]
    together = "\x1f".join(texts)
    return RISKY.isdisjoint({text[:1] for text in texts}) and not any(sign in together for sign in _QUOTED)


def _plain(page: Sequence[Values]) -> str:
    """Return what the csv module writes of such a page, in a third of the time."""
    return "".join([_LINE % (_blanked(values) if None in values else values) for values in page])


def _blanked(values: Values) -> Values:
    return tuple("" if value is None else value for value in values)


def _guarded(values: Values) -> Sequence[object]:
    return [*values[:_FIRST], *map(guard, values[_FIRST:_LAST]), *values[_LAST:]]

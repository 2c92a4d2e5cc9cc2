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
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    buffer.write(BOM if bom else "")
    writer.writerow(NAMES)
    for page in pages:
        writer.writerows(map(_guarded, page))
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    if buffer.tell():  # no rows at all
        yield buffer.getvalue().encode()


def _guarded(values: Values) -> Sequence[object]:
    if RISKY.isdisjoint([text[:1] for text in values[_FIRST:_LAST]]):
        return values
    return [*values[:_FIRST], *map(guard, values[_FIRST:_LAST]), *values[_LAST:]]

"""Apache Parquet, by pyarrow, which comes with the extra `parquet`."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo
from typing import Any

from app.activity.execution import FIELDS, Values
from app.errors import NotInstalled

GROUP = 20_000
"""Rows of a row group: they are held in memory until the group is whole."""


class _Outlet:
    """A file that is only written, and hands on what was written to it."""

    closed = False

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._written.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        data = b"".join(self._written)
        self._written.clear()
        return data

    def flush(self) -> None:
        """Do nothing: all is taken in time."""

    def close(self) -> None:
        """Do nothing: there is nothing to give back."""


def load_pyarrow() -> Any:
    """Return pyarrow.

    :raises NotInstalled: it is not there.
    """
    try:
        return importlib.import_module("pyarrow")
    except ImportError:
        raise NotInstalled("Parquet needs pyarrow: install lticontainer[parquet]") from None


def write_parquet(pages: Iterable[Sequence[Values]], zone: tzinfo) -> Iterator[bytes]:
    """Yield the file, a row group at a time.

    :raises NotInstalled: pyarrow is not there; before the first byte.
    """
    arrow = load_pyarrow()
    parquet = importlib.import_module("pyarrow.parquet")
    schema = _schema(arrow, zone)
    outlet = _Outlet()
    with parquet.ParquetWriter(outlet, schema, compression="zstd") as writer:
        for group in _groups(pages):
            columns = zip(zip(*group, strict=True), schema, strict=True)
            arrays = [arrow.array(column, field.type) for column, field in columns]
            writer.write_table(arrow.table(arrays, schema=schema))
            yield outlet.take()
    yield outlet.take()


def _schema(arrow: Any, zone: tzinfo) -> Any:
    kinds = {
        "text": arrow.string(),
        "integer": arrow.int64(),
        "time": arrow.timestamp("us", tz=str(zone)),
        "seconds": arrow.float64(),
    }
    return arrow.schema([arrow.field(f.name, kinds[f.kind], metadata={"description": f.meaning}) for f in FIELDS])


def _groups(pages: Iterable[Sequence[Values]]) -> Iterator[list[Values]]:
    group: list[Values] = []
    for page in pages:
        group += page
        if len(group) >= GROUP:
            yield group
            group = []
    if group:
        yield group

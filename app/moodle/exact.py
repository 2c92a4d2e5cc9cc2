"""Text in Moodle's tables, compared exactly.

Moodle's collations take `a` for `A`, and `e` for `é`. Two sessions or notebooks that differ in that only are two
here. The loose comparison stays beside the exact one, because it is the one that an index serves.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BINARY, ColumnElement, String, and_, cast, type_coerce
from sqlalchemy.sql import operators

_BOTH = (operators.eq, operators.in_op)
_EXACT_ONLY = (operators.ne, operators.not_in_op)


def as_bytes(column: ColumnElement[Any]) -> ColumnElement[str]:
    """Return text as its bytes, for comparisons: no two texts have the same, whatever the collation says."""
    return type_coerce(cast(column, BINARY), String())


class ExactText(String):
    """A column of text whose `==`, `!=`, `in_` and `not_in` compare by code point."""

    cache_ok = True

    class Comparator(String.Comparator[str]):
        """Adds the exact comparison."""

        def operate(self, op: Any, *other: Any, **kwargs: Any) -> Any:
            """Return the comparison, exact where it is one of equality."""
            if op in _EXACT_ONLY:
                return op(as_bytes(self.expr), *other, **kwargs)
            loose = super().operate(op, *other, **kwargs)
            if op in _BOTH and other[0] is not None:
                return and_(loose, op(as_bytes(self.expr), *other, **kwargs))
            return loose

    comparator_factory = Comparator

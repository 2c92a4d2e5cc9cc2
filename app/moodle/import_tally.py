"""What became of the rows of an import."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Tally:
    """What became of the rows of one table; the first is the sum of the others."""

    read: int = 0
    imported: int = 0
    there: int = 0
    rejected: int = 0
    withheld: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """Add what became of more rows."""
        for name in ("read", "imported", "there", "rejected", "withheld"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for reason, count in other.reasons.items():
            self.reasons[reason] = self.reasons.get(reason, 0) + count

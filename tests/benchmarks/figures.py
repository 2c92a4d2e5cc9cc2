"""What was asked for, and what came out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.benchmarks.setups import SetUp

GROWTH = 1.1  # what the workers' memory may grow by, from a tenth of the records to all of them
FULL_MEMORY = {"MariaDB": 1_000_000, "SQLite": 200_000}  # records
QUICK_MEMORY = {"MariaDB": 50_000, "SQLite": 50_000}


@dataclass(frozen=True)
class Options:
    """How long and how much; `only` names one case, `setup` replaces the two usual ones."""

    seconds: float = 5.0
    rounds: int = 3
    memory_records: Mapping[str, int] = field(default_factory=FULL_MEMORY.copy)
    only: str = ""
    setup: SetUp | None = None


@dataclass(frozen=True)
class Figure:
    """What one case reached: medians over the rounds, and what was asked of it."""

    database: str
    setup: SetUp
    name: str
    title: str
    requests: float
    records: float
    p50: float
    p95: float
    p99: float
    ratio: float | None
    against: str
    target: float | None
    generator: float  # share of one core that the load generator took

    @property
    def passed(self) -> bool | None:
        """Whether the target is met; None without a target."""
        if self.target is None:
            return None
        return (self.records if self.ratio is None else self.ratio) >= self.target


@dataclass(frozen=True)
class Memory:
    """Resident memory of all workers in KiB, by the share of the records sent."""

    database: str
    setup: SetUp
    records: int
    resident: dict[str, int]
    same_workers: bool

    @property
    def growth(self) -> float:
        """From a tenth of the records to all of them."""
        return self.resident["100 %"] / self.resident["10 %"]

    @property
    def passed(self) -> bool:
        """Whether it stayed flat, and in the same processes."""
        return self.same_workers and self.growth <= GROWTH

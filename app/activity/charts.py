"""The four charts, from counts and last runs; no I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Literal, TypeVar

from app.activity.labels import NO_CODE, code_label, code_number, shown_user
from app.activity.period import Period, show_time, step_labels

Name = Literal["total_pie", "users_bar", "codecell_bar", "codecell_line"]
NAMES: tuple[Name, ...] = ("total_pie", "users_bar", "codecell_bar", "codecell_line")
GAP = -1
"""Stands in a series for no value: XML-RPC has no null."""
T = TypeVar("T", str, int)


@dataclass(frozen=True, slots=True)
class Count:
    """How many runs of one user and code number were OK, and how many were not; as records name both."""

    username: str
    codenum: str
    ok: int
    error: int


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last run of a user within some span of time, among those with a code number."""

    username: str
    codenum: str
    answered_us: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of a chart one page shows, and how long a line goes on after a run, in seconds."""

    bar_users: int = 15
    bar_codes: int = 15
    line_users: int = 10
    line_interval: int = 1800


@dataclass(frozen=True, slots=True)
class Series:
    """The values of one name, one for each label."""

    name: str
    values: Sequence[int]


@dataclass(frozen=True, slots=True)
class Chart:
    """One page of a chart, ready to be drawn. `step`: seconds from label to label, 0 where they are no times."""

    chart: Name
    period: str
    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    start: str
    end: str
    step: int = 0
    page: int = 1
    pages: int = 1


_TITLES: Mapping[str, Mapping[Name, str]] = {
    "en": {
        "total_pie": "All runs",
        "users_bar": "Runs by user",
        "codecell_bar": "Runs by code cell",
        "codecell_line": "Progress of each user",
    },
    "ja": {
        "total_pie": "全体の実行結果",
        "users_bar": "ユーザごとの実行結果",
        "codecell_bar": "コードセルごとの実行結果",
        "codecell_line": "ユーザごとの進捗",
    },
}
_PERIODS: Mapping[str, Mapping[str, str]] = {
    "en": {"real": "{} (now)", "any": "{} (period)"},
    "ja": {"real": "{}(リアルタイム)", "any": "{}(指定期間)"},
}
LANGUAGES = tuple(_TITLES)


@dataclass(frozen=True, slots=True)
class Frame:
    """What all charts of one call have in common."""

    period: Period
    zone: tzinfo
    language: str
    sizes: Sizes
    page: int = 1

    def chart(
        self, name: Name, labels: Sequence[str], series: Sequence[Series], pages: int, step: int = 0
    ) -> Chart:
        """Return a chart with its title and its period."""
        kind = self.period.kind
        title = _PERIODS[self.language][kind].format(_TITLES[self.language][name])
        start, end = show_time(self.period.start_us, self.zone), show_time(self.period.end_us, self.zone)
        return Chart(name, kind, title, labels, series, start, end, step, self.page, pages)


def total_pie(counts: Iterable[Count], frame: Frame) -> Chart:
    """Return OK and ERROR of all."""
    ok, error = _sum(counts, lambda _: 0).get(0, (0, 0))
    return frame.chart("total_pie", ["OK", "ERROR"], [Series("runs", [ok, error])], 1)


def users_bar(counts: Iterable[Count], frame: Frame) -> Chart:
    """Return OK and ERROR of each user, by name."""
    found = _sum(counts, lambda count: shown_user(count.username))
    users, pages = _page(sorted(found), frame.sizes.bar_users, frame.page)
    return frame.chart("users_bar", users, _bars([found[user] for user in users]), pages)


def codecell_bar(counts: Iterable[Count], frame: Frame) -> Chart:
    """Return OK and ERROR of each code number, in numeric order."""
    found = _sum(counts, lambda count: code_number(count.codenum))
    codes, pages = _page(sorted(found), frame.sizes.bar_codes, frame.page)
    labels = [code_label(code) for code in codes]
    return frame.chart("codecell_bar", labels, _bars([found[code] for code in codes]), pages)


def line_users(counts: Iterable[Count], frame: Frame) -> tuple[list[str], int]:
    """Return the users on this page of codecell_line, as they are shown, and the number of pages."""
    return _page(sorted({shown_user(count.username) for count in counts}), frame.sizes.line_users, frame.page)


def codecell_line(users: Sequence[str], pages: int, runs: Iterable[LastRun], frame: Frame) -> Chart:
    """Return the code number that each user ran last, step by step.

    :param runs: at least the last run of every user and step, among those with a code number.
    """
    steps, step_us = frame.period.steps(), frame.period.step_us
    last: dict[str, dict[int, tuple[int, int]]] = {user: {} for user in users}
    for run in runs:
        code = code_number(run.codenum)
        index = (run.answered_us - steps.start) // step_us
        mine = last[shown_user(run.username)]
        if code != NO_CODE and (index not in mine or run.answered_us >= mine[index][0]):
            mine[index] = (run.answered_us, code)
    interval_us = frame.sizes.line_interval * 1_000_000
    series = [Series(user, _line(steps, last[user], interval_us)) for user in users]
    return frame.chart("codecell_line", step_labels(frame.period, frame.zone), series, pages, step_us // 1_000_000)


def _line(steps: range, last: Mapping[int, tuple[int, int]], interval_us: int) -> list[int]:
    """Return the code number of each step: of the last run in it, or of the one before that is not too old."""
    values = [GAP] * len(steps)
    for index, (answered_us, code) in sorted(last.items()):
        until = min(len(steps), (answered_us + interval_us - steps.start) // steps.step + 1)
        end = max(index + 1, until)  # never before the end of the run before, which was answered earlier
        values[index:end] = [code] * (end - index)
    return values


def _sum(counts: Iterable[Count], key: Callable[[Count], T]) -> dict[T, tuple[int, int]]:
    found: dict[T, tuple[int, int]] = {}
    for count in counts:
        name = key(count)
        ok, error = found.get(name, (0, 0))
        found[name] = (ok + count.ok, error + count.error)
    return found


def _bars(pairs: Sequence[tuple[int, int]]) -> list[Series]:
    return [Series("OK", [ok for ok, _ in pairs]), Series("ERROR", [error for _, error in pairs])]


def _page(names: list[T], size: int, page: int) -> tuple[list[T], int]:
    pages = max(1, -(-len(names) // size))
    return names[(page - 1) * size : page * size], pages

"""From the elements of a request to stored records, and one clear error for those that are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy.exc import DataError, IntegrityError

from app.auth.caller import Caller
from app.errors import AccessDenied, CallError, InvalidParameter, Problem, RecordRejected, RejectLimit
from app.fields import Item
from app.nblogs.plan import Fate, Outcome
from app.nblogs.record import FIELDS, Record, RecordFault, check_widths, read_record
from app.nblogs.rejects import Reject, RejectStore, reject_record
from app.nblogs.store import RecordStore, Submission
from app.registry import RawRequest

SHOWN = 10
SHOWN_NAME = 100
NOT_KEPT = "it is not kept, because its course wants nothing to be stored"
UNPLACED = Outcome(Fate.UNPLACED, "", "is not taken by the database")


class Observer(Protocol):
    """Counts records, for whoever watches the service."""

    def received(self, count: int) -> None:
        """Records of a caller with a valid token came in."""

    def stored(self, count: int) -> None:
        """Records were stored and committed."""

    def duplicate(self, count: int) -> None:
        """Records were there already."""

    def withheld(self, count: int) -> None:
        """Records were not stored, because their course wants none to be."""

    def rejected(self, count: int) -> None:
        """Records, or whole requests, could not be stored or were refused."""


class Widths(Protocol):
    """The longest text of each field, in characters, in tables that others may change."""

    def now(self) -> Mapping[str, int]:
        """Return the limits as they were last read."""

    def again(self, *, at_once: bool = False) -> Mapping[str, int]:
        """Return the limits as they are now, or were a moment ago; with `at_once` as they are."""


@dataclass(frozen=True, slots=True)
class FixedWidths:
    """Limits that nobody changes while the service runs."""

    widths: Mapping[str, int]

    def now(self) -> Mapping[str, int]:
        """Return the limits."""
        return self.widths

    def again(self, *, at_once: bool = False) -> Mapping[str, int]:
        """Return the limits."""
        return self.widths


@dataclass(frozen=True, slots=True)
class Source:
    """Where elements come from: protocol, function and its parameter; `replayed` from the rejects themselves."""

    protocol: str
    function: str
    parameter: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why one element was not stored; `keep` says that it is kept among the rejects."""

    index: int
    field: str
    reason: str
    code: str
    keep: bool = True


class Recorder:
    """Stores the records of requests, and keeps those that can't be stored."""

    def __init__(self, store: RecordStore, rejects: RejectStore, observer: Observer, widths: Widths) -> None:
        self._store = store
        self._rejects = rejects
        self._observer = observer
        self._widths = widths

    def record(self, caller: Caller, items: Sequence[Item], source: Source) -> None:
        """Store every element that can be stored.

        :raises RecordRejected: some are not stored but kept. The others are stored.
        :raises InvalidParameter: the same, and what is wrong are unknown fields only.
        :raises RejectLimit: some are neither stored nor kept. The others are stored.
        :raises AccessDenied: some belong to what the token does not cover. The others are stored.
        :raises ServiceUnavailable: nothing is stored.
        """
        self._observer.received(len(items))
        records, faults = _read_items(items, self._widths.now())
        if any(fault.code == RecordRejected.code for fault in faults):
            records, faults = _read_items(items, self._widths.again())
        outcomes = self._store_records(Submission(caller, list(records.values()), source.replayed))
        self._count(outcomes)
        faults += [
            _Fault(index, o.field, o.reason, *_LATE[o.fate])
            for index, o in zip(records, outcomes, strict=True)
            if o.fate in _LATE
        ]
        if faults:
            # Only now: one of the other records may have told that their course wants nothing to be stored.
            withheld = sum(outcome.fate is Fate.WITHHELD for outcome in outcomes)
            self._refuse(caller, sorted(faults, key=lambda fault: fault.index), items, withheld, source)

    def keep_request(self, caller: Caller, request: RawRequest, error: CallError) -> None:
        """Keep a request that can't be understood, whole.

        :raises RejectLimit: it is too long, or the token's share is used up.
        :raises CallError: the same error, where the token's course wants nothing to be stored.
        """
        self._observer.received(1)
        self._observer.rejected(1)
        reason = error.detail or error.message
        reject = Reject(request.protocol, request.function, error.code, reason, request.body, whole=True)
        if self._rejects.keep(caller, [reject]):
            raise type(error)(f"{reason}; {NOT_KEPT}", error.problems)

    def _store_records(self, submission: Submission) -> Sequence[Outcome]:
        records = submission.records
        if not records:
            return []
        try:
            return self._store.store(submission)
        except (DataError, IntegrityError):
            # A record that the rules let pass and the database does not; find it, keep it.
            if len(records) == 1:
                return [self._unplaced(records[0])]
            alone = (replace(submission, records=[record]) for record in records)
            return [outcome for each in alone for outcome in self._store_records(each)]

    def _refuse(
        self, caller: Caller, faults: Sequence[_Fault], items: Sequence[Item], withheld: int, source: Source
    ) -> None:
        """Keep what can't be stored, and raise the error that tells what became of it."""
        self._observer.rejected(len(faults))
        stored = f"{len(items) - len(faults) - withheld} of {len(items)} records are stored"
        try:
            faults = self._keep(caller, faults, {item.index: item.value for item in items}, source)
        except RejectLimit as error:
            raise RejectLimit(f"{error.detail}. {stored}") from None
        raise _error(faults, stored, withheld, source.parameter, caller)

    def _unplaced(self, record: Record) -> Outcome:
        """Say why the database does not take a record: its columns may be shorter than they were."""
        try:
            check_widths(
                {name: getattr(record, name) for name in self._widths.now()}, self._widths.again(at_once=True)
            )
        except RecordFault as fault:
            return Outcome(Fate.UNPLACED, fault.field, str(fault).removeprefix(f"{fault.field}: "))
        return UNPLACED

    def _keep(
        self, caller: Caller, faults: Sequence[_Fault], elements: Mapping[int, Any], source: Source
    ) -> Sequence[_Fault]:
        """Keep what can't be stored; return the faults with what became of each."""
        kept = {
            f: reject_record(
                source.protocol, source.function, f.code, _sentence(f, source.parameter), elements[f.index]
            )
            for f in faults
            if f.keep
        }
        if not kept or source.replayed:
            return faults
        withheld = self._rejects.keep(caller, list(kept.values()))
        return [_withheld(f) if kept.get(f) in withheld else f for f in faults]

    def _count(self, outcomes: Sequence[Outcome]) -> None:
        fates = [outcome.fate for outcome in outcomes]
        self._observer.stored(fates.count(Fate.STORED))
        self._observer.duplicate(fates.count(Fate.DUPLICATE))
        self._observer.withheld(fates.count(Fate.WITHHELD))


_LATE = {
    Fate.REFUSED: (AccessDenied.code, False),
    Fate.UNPLACED: (RecordRejected.code, True),
}


def _read_items(items: Sequence[Item], widths: Mapping[str, int]) -> tuple[dict[int, Record], list[_Fault]]:
    records: dict[int, Record] = {}
    faults: list[_Fault] = []
    for item in items:
        if item.faults:
            faults += [_shape_fault(item, field, text) for field, text in list(item.faults.items())[:1]]
            continue
        try:
            records[item.index] = read_record(item.value, widths)
        except RecordFault as fault:
            text = str(fault).removeprefix(f"{fault.field}: ")
            faults.append(_Fault(item.index, fault.field, text, RecordRejected.code))
    return records, faults


def _shape_fault(item: Item, field: str, text: str) -> _Fault:
    known = field in FIELDS
    code = RecordRejected.code if known else InvalidParameter.code
    return _Fault(item.index, field, text, code)


def _withheld(fault: _Fault) -> _Fault:
    # Not `recordrejected`: that code says that the service keeps the record.
    return replace(fault, code=InvalidParameter.code, reason=f"{fault.reason.rstrip('.')}; {NOT_KEPT}", keep=False)


def _sentence(fault: _Fault, name: str) -> str:
    where = f"{name}[{fault.index}]" + (f".{fault.field[:SHOWN_NAME]}" if fault.field else "")
    return f"{where} {fault.reason.rstrip('.')}"


def _error(faults: Sequence[_Fault], stored: str, withheld: int, name: str, caller: Caller) -> CallError:
    kept = sum(fault.keep for fault in faults)
    sentences = [_sentence(fault, name) for fault in faults[:SHOWN]]
    if len(faults) > SHOWN:
        sentences.append(f"and {len(faults) - SHOWN} more")
    detail = "; ".join(sentences)
    detail += f". {stored}, {kept} kept as rejected"
    detail += f"; {withheld} more are not stored, as their course wants" if withheld else ""
    if caller.secret:
        detail = detail.replace(caller.secret, "[token removed]")
    problems: list[Problem] = [
        {"index": f.index, "field": f.field[:SHOWN_NAME], "code": f.code, "message": f.reason} for f in faults
    ]
    codes = {fault.code for fault in faults}
    for error in (RecordRejected, InvalidParameter, AccessDenied):
        if error.code in codes:
            return error(detail, problems)
    raise AssertionError(codes)

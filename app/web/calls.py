"""The page's questions: several functions in one request, called through the registry as any protocol does."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.auth.addresses import Address
from app.auth.caller import Caller
from app.errors import AccessDenied, CallError, InvalidParameter, UnknownFunction
from app.registry import PREFIX, RawRequest, Registry
from app.web.answers import SharedAnswers

PROTOCOL = "page"
CALLS_LIMIT = 16
WHO = f"{PREFIX}get_site_info"
"""The function that every service token may call: what it says tells who is there."""


@dataclass(frozen=True, slots=True)
class Question:
    """One call that the page asks for, and the answer that it has already."""

    function: str
    arguments: Mapping[str, Any]
    etag: str


def read_questions(body: Any) -> list[Question]:
    """Return what `{"calls": [{"function", "arguments", "etag"}]}` asks.

    :raises InvalidParameter: it is something else.
    """
    calls = body.get("calls") if isinstance(body, dict) else None
    if not isinstance(calls, list) or not 1 <= len(calls) <= CALLS_LIMIT:
        raise InvalidParameter(f"calls must be a list of 1 to {CALLS_LIMIT} elements")
    return [_question(call) for call in calls]


def _question(call: Any) -> Question:
    match call:
        case {"function": str() as function, "arguments": dict() as arguments}:
            return Question(function, arguments, str(call.get("etag", "")))
        case _:
            raise InvalidParameter("calls: an element has a function and its arguments")


class Asker:
    """Answers questions for whoever has a token."""

    def __init__(self, registry: Registry, problem: Callable[[CallError], bytes]) -> None:
        self._registry = registry
        self._problem = problem
        self._shared = SharedAnswers()

    def find(self, token: str, address: Address | None) -> Caller:
        """Return the caller of a service token; raises InvalidToken or AccessDenied."""
        return self._registry.authorise(WHO, token, address)[0]

    def answer(self, caller: Caller, questions: Sequence[Question]) -> bytes:
        """Return `{"results": [...]}`: for each question its result, `unchanged`, or its error."""
        granted = {function.name for function in self._registry.granted(caller)}
        parts = [self._part(caller, granted, question) for question in questions]
        return b'{"results":[' + b",".join(parts) + b"]}"

    def _part(self, caller: Caller, granted: set[str], question: Question) -> bytes:
        try:
            return self._result(caller, granted, question)
        except CallError as error:
            error.rewrite(caller.hide)
            return b'{"error":' + self._problem(error) + b"}"

    def _result(self, caller: Caller, granted: set[str], question: Question) -> bytes:
        name = PREFIX + question.function
        function = self._registry.find(name)
        if function is None:
            raise UnknownFunction()
        if name not in granted:
            raise AccessDenied(f"{name} needs the scope {function.scope}")
        if function.writes:
            raise AccessDenied("The page reads only")
        asked = json.dumps(question.arguments, sort_keys=True)

        def ask() -> bytes:
            request = RawRequest(PROTOCOL, name, b"")
            result = self._registry.call(caller, function, question.arguments, request)
            return json.dumps(result, separators=(",", ":")).encode("ascii")

        answer = self._shared.get((name, asked, caller.scopes, caller.courses), ask)
        head = b'{"etag":"' + answer.etag.encode() + b'",'
        if answer.etag == question.etag:
            return head + b'"unchanged":true}'
        return head + b'"result":' + answer.body + b"}"

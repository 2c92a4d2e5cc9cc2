"""The registry: what is declared, and the one way in which all protocols call it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from marshmallow import Schema, fields

from app.auth.addresses import Address
from app.auth.caller import SCOPES, Caller
from app.downloads import Downloads
from app.errors import (
    AccessDenied,
    CallError,
    InternalError,
    InvalidParameter,
    InvalidToken,
    MalformedRequest,
    RecordRejected,
    ServiceUnavailable,
    UnknownFunction,
)
from app.fields import EachOf, Integer, StrictSchema, Text
from app.protocols.openapi import describe
from app.registry import PREFIX, Call, ExternalFunction, RawRequest, Registry, every_course
from tests.support.web import WebSite

CALLER = Caller("x", frozenset({"params:write"}), token_id=1, secret="s" * 43)
RAW = RawRequest("json", "f", b"body")


class Params(StrictSchema):
    a = Integer(required=True)
    b = Text()


class Result(StrictSchema):
    number = Integer(required=True)


class OneToken:
    """An authenticator that knows one token."""

    def __init__(self) -> None:
        self.cached: list[bool] = []

    def authenticate(self, token: str, address: Address | None, *, cached: bool) -> Caller:
        self.cached.append(cached)
        if token != "good":
            raise InvalidToken()
        return CALLER


def function(**values: Any) -> ExternalFunction:
    plain = ExternalFunction(
        name="f",
        summary="",
        scope="params:write",
        params=Params(),
        positional=("a", "b"),
        result=Result(),
        handler=lambda call: {"number": call.arguments["a"]},
        covers=every_course,
    )
    return replace(plain, **values)


def run(declared: ExternalFunction, arguments: Any) -> Mapping[str, Any]:
    return Registry([declared], OneToken()).call(CALLER, declared, arguments, RAW)


# What is declared. The other side calls by these names and positions: each change breaks somebody.

DECLARED = {
    "mod_lticontainer_write_nblogs": ("nblogs:write", ("nb_logs",), True),
    "mod_lticontainer_write_nbdata": ("nblogs:write", ("nb_data",), True),
    "mod_mdlds_write_nbdata": ("nblogs:write", ("nb_data",), True),
    "mod_lticontainer_register_ltis": ("ltis:write", ("ltis",), True),
    "mod_lticontainer_unregister_ltis": ("ltis:write", ("ltis",), True),
    "mod_lticontainer_parse_custom_params": ("params:read", ("text",), False),
    "mod_lticontainer_get_param_choices": ("params:read", (), False),
    "mod_lticontainer_diff_custom_params": ("params:read", ("old", "new"), False),
    "mod_lticontainer_build_custom_params": ("params:write", ("params", "context", "saved_text"), True),
    "mod_lticontainer_copy_custom_params": ("params:write", ("source_text", "contexts"), True),
    "mod_lticontainer_get_executions": (
        "activity:read",
        (
            *("course_id", "inst_id", "lti_ids", "username", "filename", "start", "end", "zone"),
            *("pseudonymous", "limit", "cursor"),
        ),
        False,
    ),
    "mod_lticontainer_get_hosts": ("containers:read", ("course_id",), False),
    "mod_lticontainer_check_host": ("containers:read", ("host", "course_id"), False),
    "mod_lticontainer_get_images": ("containers:read", ("host", "filter", "course_id"), False),
    "mod_lticontainer_get_volumes": ("containers:read", ("host", "course_id"), False),
    "mod_lticontainer_get_containers": ("containers:read", ("host", "course_id"), False),
    "mod_lticontainer_create_volumes": ("containers:write", ("host", "course_id", "volumes"), True),
    "mod_lticontainer_delete_volumes": ("containers:write", ("host", "course_id", "names"), True),
    "mod_lticontainer_stop_containers": ("containers:write", ("host", "course_id", "users", "wait"), True),
    "mod_lticontainer_get_user_data": (
        "activity:read",
        ("username", "course_id", "zone", "limit", "cursor"),
        False,
    ),
    "mod_lticontainer_get_recorded_users": ("activity:read", ("course_id",), False),
    "mod_lticontainer_delete_user_data": ("activity:write", ("username", "course_id"), True),
    "mod_lticontainer_get_courses": ("activity:read", (), False),
    "mod_lticontainer_get_roster": ("activity:read", ("course_id",), False),
    "mod_lticontainer_set_roster": ("ltis:write", ("course_id", "users"), True),
    "mod_lticontainer_get_record_counts": ("activity:read", (), False),
    "mod_lticontainer_get_chart": (
        "activity:read",
        (
            *("chart", "course_id", "inst_id", "lti_ids", "period", "start", "end", "username", "filename"),
            *("chart_bar_usernum", "chart_bar_codenum", "chart_line_usernum", "chart_line_interval"),
            *("during_realtime", "during_anytime", "page", "zone", "lang"),
        ),
        False,
    ),
    "mod_lticontainer_get_dashboard": (
        "activity:read",
        (
            *("course_id", "inst_id", "lti_ids", "start", "end", "username", "filename"),
            *("chart_bar_usernum", "chart_bar_codenum", "chart_line_usernum", "chart_line_interval"),
            *("during_realtime", "during_anytime", "zone", "lang"),
        ),
        False,
    ),
    "mod_lticontainer_get_filters": (
        "activity:read",
        (
            *("course_id", "inst_id", "lti_ids", "period", "start", "end", "username", "filename"),
            *("during_realtime", "during_anytime", "zone"),
        ),
        False,
    ),
    "mod_lticontainer_get_progress": (
        "activity:read",
        ("course_id", "lti_ids", "filename", "codenums", "roster", "inst_id", "zone"),
        False,
    ),
    "mod_lticontainer_get_site_info": (None, (), False),
}


def test_every_function_is_declared_as_it_was(web: WebSite) -> None:
    functions = web.parts.registry.functions
    assert {name: (f.scope, f.positional, f.writes) for name, f in functions.items()} == DECLARED
    assert [name for name, f in functions.items() if f.name != name or not f.summary.endswith(".")] == []


def test_every_scope_is_one_that_tokens_can_have(web: WebSite) -> None:
    for declared in web.parts.registry.functions.values():
        assert declared.scope in (None, *SCOPES)
        assert declared.writes == (declared.scope is not None and declared.scope.endswith(":write"))


def all_fields(schema: Schema) -> Iterator[fields.Field[Any]]:
    for field in schema.fields.values():
        yield field
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested | EachOf):
            yield from all_fields(inner.schema)


def test_every_field_is_one_that_all_wires_carry(web: WebSite) -> None:
    kinds = (Text, Integer, fields.Boolean, fields.List, fields.Nested, EachOf)
    for declared in web.parts.registry.functions.values():
        for schema in (declared.params, declared.result):
            assert schema.unknown == "raise"
            for field in all_fields(schema):
                assert isinstance(field, kinds), (declared.name, field)
                assert not field.allow_none, (declared.name, field)


def test_short_names_are_unique_and_fit_a_path(web: WebSite) -> None:
    names = [f.short_name for f in web.parts.registry.functions.values()]
    assert len(set(names)) == len(names)
    assert all(name.replace("_", "").isalnum() and not name.startswith(PREFIX) for name in names)
    assert not {"docs", "openapi.json"} & set(names)


def test_the_order_of_parameters_is_not_marshmallows() -> None:
    class Reordered(Params):
        c = Text()

    declared = function(params=Reordered(only=("c", "a", "b")), positional=("b", "a", "c"))
    assert Registry([declared], OneToken()).functions["f"].positional == ("b", "a", "c")


@pytest.mark.parametrize("positional", [("a",), ("a", "b", "c"), ("a", "c"), ()])
def test_positional_must_name_every_parameter(positional: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="positional and params name different parameters"):
        Registry([function(positional=positional)], OneToken())


def test_a_name_is_declared_once() -> None:
    with pytest.raises(ValueError, match="f is declared twice"):
        Registry([function(), function()], OneToken())


def test_the_description_is_of_all_that_is_declared(web: WebSite) -> None:
    assert len(describe(web.parts.registry, Downloads((), OneToken()))["paths"]) == len(DECLARED)


# How a call goes.


@pytest.mark.parametrize(
    ("name", "token", "error"),
    [
        ("f", "bad", InvalidToken),
        ("no", "bad", InvalidToken),
        ("", "bad", InvalidToken),
        ("no", "good", UnknownFunction),
        ("", "good", InvalidParameter),
        ("denied", "good", AccessDenied),
    ],
)
def test_the_token_is_asked_for_before_anything_is_told(name: str, token: str, error: type[CallError]) -> None:
    registry = Registry([function(), function(name="denied", scope="params:read")], OneToken())
    with pytest.raises(error):
        registry.authorise(name, token, None)


def test_a_remembered_token_will_do_only_where_it_is_asked_again() -> None:
    tokens = OneToken()
    registry = Registry([function(), function(name="asks", rechecks=True)], tokens)
    for name in ("f", "asks"):
        registry.authorise(name, "good", None)
    assert tokens.cached == [False, True]


def test_arguments_are_loaded_and_results_are_checked() -> None:
    assert run(function(), {"a": 7}) == {"number": 7}


@pytest.mark.parametrize("result", [{"number": "x"}, {"number": 2**31}, {"number": None}, {}])
def test_a_result_of_the_wrong_type_is_a_failure(result: dict[str, Any]) -> None:
    # Schema.dump() does not validate.
    with pytest.raises(InternalError):
        run(function(handler=lambda _: result), {"a": 7})


@pytest.mark.parametrize(
    "arguments", [{}, {"a": "7"}, {"a": 1.0}, {"a": 7, "c": 1}, {"a": 7, "b": "\x00"}, [], "x", None]
)
def test_wrong_arguments_reach_no_handler(arguments: Any) -> None:
    def handler(call: Call) -> Mapping[str, Any]:
        raise AssertionError("called")

    with pytest.raises(InvalidParameter):
        run(function(handler=handler), arguments)


def test_a_scope_is_not_yet_permission() -> None:
    with pytest.raises(AccessDenied):
        run(function(covers=lambda caller, arguments: arguments["a"] == 8), {"a": 7})


@pytest.mark.parametrize("where", ["handler", "covers"])
def test_an_exception_leaves_its_id_only(where: str, caplog: pytest.LogCaptureFixture) -> None:
    def fail(*_: Any) -> Any:
        raise TypeError("the inside")

    with pytest.raises(InternalError) as caught:
        run(function(**{where: fail}), {"a": 7})
    assert "inside" not in caught.value.detail
    assert isinstance(caught.value.__cause__, TypeError)


def test_an_error_that_is_told_stays_as_it_is() -> None:
    def fail(call: Call) -> Mapping[str, Any]:
        raise ServiceUnavailable("down")

    with pytest.raises(ServiceUnavailable, match="down"):
        run(function(handler=fail), {"a": 7})


# What is kept.


class Kept:
    """A keeper that remembers."""

    def __init__(self) -> None:
        self.errors: list[CallError] = []

    def __call__(self, caller: Caller, request: RawRequest, error: CallError) -> None:
        assert (caller, request) == (CALLER, RAW)
        self.errors.append(error)


def raising(error: CallError) -> Callable[[Call], Mapping[str, Any]]:
    def handler(call: Call) -> Mapping[str, Any]:
        raise error

    return handler


@pytest.mark.parametrize(
    ("error", "told", "count"),
    [
        (MalformedRequest("x"), RecordRejected, 1),
        (InvalidParameter("x"), InvalidParameter, 1),
        (InvalidParameter("x", [{"index": 0}]), InvalidParameter, 0),
        (AccessDenied(), AccessDenied, 0),
        (ServiceUnavailable(), ServiceUnavailable, 0),
    ],
)
def test_what_cannot_be_understood_is_kept(error: CallError, told: type[CallError], count: int) -> None:
    kept = Kept()
    with pytest.raises(told):
        run(function(keep=kept, handler=raising(error)), {"a": 7})
    assert len(kept.errors) == count


def test_what_is_replayed_is_not_kept_again() -> None:
    kept = Kept()
    declared = function(keep=kept, replay=lambda call: {"number": call.arguments["a"]})
    registry = Registry([declared], OneToken())
    assert registry.replay(CALLER, declared, {"a": 7}, "json") == {"number": 7}
    with pytest.raises(InvalidParameter):
        registry.replay(CALLER, declared, {}, "json")
    assert kept.errors == []


def test_a_function_that_keeps_nothing_replays_nothing() -> None:
    declared = function()
    with pytest.raises(AccessDenied, match="f keeps no requests"):
        Registry([declared], OneToken()).replay(CALLER, declared, {"a": 7}, "json")

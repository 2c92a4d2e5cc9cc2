"""parse(join(x)) == x and join(parse(t)) == t, and what never happens."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import hypothesis.strategies as st
import pytest
from hypothesis import given

from app.custom_params.build import Context, build, target_of
from app.custom_params.clean import Clock, clean_params
from app.custom_params.diff import diff
from app.custom_params.findings import has_errors
from app.custom_params.model import ROLES, Params, System, Volume
from app.custom_params.policy import Limits
from app.custom_params.text import join, parse
from app.custom_params.wire import ParamsSchema, from_wire, to_wire
from app.fields import NOT_TEXT

USER = st.from_regex(r"[a-z0-9.@_-]{1,8}|\*", fullmatch=True)
USERS = st.lists(USER, max_size=4).flatmap(lambda names: st.sampled_from([",".join(names), ", ".join(names)]))
LINE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"], exclude_characters="\ufeff"), max_size=20)
VALUE = LINE.map(str.strip)
LINK = st.text("abcXYZ019_-.=課題", min_size=1, max_size=6).filter(lambda link: link.strip("-.") != "")
NAME = st.from_regex("[a-z0-9]{1,6}|[a-z]{1,3}_[a-z]{1,3}", fullmatch=True)
VOLUME = st.one_of(
    st.builds(Volume, st.sampled_from(["task", "personal"]), NAME, LINK, USERS),
    st.builds(Volume, st.just("submit"), NAME, LINK, USERS, st.just("") | st.integers(0, 2**36).map(str)),
)
OTHER_NAME = st.sampled_from(["foo", "lms_zzz", "X y", "lms_vol_", "lms_sub_zzzzzzz_close", "foo"])
PARAMS = st.builds(
    Params,
    users=USERS,
    teachers=USERS,
    image=st.sampled_from(["", "a/b : latest", "host.example:5000/a/b:1", "a@sha256:" + "0" * 64]),
    cpulimit=st.sampled_from(["", "0.0", "0.5", "1", "10"]),
    memlimit=st.sampled_from(["", "0", "314,572,800", "1073741824"]),
    actlimit=st.sampled_from(["", "0", "1800"]),
    defurl=st.sampled_from(["", "/lab", "/tree"]),
    iframe=st.booleans(),
    volumes=st.lists(
        VOLUME, max_size=4, unique_by=(lambda volume: volume.line_name, lambda volume: volume.link)
    ).map(tuple),
    system=st.builds(System, VALUE, VALUE, VALUE, VALUE, VALUE, st.none() | VALUE),
    others=st.lists(st.tuples(OTHER_NAME, LINE), max_size=3)
    .filter(lambda others: [name for name, _ in others].count("lms_sub_zzzzzzz_close") < 2)
    .map(tuple),
)
NAMES = st.sampled_from(
    ["lms_users", "lms_image", "lms_memlimit", "LMS_CPULIMIT", "lms_iframe", "lms_course", "foo", "", "lms_"]
    + [start + name for start in ROLES.values() for name in ("a", "A_b", "a_close", "課題", "")]
)
ANY_TEXT = st.lists(st.tuples(NAMES, st.sampled_from(["=", "", " = "]), st.text(max_size=12))).map(
    lambda rows: "\n".join("".join(row) for row in rows)
)


@given(PARAMS)
def test_what_is_written_is_read_again_and_a_normal_text_stays_as_it_is(params: Params) -> None:
    text = join(params)
    assert parse(text)[0] == params
    assert join(parse(text)[0]) == text


@given(ANY_TEXT)
def test_any_text_is_read_and_a_save_without_errors_is_the_last_change(text: str) -> None:
    params, findings = parse(text)
    if not has_errors(findings):
        saved = join(params)
        again, _ = parse(saved)
        assert (again, join(again)) == (params, saved)


@given(ANY_TEXT, st.sampled_from([None, frozenset[str]()]))
def test_cleaning_what_is_clean_changes_nothing(text: str, saved: frozenset[str] | None) -> None:
    params, _ = clean_params(parse(text)[0], Clock(), saved)
    assert clean_params(params, Clock(), saved)[0] == params


@given(ANY_TEXT)
def test_what_a_save_changes_has_a_finding(text: str) -> None:
    params, findings = parse(text)
    lines = text.replace("\r\n", "\n").split("\n") if text else []
    if not findings:
        assert sorted(join(params).split("\r\n") if lines else []) == sorted(lines)


PIECES = ["lms_", "lms-", "LMS_", "_close", "-close", "custom_", "vol_", "sub_", "prs_", "users", "cpulimit", ".."]
PIECES += ["serverpath", "lms_sub_a", "lms_vol_a", "lms_sub_a_close=9", "\r\n", *"\t\n\r=:,;.-_*/ @0AbZ9"]
PIECES += [
    *"\u0130\u212a\ufb01ßΣς\u00ad\u200b\u202e\u2066\ufeff\u3000\u00a0\u2028\x85\x1c\x0b０．，、課Ⅷ①㌔\u0301"
]
NASTY = st.lists(st.one_of(st.sampled_from(PIECES), st.characters()), max_size=40).map("".join)
CONTEXT = Context(2, "Python", 13, "Lab", 6, 2)
TARGET = target_of("https://moodle.example.org")


@given(NASTY, NASTY)
def test_a_difference_is_told_where_and_only_where_there_is_one(old: str, new: str) -> None:
    before, after = parse(old)[0], parse(new)[0]
    assert bool(diff(before, after, Clock())) == (join(before) != join(after))


@given(NASTY, st.sampled_from([None, "", "lms_vol_a=T"]))
def test_what_is_built_once_is_built_again_as_it_is(text: str, saved: str | None) -> None:
    built = build(parse(text)[0], CONTEXT, TARGET, "0" * 64, Limits(), Clock(now=5), saved)
    assert bool(built.text) == (not has_errors(built.findings))
    if built.text:
        again = build(parse(built.text)[0], CONTEXT, TARGET, "0" * 64, Limits(), Clock(now=5), built.text)
        assert (again.text, again.volumes_to_create) == (built.text, built.volumes_to_create)


@given(NASTY)
def test_what_the_wires_carry_comes_back(text: str) -> None:
    params, findings = parse(text)
    if not has_errors(findings) and not NOT_TEXT.search(text):
        assert from_wire(ParamsSchema().load(to_wire(params))) == params


SHAPES: Mapping[str, Callable[[int], str]] = {
    "users": lambda size: "lms_users=" + "a," * (size // 2),
    "spaces": lambda size: "lms_users=" + "\u00a0" * size,
    "link": lambda size: "lms_vol_a=" + "a; " * (size // 3),
    "image": lambda size: "lms_image=" + "a-" * (size // 2),
    "name": lambda size: "lms_vol_" + "é" * size + "=x",
    "prefixes": lambda size: "custom_" * (size // 7) + "=1",
    "lines": lambda size: "\n".join(f"lms_sub_{i}=L{i}" for i in range(size // 110)),
    "digits": lambda size: "lms_cpulimit=" + "１" * size,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_megabyte_takes_no_more_than_its_share(shape: str) -> None:
    """Sixteen times the text in 64 times the time at most: what grows with the square takes 256 times."""

    def seconds(size: int) -> float:
        text, taken = SHAPES[shape](size), []
        for _ in range(3):
            start = time.process_time()
            params, _findings = parse(text)
            build(params, CONTEXT, TARGET, "", Limits(), Clock(), text)
            diff(params, Params(), Clock())
            taken.append(time.process_time() - start)
        return min(taken)

    assert seconds(2**20) < 64 * max(seconds(2**16), 0.001)

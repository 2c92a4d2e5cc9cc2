"""Bad input: what is found in it, and what becomes of it."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from app.custom_params.clean import Clock, clean_params
from app.custom_params.findings import Finding, has_errors
from app.custom_params.lines import LINES_LIMIT, TooManyLines
from app.custom_params.model import Params, Volume
from app.custom_params.sentences import SENTENCES
from app.custom_params.text import join, parse

CLOSE = "lms_sub_r=Report\r\nlms_sub_r_close={}"


def codes(text: str, clock: Clock | None = None) -> list[str]:
    return [finding.code for finding in parse(text, clock)[1]]


@pytest.mark.parametrize(
    ("typed", "stored", "code"),
    [
        ("lms_cpulimit=０.５", "lms_cpulimit=0.5", "full_width"),
        ("lms_memlimit=１，０２４", "lms_memlimit=1,024", "full_width"),
        ("lms_actlimit=\t3600 ", "lms_actlimit=3600", "spaces_removed"),
        ("lms_users=a，b", "lms_users=a,b", "full_width"),
        ("lms_users=a、b", "lms_users=a,b", "full_width"),
        ("lms_users=a,,b,", "lms_users=a,b", "empty_name"),
        ("lms_users=a\u200fb", "lms_users=ab", "invisible_removed"),
        ("lms_users=Ann@Example.org", "lms_users=ann@example.org", "lowered"),
        ("lms_users=a/b", "lms_users=ab", "characters_removed"),
        ("LMS_Users=a", "lms_users=a", "name_changed"),
        (" lms_users = a", "lms_users=a", "spaces_removed"),
        ("lms_users=", "", "empty_value"),
        ("lms_users=a\r\nlms_users=b", "lms_users=a", "duplicate_name"),
        ("lms_image=default", "", "image_default"),
        ("lms_image=a/b:1\u202e", "lms_image=a/b:1", "invisible_removed"),
        ("lms_iframe=yes", "", "iframe"),
        ("lms_vol_Task=T", "lms_vol_task=T", "name_changed"),
        ("lms_vol_my_task=T", "lms_vol_my_task=T", "volume_name_kept"),
        ("lms_vol_a=T　1", "lms_vol_a=T1", "spaces_removed"),
        ("lms_vol_a=T:", "lms_vol_a=T", "empty_value"),
        ("lms_vol_a=", "lms_vol_a=", "link_missing"),
        ("lms_vol_a=a;b/$(c)`", "lms_vol_a=abc", "characters_removed"),
        ("lms_vol_a=../b", "lms_vol_a=..b", "characters_removed"),
        ("lms_vol_a=;", "lms_vol_a=", "link_missing"),
        ("lms_vol_a=T:b:c", "lms_vol_a=T:b", "second_colon"),
        ("lms_image=Host/Image : Tag", "lms_image=host/image : Tag", "lowered"),
        ("lms-users=a", "lms_users=a", "name_changed"),
        ("custom_lms.cpulimit=1", "lms_cpulimit=1", "name_changed"),
        ("lms vol a=T", "lms_vol_a=T", "name_changed"),
        ("lms_vol_a-b=T\r\nlms_vol_a_b=U", "lms_vol_a-b=T", "duplicate_name"),
        ("lms_sub_a-b=T\r\nlms_sub_a_b-close=9", "lms_sub_a-b=T\r\nlms_sub_a-b_close=9", "name_changed"),
        ("lms_cpulimit2=64", "lms_cpulimit2=64", "taken_for"),
        ("my_lms_serverurl=x", "my_lms_serverurl=x", "taken_for"),
        ("lms_vol_a=T\r\nlms_prs_b=T", "lms_vol_a=T", "duplicate_link"),
        ("lms_sub_r_close=1", "lms_sub_r_close=1", "close_without_volume"),
        ("lms_zzz=9", "lms_zzz=9", "unknown_name"),
        ("foo=1\r\nfoo=2", "foo=1\r\nfoo=2", "duplicate_other"),
        ("baz", "baz", "no_equals"),
        ("=x", "=x", "no_equals"),
        ("\ufefflms_users=*", "lms_users=*", "byte_order_mark"),
        ("lms_users=*\rfoo=1", "lms_users=*\r\nfoo=1", "line_ends"),
        ("lms_users=*\r\n\r\n", "lms_users=*", "blank_lines"),
    ],
)
def test_what_a_save_changes_is_a_warning(typed: str, stored: str, code: str) -> None:
    params, findings = parse(typed)
    assert join(params) == stored
    assert code in {finding.code for finding in findings}
    assert not has_errors(findings)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("lms_users=a b", "names_without_comma"),
        ("lms_vol_a=T:a b", "names_without_comma"),
        ("lms_cpulimit=-1", "not_a_number"),
        ("lms_cpulimit=1e3", "not_a_number"),
        ("lms_cpulimit=0,5", "not_a_number"),
        ("lms_cpulimit=1025", "out_of_range"),
        ("lms_memlimit=1,07", "not_a_number"),
        ("lms_memlimit=1GiB", "not_a_number"),
        ("lms_memlimit=9999999999999999", "out_of_range"),
        ("lms_actlimit=1.5", "not_a_number"),
        ("lms_defurl=/evil", "not_a_choice"),
        ("lms_image=a b c", "image_name"),
        ("lms_image=$(id)", "image_name"),
        ("lms_vol_a=..", "link_outside"),
        ("lms_vol_a=-../", "link_outside"),
        ("lms_vol_a=`..`", "link_outside"),
        ("lms_users=a\x00", "control_character"),
        ("foo=\x1b[2J", "control_character"),
    ],
)
def test_what_can_not_be_mended_is_an_error_and_stays_as_typed(typed: str, code: str) -> None:
    params, findings = parse(typed)
    assert code in {finding.code for finding in findings}
    assert has_errors(findings)
    if code != "control_character":
        assert join(params) == typed


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("1796126400", "1796126400"),
        ("2026-12-01 12:00", "1796094000"),
        ("2026-12-01T12:00:30", "1796094030"),
        ("2026-12-01T12:00Z", "1796126400"),
        ("2026-12-01T12:00+05:30", "1796106600"),
        ("２０２６-12-01 12:00", "1796094000"),
    ],
)
def test_a_time_without_zone_is_one_of_the_site(typed: str, stored: str) -> None:
    params, findings = parse(CLOSE.format(typed), Clock(timezone(timedelta(hours=9))))
    assert params.volumes[0].close == stored
    assert [finding.code for finding in findings] == ([] if typed == stored else ["close_read"])


@pytest.mark.parametrize("typed", ["soon", "-1", "1.5", "2026-13-01 12:00", "2026-12-01", "9" * 12, "9" * 400])
def test_what_is_no_time_is_an_error_because_the_spawner_would_fail(typed: str) -> None:
    params, findings = parse(CLOSE.format(typed))
    assert [(f.field, f.code, f.severity) for f in findings] == [("lms_sub_r_close", "close_not_a_time", "error")]
    assert params.volumes[0].close == typed


def test_a_time_in_the_past_is_a_warning() -> None:
    assert codes(CLOSE.format("1000"), Clock(UTC, now=1001)) == ["close_past"]
    assert codes(CLOSE.format("1001"), Clock(UTC, now=1001)) == []


@pytest.mark.parametrize("typed", ["2026-10-25 02:30", "2026-03-29 02:30"])
def test_an_hour_that_comes_twice_or_never_is_told(typed: str) -> None:
    assert codes(CLOSE.format(typed), Clock(ZoneInfo("Europe/Berlin"))) == ["close_twice"]


def test_only_submit_volumes_close() -> None:
    volume = Volume("task", "a", "A", close="1")
    assert [f.code for f in clean_params(Params(volumes=(volume,)), Clock())[1]] == ["close_role"]


@pytest.mark.parametrize(
    ("name", "stored"), [("Report_1", "report1"), ("Ｔask", "task"), ("課題", "課題"), ("", ""), ("a b", "ab")]
)
def test_a_new_volume_gets_letters_and_digits_only(name: str, stored: str) -> None:
    params, findings = clean_params(Params(volumes=(Volume("task", name, "L"),)), Clock(), frozenset())
    assert params.volumes[0].name == stored
    assert findings[0].code == ("volume_name" if name == stored else "volume_name_changed")


def test_without_the_saved_text_a_name_that_one_can_hold_is_kept() -> None:
    for name, stored, code in (
        ("my_task", "my_task", "volume_name_kept"),
        ("Report_1", "report1", "volume_name_changed"),
    ):
        params, findings = clean_params(Params(volumes=(Volume("submit", name, "L"),)), Clock())
        assert (params.volumes[0].name, [f.code for f in findings]) == (stored, [code])


def test_the_home_folder_and_an_empty_path_of_moodle_are_kept() -> None:
    text = "lms_vol_a=.\r\nlms_vol_b=.\r\nlms_vol_c=-.\r\nlms_serverpath="
    params, findings = parse(text)
    assert (join(params), findings) == (text, [])
    assert parse("")[0].system.serverpath is None


def test_a_saved_volume_keeps_its_name() -> None:
    volume = Volume("task", "my_task", "L")
    params, findings = clean_params(Params(volumes=(volume,)), Clock(), frozenset(["lms_vol_my_task"]))
    assert (params.volumes, [f.code for f in findings]) == ((volume,), ["volume_name_kept"])


@pytest.mark.parametrize(
    "other",
    [
        ("lms_users", "x"),
        ("LMS_vol_a", "x"),
        ("a", "x\r\nlms_users=*"),
        ("a\n", "x"),
        ("", ""),
        ("", "a=b"),
        ("a=", "b"),
    ],
)
def test_no_line_is_smuggled_in_among_the_others(other: tuple[str, str]) -> None:
    _, findings = clean_params(Params(others=(other,)), Clock())
    assert [f.code for f in findings] == ["others_name"]


def test_values_are_never_read_as_a_format() -> None:
    _, findings = parse("lms_cpulimit={limit.__class__}{0}%s\nlms_{typed}=1")
    assert "{limit.__class__}{0}%s" in findings[-1].sentence_en
    assert any("lms_{typed}" in finding.sentence_ja for finding in findings)


def test_a_megabyte_and_ten_thousand_lines_are_read() -> None:
    params, findings = parse("lms_users=" + "a," * 500_000)
    assert len(params.users) == 999_999
    assert all(len(f.sentence_en) < 400 for f in findings)
    text = "\r\n".join(f"x{i}={i}" for i in range(LINES_LIMIT))
    assert join(parse(text)[0]) == text
    with pytest.raises(TooManyLines, match="10001 lines, the limit is 10000"):
        parse(text + "\r\ny=1")


@pytest.mark.parametrize("code", SENTENCES)
def test_every_sentence_is_there_in_both_languages(code: str) -> None:
    _, english, japanese = SENTENCES[code]
    assert english.endswith((".", "{limit}"))
    assert japanese.endswith(("。", "{limit}", "「{typed}」"))
    assert re.search("[ぁ-ん]", japanese)
    assert set(re.findall(r"{(\w+)}", english + japanese)) <= {"field", "typed", "stored", "limit"}


def test_a_finding_says_everything() -> None:
    assert parse("lms_cpulimit=x")[1] == [
        Finding(
            "lms_cpulimit",
            "x",
            "x",
            "not_a_number",
            "error",
            "lms_cpulimit: “x” is not a number that can be used here. Example: 0.5",
            "lms_cpulimit: 「x」はここで使用できる数値ではありません。例: 0.5",
        )
    ]

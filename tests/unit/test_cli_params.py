"""`lticontainer params`, in this process."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from app.cli import cli

TEXT = "lms_users=*\r\nlms_cpulimit=0.5\r\nlms_rpctoken=abc\r\nlms_zzz=9\r\nfoo=課題=1"


def run(*args: str, given: str | bytes = "") -> Result:
    return CliRunner().invoke(cli, ["params", *args], input=given)


def normalised(text: str | bytes) -> Result:
    return run("build", given=run("parse", given=text).stdout)


def test_a_normal_text_comes_out_as_it_went_in() -> None:
    done = normalised(TEXT.encode())
    assert (done.exit_code, done.stdout_bytes.decode()) == (0, TEXT)


def test_what_is_changed_is_a_warning_and_no_failure() -> None:
    read = run("parse", given="LMS_USERS=Ann\nlms_vol_a=T 1")
    assert read.exit_code == 0
    assert [f["code"] for f in json.loads(read.stdout)["findings"]] == [
        "name_changed",
        "lowered",
        "spaces_removed",
    ]
    assert run("build", given=read.stdout).stdout_bytes == b"lms_users=ann\r\nlms_vol_a=T1"


def test_an_error_ends_with_1_and_writes_no_text() -> None:
    read = run("parse", given="lms_cpulimit=x")
    assert (read.exit_code, json.loads(read.stdout)["params"]["cpulimit"]) == (1, "x")
    built = run("build", given=read.stdout)
    assert (built.exit_code, built.stdout) == (1, "")
    assert "error: lms_cpulimit: “x” is not a number" in built.stderr


def test_what_is_no_input_is_said_in_one_sentence() -> None:
    for given, sentence in (
        ("x", "the input is no JSON"),
        ("[]", "Invalid input type."),
        ('{"users": 5}', "users: is not text but int"),
        ('{"user": "x"}', "user: Unknown field."),
        (b"\xff", "the input is not UTF-8 at byte 1"),
    ):
        done = run("build", given=given)
        assert (done.exit_code, done.stdout, done.stderr) == (1, "", f"Error: {sentence}\n")


def test_too_many_lines_are_an_error() -> None:
    done = run("parse", given="a=1\n" * 20_000)
    assert (done.exit_code, "the limit is 10000" in done.stderr) == (1, True)


def test_times_are_those_of_the_zone() -> None:
    text = "lms_sub_r=R\nlms_sub_r_close=2026-12-01 12:00"
    read = run("parse", "--zone", "Asia/Tokyo", given=text)
    assert json.loads(read.stdout)["params"]["volumes"][0]["close"] == "1796094000"
    assert run("parse", "--zone", "Mars/Base", given=text).exit_code == 2


def test_a_difference_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(TEXT.replace("0.5", "1").encode())
    done = run("diff", "-", str(tmp_path / "new"), given=TEXT.encode())
    assert done.stdout.splitlines() == ["The CPU limit changes from 0.5 to 1."]
    done = run("diff", "-", str(tmp_path / "new"), "--language", "ja", given=TEXT.encode())
    assert done.stdout.splitlines() == ["CPUの上限が0.5から1に変わります。"]
    assert run("diff", "-", str(tmp_path / "new"), given=(tmp_path / "new").read_bytes()).stdout == ""

"""`lticontainer params`, in this process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import cli
from app.errors import AccessDenied
from tests.support.web import KEY

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
        ("[]", "the input: Invalid input type."),
        ('{"users": 5}', "the input: users: is not text but int"),
        ('{"user": "x"}', "the input: user: Unknown field."),
        (b"\xff", "the input is not UTF-8 at byte 1"),
    ):
        done = run("build", given=given)
        assert (done.exit_code, done.stdout, done.stderr) == (1, "", f"Error: {sentence}\n")


CONTEXT = {
    "course_id": 2,
    "course_name": "Python 2026",
    "lti_id": 7,
    "lti_name": "Python 1",
    "inst_id": 1,
    "launch_container": 2,
}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings of a service in whose database activity 7 of course 2 is registered."""
    monkeypatch.setenv("LTICONTAINER_DATABASE_URL", f"sqlite:///{tmp_path}/params.sqlite3")
    monkeypatch.setenv("LTICONTAINER_SECRET_KEY", KEY)
    monkeypatch.setenv("LTICONTAINER_MOODLE_URL", "https://moodle.example.org")
    monkeypatch.setenv("LTICONTAINER_TIME_ZONE", "Asia/Tokyo")
    monkeypatch.setenv("LTICONTAINER_POLICY", '{"course": {"2": {"highest_cpu": "1"}}}')
    for command in (["db", "upgrade"], ["lti", "register", "7", "--course", "2", "--instance", "1"]):
        assert CliRunner().invoke(cli, command).exit_code == 0
    (tmp_path / "context.json").write_text(json.dumps(CONTEXT))
    return tmp_path / "context.json"


def test_with_a_context_the_systems_lines_are_made_anew(site: Path) -> None:
    text = "lms_users=*\nlms_sub_r=R\nlms_sub_r_close=2100-01-01 00:00\nlms_rpctoken=old"
    done = run("build", "--context", str(site), given=run("parse", "--zone", "Asia/Tokyo", given=text).stdout)
    lines = done.stdout_bytes.decode().split("\r\n")
    assert lines[:6] == [
        *("lms_users=*", "lms_sub_r=R", "lms_sub_r_close=4102412400", "lms_iframe=1", "lms_sessioninfo=1,7"),
        "lms_course=Python 2026",
    ]
    assert lines[-2:] == ["lms_serverurl=https://moodle.example.org:443", "lms_serverpath="]
    assert "lms_rpctoken=old" not in lines
    close = {"role": "submit", "name": "r", "link": "R", "close": "2100-01-01 00:00"}
    typed = run("build", "--context", str(site), given=json.dumps({"volumes": [close]}))
    assert "lms_sub_r_close=4102412400" in typed.stdout


def test_with_a_context_the_policy_of_its_course_holds(site: Path) -> None:
    done = run("build", "--context", str(site), given='{"cpulimit": "2"}')
    assert (done.exit_code, done.stdout) == (1, "")
    assert "“2” is more than is allowed here; the highest value is 1 core." in done.stderr


def test_a_context_that_is_wrong_is_said_in_one_sentence(site: Path) -> None:
    for given, sentence in (
        ("x", "the context is no JSON"),
        (json.dumps(CONTEXT | {"lti_id": 0}), "the context: lti_id: must be an integer from 1 to 2147483647"),
        (json.dumps({"course_id": 2} | CONTEXT | {"more": 1}), "the context: more: Unknown field."),
    ):
        site.write_text(given)
        done = run("build", "--context", str(site), given="{}")
        assert (done.exit_code, done.stdout, done.stderr) == (1, "", f"Error: {sentence}\n")
    site.write_text(json.dumps(CONTEXT | {"lti_id": 8}))
    done = run("build", "--context", str(site), given="{}")
    assert isinstance(done.exception, AccessDenied)
    assert done.exception.detail == "context.lti_id 8 is not registered in course 2 with instance 1"


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
    assert done.stdout.splitlines() == ["CPU の上限が「0.5」から「1」に変わります。"]
    assert run("diff", "-", str(tmp_path / "new"), given=(tmp_path / "new").read_bytes()).stdout == ""

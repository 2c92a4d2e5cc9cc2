"""Rules of container hosts: names, the list of images, addresses, what engines answer, what Moodle had."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.auth.caller import Activity, Caller
from app.containers import answers
from app.containers.answers import Image, Sample, cores, moment
from app.containers.faults import SENTENCES, fault, visible
from app.containers.host import LOCAL, Host, host_fault, read_address
from app.containers.listing import Words, list_images
from app.containers.moodle_import import MoodleRow, hosts_of
from app.containers.naming import FULL_LIMIT, CourseNames, NameFault
from app.errors import ERRORS, CallError

NAMES = CourseNames(2, "moodle.example.org")


@given(
    st.sampled_from(["task", "submit"]), st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=60)
)
def test_a_name_that_is_made_is_read_again(role: str, short: str) -> None:
    made = NAMES.volume(role, short)
    assert NAMES.read_volume(made.full) == made
    assert CourseNames(3, "moodle.example.org").read_volume(made.full) is None
    assert CourseNames(2, "other.example.org").read_volume(made.full) is None


@given(st.text(max_size=80))
def test_no_text_makes_a_name_that_an_engine_would_misread(text: str) -> None:
    try:
        made = NAMES.volume("task", text)
    except NameFault:
        return
    assert made.short.isascii()
    assert made.short.isalnum()
    assert made.full == f"lms_vol_{text.lower()}_2_moodle.example.org"


def test_the_longest_name_fits_the_engines_disk() -> None:
    room = FULL_LIMIT - len(NAMES.volume("task", "x").full) + 1
    assert len(NAMES.volume("task", "x" * room).full) == FULL_LIMIT
    with pytest.raises(NameFault, match=f"has {room + 1} characters, the limit is {room}"):
        NAMES.volume("task", "x" * (room + 1))


@pytest.mark.parametrize(
    "full",
    [
        "lms_vol_x_12_moodle.example.org",  # course 12, not 2
        "lms_vol__2_moodle.example.org",
        "lms_vol_x_2_moodle.example.org/",
        "lms_vol_x/../y_2_moodle.example.org",
        "lms_prs_x_2_moodle.example.org",
        "LMS_VOL_x_2_moodle.example.org",
        "lms_vol_x_2_moodle_example_org",
        "lms_vol_x_2_moodle.example.org\n",
        "",
    ],
)
def test_what_is_no_volume_of_the_course(full: str) -> None:
    assert NAMES.read_volume(full) is None


def test_a_container_is_read_though_host_and_user_hold_hyphens() -> None:
    names = CourseNames(2, "moodle-1.example-u.org")
    found = names.read_container("jupyterhub-2-17-moodle-1.example-u.org-aB3dE5gH-first-last")
    assert found is not None
    assert (found.lti_id, found.user) == (17, "first-last")
    for other in ("jupyterhub-3-17-", "jupyterhub-2-17-x", "hub-2-17-"):
        assert names.read_container(f"{other}moodle-1.example-u.org-aB3dE5gH-u") is None
    assert names.read_container("jupyterhub-2-17-moodle-1.example-u.org-short-u") is None
    assert CourseNames(2, "moodle-1xexample-u.org").read_container("jupyterhub-2-17-moodle-1.x-aB3dE5gH-u") is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ["a/one : 1", "a/two : 2", "old/one : 1"]),
        ("*", ["a/one : 1", "a/two : 2", "old/one : 1"]),
        ("one", ["a/one : 1", "old/one : 1"]),
        ("one -old", ["a/one : 1"]),
        ("one,a/", ["a/one : 1"]),
        ("one, , -old", ["a/one : 1"]),
        ("-one", ["a/two : 2"]),
        (".*", []),
        ("two:2", ["a/two : 2"]),
        ("-two:2", ["a/one : 1", "old/one : 1"]),
        ("- -", ["a/one : 1", "a/two : 2", "old/one : 1"]),
    ],
)
def test_a_filter_is_plain_words(text: str, shown: list[str]) -> None:
    images = [Image(str(n) * 64, (tag,), 1, 1) for n, tag in enumerate(["old/one:1", "a/two:2", "a/one:1"])]
    assert [one.name for one in list_images(images, Words.read(text))] == ["default", *shown]


def test_images_without_a_tag_have_their_short_id_and_each_tag_a_line() -> None:
    images = [Image("f" * 64, (), 1, 1), Image("e" * 64, ("a:1", "localhost:5000/b:2"), 1, 1)]
    names = [one.name for one in list_images(images, Words.read(""))]
    assert names == ["default", "a : 1", "ffffffffffff", "localhost:5000/b : 2"]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("hub.example.org", ("hub.example.org", 22)),
        ("hub:2222", ("hub", 2222)),
        ("192.0.2.7:22", ("192.0.2.7", 22)),
        ("[2001:db8::7]:22", ("2001:db8::7", 22)),
    ],
)
def test_an_address_is_read(text: str, read: tuple[str, int]) -> None:
    assert read_address(text) == read


@pytest.mark.parametrize(
    "text", ["", ":22", "hub:0", "hub:x", "hub:70000", "u@hub", "hub/x", "a b", "-hub", "[::1", "hub?x"]
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        read_address(text)


@pytest.mark.parametrize(
    "wrong",
    [
        Host("", user="u"),
        Host("Hub", user="u"),
        Host("a/b", user="u"),
        Host("x" * 64, user="u"),
        Host("hub"),
        Host("hub", user="a b"),
        Host("hub", user="-l"),
        Host("hub", user="u", socket="relative.sock"),
        Host("hub", user="u", socket="/" + "x" * 107),
        Host("hub", user="u", socket="/a\x00b"),
    ],
)
def test_a_host_that_is_wrong_is_told_so(wrong: Host) -> None:
    assert host_fault(wrong)


def test_who_sees_a_host() -> None:
    everyone, some = Host("a", user="u"), Host("b", user="u", courses=frozenset({2, 3}))

    def caller(courses: frozenset[int] | None) -> Caller:
        return Caller("x", frozenset({"containers:read"}), 1, courses)

    assert [host.seen_by(caller(None)) for host in (everyone, some)] == [True, True]
    assert [host.seen_by(caller(frozenset({3, 9}))) for host in (everyone, some)] == [True, True]
    assert [host.seen_by(caller(frozenset({9}))) for host in (everyone, some)] == [True, False]
    of_activity = Caller("x", frozenset(), activity=Activity(1, 7, 0))
    assert [host.seen_by(of_activity) for host in (everyone, some)] == [False, False]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-11-25T09:01:56.16470502Z", "2026-11-25T09:01:56Z"),
        ("2026-11-25T18:01:56+09:00", "2026-11-25T09:01:56Z"),
        ("0001-01-01T00:00:00Z", ""),
        (0, ""),
        (None, ""),
        ("", ""),
        (1795597315, "2026-11-25T09:01:55Z"),
    ],
)
def test_times_of_engines(value: object, shown: str) -> None:
    assert moment(value) == shown


def test_a_rate_needs_time() -> None:
    assert cores(Sample(10.0, 0, 1), Sample(10.5, 250_000_000, 1)) == 0.5
    assert cores(Sample(10.0, 0, 1), Sample(10.0, 1, 1)) is None
    assert cores(Sample(10.0, 9, 1), Sample(11.0, 0, 1)) == 0.0


@pytest.mark.parametrize(
    ("newest", "oldest", "asked"), [("1.41", "1.12", "1.41"), ("1.9", "1.5", "1.9"), ("1.52", "1.44", "1.44")]
)
def test_the_version_of_the_api_suits_both_sides(newest: str, oldest: str, asked: str) -> None:
    found = answers.info({"Version": "1", "ApiVersion": newest, "MinAPIVersion": oldest, "Components": None})
    assert found.api_up_to("1.41") == asked


def test_every_error_of_hosts_has_its_sentences() -> None:
    kinds = [kind for kind in ERRORS if kind.code.startswith(("host", "engine")) and kind.code != "host_mismatch"]
    assert set(kinds) == set(SENTENCES)
    names = "host address port user what why why_ja step step_ja found pinned secret secret_ja socket seconds"
    words = dict.fromkeys(names.split(" "), "w")
    for kind in kinds:
        error = fault(kind, **words)
        (problem,) = error.problems
        assert problem["sentence_en"] == error.detail
        assert any("\u3040" <= letter <= "\u9fff" for letter in str(problem["sentence_ja"]))


def test_words_of_another_machine_are_cleaned_and_cut() -> None:
    assert visible("a\x00b\r\nc\x1b[31m\u202e" + "x" * 900) == "a b c [31m " + "x" * 248 + "…"
    error: CallError = fault(ERRORS[-2], host="{0.__class__}", why="{why}", socket="s")
    assert "{0.__class__}" in error.detail


def row(
    instance: int, course: int, url: str, user: str = "docker", password: str = "pw", podman: bool = False
) -> MoodleRow:
    return MoodleRow(instance, course, url, user, password, podman)


def test_rows_of_moodle_become_hosts_for_their_courses() -> None:
    found, skipped = hosts_of(
        [
            row(1, 2, "https://hub.example.org:8000/hub"),
            row(2, 3, "https://hub.example.org"),
            row(3, 4, "https://hub.example.org", user="Other"),
            row(4, 5, "https://pod.example.org", podman=True),
            row(5, 6, "http://localhost:8000", user="", password=""),
            row(6, 7, ""),
            row(7, 8, "https://bare.example.org", password=""),
            row(8, 9, "http://127.0.0.1", podman=True),
        ]
    )
    assert [(h.name, h.engine, h.address, h.user, sorted(h.courses or ()), pw) for h, pw in found] == [
        ("hub.example.org", "docker", "hub.example.org", "docker", [2, 3], "pw"),
        ("hub.example.org-other", "docker", "hub.example.org", "Other", [4], "pw"),
        ("pod.example.org", "podman", "pod.example.org", "docker", [5], "pw"),
        (LOCAL, "docker", "", "", [6], ""),
    ]
    assert [line.split(":")[0] for line in skipped] == [
        "instance 6 of course 7",
        "instance 7 of course 8",
        "local",
    ]

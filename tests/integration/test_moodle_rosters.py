"""On Moodle's tables, a course's roster is who is enrolled there as a student, unless one was set."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.moodle_site import MoodleSite
from tests.support.moodle_tables import COURSE, STUDENT
from tests.support.runs import Run, add_runs
from tests.support.site import call

GET = "mod_lticontainer_get_roster"
SET = "mod_lticontainer_set_roster"
TEACHER = 3
NOW = int(time.time())


class Class:
    """A course with two students and a teacher."""

    def __init__(self, site: MoodleSite) -> None:
        self.site = site
        self.moodle = site.moodle
        self.course = self.moodle.add_course()
        self.ids = {name: self.moodle.add_user(name) for name in ("student1", "student2", "teacher1")}
        self.method = self.moodle.enrol(self.ids["student1"], self.course)
        self.moodle.enrol(self.ids["student2"], self.course, method=self.method)
        self.moodle.enrol(self.ids["teacher1"], self.course, TEACHER, self.method)

    def roster(self, course: int = 0) -> list[str]:
        """Return what the service tells."""
        token = self.site.token("activity:read")
        return list(call(self.site.parts, GET, {"course_id": course or self.course}, token)["users"])

    def set(self, users: list[str]) -> None:
        """Say who belongs to it."""
        call(self.site.parts, SET, {"course_id": self.course, "users": users}, self.site.token("ltis:write"))


@pytest.fixture
def group() -> Iterator[Class]:
    site = MoodleSite()
    site.upgrade()
    yield Class(site)
    site.close()


def test_students_who_are_enrolled_are_the_roster(group: Class) -> None:
    assert group.roster() == ["student1", "student2"]
    assert group.roster(group.moodle.add_course("empty")) == []
    assert group.roster(999) == []


def test_a_roster_that_was_set_counts_until_it_is_removed(group: Class) -> None:
    group.set(["somebody"])
    assert group.roster() == ["somebody"]
    group.set([])
    assert group.roster() == ["student1", "student2"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE {user} SET deleted = 1 WHERE id = %(user)s",
        "UPDATE {user} SET suspended = 1 WHERE id = %(user)s",
        "UPDATE {user_enrolments} SET status = 1 WHERE userid = %(user)s",
        f"UPDATE {{user_enrolments}} SET timestart = {NOW + 86_400} WHERE userid = %(user)s",
        f"UPDATE {{user_enrolments}} SET timeend = {NOW - 60} WHERE userid = %(user)s",
        "DELETE FROM {user_enrolments} WHERE userid = %(user)s",
        "DELETE FROM {role_assignments} WHERE userid = %(user)s",
        "UPDATE {role_assignments} SET roleid = 4 WHERE userid = %(user)s",
    ],
)
def test_who_is_not_a_student_there_now_is_not_in_it(group: Class, change: str) -> None:
    group.moodle.execute(change.replace("%(user)s", "%s"), group.ids["student1"])
    assert group.roster() == ["student2"]


def test_an_enrolment_that_lasts_and_one_that_began_count(group: Class) -> None:
    change = "UPDATE {user_enrolments} SET timestart = %s, timeend = %s"
    group.moodle.execute(change, NOW - 60, NOW + 86_400)
    assert group.roster() == ["student1", "student2"]


def test_a_method_that_is_disabled_enrols_nobody_and_a_second_one_does(group: Class) -> None:
    group.moodle.execute("UPDATE {enrol} SET status = 1")
    assert group.roster() == []
    group.moodle.enrol(group.ids["student2"], group.course)
    assert group.roster() == ["student2"]


def test_a_role_above_the_course_counts_and_one_elsewhere_does_not(group: Class) -> None:
    moodle = group.moodle
    other = moodle.add_course("other")
    moodle.execute("UPDATE {role_assignments} SET contextid = %s", moodle.context(COURSE, other))
    assert group.roster() == []
    moodle.assign(STUDENT, group.ids["student2"], moodle.system)
    assert group.roster() == ["student2"]


def test_the_progress_of_a_class_shows_those_who_have_run_nothing(group: Class) -> None:
    add_runs(group.site, group.course, [Run("student1")])
    assert ("student2", "not_started") in states(group)
    assert {name for name, _ in states(group)} == {"student1", "student2"}


def states(group: Class) -> list[tuple[Any, Any]]:
    token = group.site.token("activity:read")
    given = {"course_id": group.course, "roster": group.roster()}
    found = call(group.site.parts, "mod_lticontainer_get_progress", given, token)
    return [(student["username"], student["state"]) for student in found["students"]]

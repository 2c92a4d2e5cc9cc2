"""Who is enrolled in a course of a real Moodle, as the service and as Moodle itself tell it."""

from __future__ import annotations

import time

from tests.moodle.conftest import RealSite
from tests.support.moodle import Moodle
from tests.support.site import call


def test_the_roster_is_what_moodle_takes_for_active_students(site: RealSite, moodle: Moodle) -> None:
    number, now = time.time_ns(), int(time.time())
    course = moodle.call("create_course", f"roster{number}")
    enrolled = {
        "in": ("student", 0, 0, 0),
        "teaching": ("editingteacher", 0, 0, 0),
        "suspended": ("student", 0, 0, 1),
        "future": ("student", now + 86_400, 0, 0),
        "over": ("student", 0, now - 86_400, 0),
        "lasting": ("student", now - 60, now + 86_400, 0),
        "gone": ("student", 0, 0, 0),
        "locked": ("student", 0, 0, 0),
    }
    ids = {name: moodle.call("create_user", f"{name}{number}") for name in (*enrolled, "outside")}
    for name, how in enrolled.items():
        moodle.call("enrol", ids[name], course, *how)
    moodle.call("delete_user", ids["gone"])
    moodle.call("update_user", ids["locked"], {"suspended": 1})
    found = call(site.parts, "mod_lticontainer_get_roster", {"course_id": course}, site.token("activity:read"))
    assert found["users"] == [f"in{number}", f"lasting{number}"]
    assert found["users"] == moodle.call("active_students", course)

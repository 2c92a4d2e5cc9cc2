"""Tasks that tell the service: what is asked for while one runs, waits or has given up is done all the same."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from tests.moodle.shim.conftest import Beside
from tests.moodle.shim.lessons import named, registered, run_tasks, text_of, values_of
from tests.support.between import Between
from tests.support.moodle_shim import Class

PLUGIN = "mod_lticontainer"
AFTER = rf"--classname=\{PLUGIN}\task\after_upgrade"
NIGHTLY = "register_site"
HOUR = 3600


def waiting(beside: Beside, task: str, more: str = "") -> list[tuple[int, int]]:
    """Return id and time of the rows of a task."""
    sql = f"SELECT id, nextruntime FROM {{task_adhoc}} WHERE classname LIKE %s {more} ORDER BY id"
    return beside.shim.moodle.execute(sql, (f"%{task}",))


def change(beside: Beside, values: str) -> None:
    """Have Moodle's rows of tasks that wait as they are after something has happened to them."""
    beside.shim.moodle.execute(f"UPDATE {{task_adhoc}} SET {values} WHERE component = '{PLUGIN}'")


def knows_attempts(beside: Beside) -> bool:
    """Tell whether this Moodle gives up a task after some attempts: since 4.4."""
    return "attemptsavailable" in {name for name, *_ in beside.shim.moodle.on.columns("task_adhoc")}


def kill(beside: Beside) -> None:
    change(beside, "attemptsavailable = 0, faildelay = 86400, firststartingtime = 1")


def start(beside: Beside) -> None:
    change(beside, f"timestarted = {int(time.time())}")


def delay(beside: Beside) -> None:
    change(beside, f"faildelay = 61440, nextruntime = {int(time.time()) + 61440}")


def clean(beside: Beside) -> None:
    beside.shim.moodle.execute("DELETE FROM {task_adhoc}")


@pytest.mark.parametrize("happens", [kill, start, delay])
def test_a_change_is_told_whatever_became_of_the_task_before(
    beside: Beside, lesson: Class, happens: Callable[[Beside], None]
) -> None:
    if happens is kill and not knows_attempts(beside):
        pytest.skip("this Moodle never gives up a task")
    clean(beside)
    beside.shim.moodle.call("save_lti", lesson.ltis[0], text_of(beside, lesson.ltis[0]))
    happens(beside)
    beside.shim.moodle.call("rename", lesson.ltis[0], "Anew")
    run_tasks(beside)
    assert values_of(beside, lesson.ltis[0])["ltiname"] == "Anew"
    clean(beside)


def test_a_task_is_tried_until_it_is_done_once_an_hour_at_least(beside: Beside, lesson: Class) -> None:
    clean(beside)
    copy = beside.shim.moodle.call("duplicate", "lti", lesson.ltis[0])
    change(beside, "faildelay = 43200")
    if knows_attempts(beside):
        change(beside, "attemptsavailable = 1")
    beside.service.stop()
    try:
        run_tasks(beside)
    finally:
        beside.service.start()
    [(_, at)] = waiting(beside, "register_course")
    assert 60 < at - time.time() <= HOUR
    change(beside, "nextruntime = 0")
    run_tasks(beside)
    assert named(beside, copy)[0] == f"{lesson.instance},{copy}"


def test_what_waits_for_a_day_is_not_put_off(beside: Beside, lesson: Class) -> None:
    clean(beside)
    beside.shim.moodle.execute("DELETE FROM {lti} WHERE id = %s", (lesson.ltis[0],))
    run_tasks(beside, NIGHTLY)
    change(beside, "nextruntime = nextruntime - 86000")
    rows = waiting(beside, "unregister_activity")
    run_tasks(beside, NIGHTLY)
    assert [at for _, at in waiting(beside, "unregister_activity")] == [at for _, at in rows]
    clean(beside)


def pend(beside: Beside) -> None:
    clean(beside)
    beside.shim.moodle.call("set_config", "upgradepending", 1, PLUGIN)


def is_pending(beside: Beside) -> bool:
    sql = "SELECT value FROM {config_plugins} WHERE plugin = %s AND name = 'upgradepending'"
    return bool(beside.shim.moodle.execute(sql, (PLUGIN,)))


def test_saved_settings_bring_an_upgrade_back_that_was_given_up(beside: Beside, lesson: Class) -> None:
    pend(beside)
    beside.shim.moodle.call("queue_upgrade")
    if knows_attempts(beside):
        kill(beside)
    url = beside.service.base_url
    beside.shim.moodle.call("write_setting", "serviceurl", url.replace("127.0.0.1", "localhost"))
    beside.shim.moodle.call("write_setting", "serviceurl", url)
    beside.shim.moodle.run_script("adhoc_task.php", AFTER, "--execute")
    assert not is_pending(beside)


def test_the_nightly_task_finishes_an_upgrade(beside: Beside, lesson: Class) -> None:
    pend(beside)
    run_tasks(beside, NIGHTLY)
    assert not is_pending(beside)


@pytest.fixture(params=["", "accessexception"])
def choosy(beside: Beside, lesson: Class, request: pytest.FixtureRequest) -> Iterator[Between]:
    """The service, but it refuses all that has to do with "poison"."""
    with Between(beside.service.port, b"poison", 403, request.param) as between:
        beside.shim.connect(between.url, beside.site.token("admin"))
        yield between
    beside.shim.connect(beside.service.base_url, beside.site.token("admin"))


@pytest.fixture
def poisoned(beside: Beside) -> Iterator[list[int]]:
    """The activities of the first course of all, one after the other of which may be renamed."""
    ids = [*beside.lesson.ltis, beside.lesson.hidden_lti]
    sql = "SELECT id, name FROM {lti} WHERE course = %s"
    names = dict(beside.shim.moodle.execute(sql, (beside.lesson.course,)))
    yield ids
    for lti in ids:
        rename(beside, lti, names[lti])


def rename(beside: Beside, lti: int, name: str) -> None:
    beside.shim.moodle.execute("UPDATE {lti} SET name = %s WHERE id = %s", (name, lti))


def make_stale(beside: Beside, lti: int) -> None:
    """Have an activity carry lines that are not right, unseen."""
    text = f"lms_users=*\r\nlms_sessioninfo=99,{lti}\r\nlms_rpctoken=stolen"
    beside.shim.moodle.execute("UPDATE {lti} SET instructorcustomparameters = %s WHERE id = %s", (text, lti))


@pytest.mark.parametrize("count", [1, 3])
def test_what_is_refused_stops_no_other(
    beside: Beside, lesson: Class, choosy: Between, poisoned: list[int], count: int
) -> None:
    pend(beside)
    for lti in poisoned[:count]:
        rename(beside, lti, "poison")
    late = f"late{time.time_ns()}"
    beside.shim.moodle.call("create_user", late)
    beside.shim.moodle.call("enrol_by_name", late, beside.lesson.course, "student")
    for lti in (poisoned[0], poisoned[1], lesson.ltis[0]):
        make_stale(beside, lti)
    run_tasks(beside, NIGHTLY)
    assert choosy.refused
    assert named(beside, lesson.ltis[0])[0] == f"{lesson.instance},{lesson.ltis[0]}"
    assert ("stolen" in named(beside, poisoned[1])) == (count == 3)
    assert late in {row["username"] for row in beside.site.rows("rosters", course=beside.lesson.course)}
    assert not is_pending(beside)


def test_however_many_are_refused_the_others_are_registered(
    beside: Beside, lesson: Class, choosy: Between
) -> None:
    made = [("create_lti", lesson.course, lesson.tool, f"poison {number}") for number in range(60)]
    *_, last = beside.shim.moodle.calls(*made, ("create_lti", lesson.course, lesson.tool, "Last"))
    run_tasks(beside)
    assert set(registered(beside, lesson.course)) == {*lesson.ltis, lesson.hidden_lti, last}


def test_a_course_that_is_refused_is_left_to_the_night(beside: Beside, lesson: Class) -> None:
    clean(beside)
    beside.shim.connect(beside.service.base_url, beside.site.token("admin", courses=[beside.lesson.course]))
    try:
        beside.shim.moodle.call("rename", lesson.ltis[0], "Anew")
        run_tasks(beside)
    finally:
        beside.shim.connect(beside.service.base_url, beside.site.token("admin"))
    assert waiting(beside, "register_course") == []

"""What tests of activities look at: the text of one, its system lines, what the service knows of a course."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.moodle.shim.conftest import Beside

REGISTER = r"--classname=\mod_lticontainer\task\register_course"
FOLLOW = "follow_changes"


def run_tasks(beside: Beside, *scheduled: str) -> str:
    """Run scheduled tasks of the plugin, then those that wait to tell the service; return what the latter say."""
    for name in scheduled:
        beside.shim.moodle.run_script("scheduled_task.php", rf"--execute=\mod_lticontainer\task\{name}")
    return beside.shim.moodle.run_script("adhoc_task.php", REGISTER, "--execute")


def text_of(beside: Beside, lti: int) -> str:
    """Return the custom parameters of an activity."""
    [[text]] = beside.shim.moodle.execute("SELECT instructorcustomparameters FROM {lti} WHERE id = %s", (lti,))
    return str(text or "")


def values_of(beside: Beside, lti: int) -> dict[str, str]:
    """Return the lines of an activity by their names, without `lms_`."""
    lines = (line.partition("=") for line in text_of(beside, lti).splitlines())
    return {name.removeprefix("lms_"): value for name, _, value in lines}


def named(beside: Beside, lti: int) -> list[str]:
    """Return whose activity the lines say it is, and the token: none where both are gone."""
    values = values_of(beside, lti)
    return [values[name] for name in ("sessioninfo", "rpctoken") if name in values]


def registered(beside: Beside, course: int) -> dict[int, tuple[int, str]]:
    """Return instance and name by activity, as the service knows them."""
    return {row["lti_id"]: (row["inst_id"], row["name"]) for row in beside.site.rows("ltis", course=course)}

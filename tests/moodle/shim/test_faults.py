"""Pages open, in time and with one plain sentence, whatever stands at the service's address."""

from __future__ import annotations

import time
from collections.abc import Iterator
from html import unescape

import pytest

from tests.moodle.shim.conftest import Beside
from tests.support.faulty import ANSWERS, SILENCE, Faulty
from tests.support.moodle_shim import Visitor
from tests.support.process import free_port

TIMEOUT = 2
CONNECTION = "/mod/lticontainer/connection.php"
SENTENCES = {
    SILENCE: "did not answer in time",
    "error": "reports an error of its own",
    "gateway": "reports an error of its own",
    "html": "is something else",
    "half": "is something else",
    "redirect": "is something else",
    "token": "does not know this site's token",
    "older": "is older than this plugin",
}


@pytest.fixture
def mended(beside: Beside) -> Iterator[Beside]:
    """The service is in the settings again afterwards."""
    yield beside
    beside.shim.connect(beside.service.base_url, beside.site.token("admin"))


def opened(visitor: Visitor, path: str) -> tuple[str, float]:
    """Return what a page says, and how long it takes: the shorter of two times, as other things run here too."""
    visitor.get(path)  # caches of Moodle are filled
    times = []
    for _ in range(2):
        started = time.monotonic()
        page = visitor.get(path)
        times.append(time.monotonic() - started)
    return unescape(page.text), min(times)


@pytest.mark.parametrize("kind", [SILENCE, *ANSWERS])
def test_pages_open_in_time_and_say_what_happened(mended: Beside, kind: str) -> None:
    form_page = f"/course/modedit.php?update={mended.lesson.cmid}"
    with Faulty(kind) as faulty:
        for who, path in (("teacher", form_page), ("admin", CONNECTION)):
            visitor = Visitor(mended.shim.web.url, who)
            mended.shim.connect(f"http://127.0.0.1:{free_port()}", "token", TIMEOUT)
            _, without_waiting = opened(visitor, path)
            mended.shim.connect(faulty.url, "token", TIMEOUT)
            told, took = opened(visitor, path)
            assert SENTENCES[kind] in told
            # One second is for Moodle itself, which takes longer where other things run.
            assert took < TIMEOUT + max(1, without_waiting + 0.3)
        assert "What to do" in told


def test_a_service_that_is_down_is_told_at_once(mended: Beside) -> None:
    mended.shim.connect(f"http://127.0.0.1:{free_port()}", "token", TIMEOUT)
    report, took = opened(Visitor(mended.shim.web.url, "admin"), CONNECTION)
    assert "can't be reached" in report
    assert took < TIMEOUT


def test_an_unknown_name_is_told(mended: Beside) -> None:
    mended.shim.connect("http://service.invalid", "token", TIMEOUT)
    report, took = opened(Visitor(mended.shim.web.url, "admin"), CONNECTION)
    assert "machine is not known" in report
    assert took < TIMEOUT + 1


def test_nothing_that_was_typed_is_lost(mended: Beside) -> None:
    teacher = Visitor(mended.shim.web.url, "teacher")
    path = f"/course/modedit.php?update={mended.lesson.cmid}"
    mended.shim.moodle.execute(
        "UPDATE {lticontainer} SET host = 'engine1' WHERE id = %s", (mended.lesson.instance,)
    )
    mended.shim.connect(f"http://127.0.0.1:{free_port()}", "token", TIMEOUT)
    fields = teacher.get(path).fields
    assert fields["host"] == "engine1"
    teacher.post("/course/modedit.php", fields | {"name": "Renamed <i>x</i>", "submitbutton": "Save"})
    [row] = [row for row in mended.shim.moodle.rows("lticontainer") if row["course"] == mended.lesson.course]
    assert (row["name"], row["host"]) == ("Renamed x", "engine1")
    mended.shim.moodle.execute(
        "UPDATE {lticontainer} SET name = 'Notebooks', host = '' WHERE id = %s", (mended.lesson.instance,)
    )


def test_the_whole_connection_is_good(mended: Beside) -> None:
    report = Visitor(mended.shim.web.url, "admin").get(CONNECTION)
    assert "The connection works." in report.text
    assert "the token may use it" in report.text
    mended.shim.connect(mended.service.base_url, mended.site.token("params:read"), TIMEOUT)
    report = Visitor(mended.shim.web.url, "admin").get(CONNECTION)
    assert "The connection does not work yet." in report.text
    assert "mod_lticontainer_register_ltis" in report.text
    assert "does not let this site do that" in report.text


def test_settings_are_saved_without_showing_the_token(mended: Beside) -> None:
    admin, path = Visitor(mended.shim.web.url, "admin"), "/admin/settings.php?section=modsettinglticontainer"
    page = admin.get(path)
    values = {
        "serviceurl": mended.service.base_url,
        "token": "se<cr>et&",
        "timeout": "7",
        "queuelimit": "512",
        "verify": "1",
        "cafile": "",
    }
    form = {f"s_mod_lticontainer_{name}": value for name, value in values.items()}
    own = {"section": "modsettinglticontainer", "action": "save-settings", "return": "", "sesskey": page.sesskey}
    admin.post(path, form | own)
    stored = mended.shim.moodle.execute(
        "SELECT name, value FROM {config_plugins} WHERE plugin = 'mod_lticontainer'"
    )
    assert {name: value for name, value in stored if name in values} == values
    # What no one could be told before is told now.
    tasks = mended.shim.moodle.execute(
        "SELECT customdata FROM {task_adhoc} WHERE classname LIKE '%%register_course'"
    )
    assert any(f'"courseid":{mended.lesson.course},' in data for (data,) in tasks)
    wrong = admin.post(path, form | own | {"s_mod_lticontainer_timeout": "61"})
    assert "61" in wrong.text
    [[timeout]] = mended.shim.moodle.execute(
        "SELECT value FROM {config_plugins} WHERE plugin = 'mod_lticontainer' AND name = 'timeout'"
    )
    assert timeout == "7"

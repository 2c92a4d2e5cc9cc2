"""A real Moodle with our plugin in it, served over HTTP, with a course and its people, beside a real service."""

from __future__ import annotations

import hashlib
import http.cookiejar
import os
import re
import shutil
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from tests.support.mariadb import MariaDB
from tests.support.moodle import Moodle, code_of
from tests.support.moodle_database import SERVERS
from tests.support.php_site import PhpSite
from tests.support.process import ROOT
from tests.support.service import Service
from tests.support.site import Site

PLUGIN = ROOT / "php-shim"
PASSWORD = "Open-Sesame-1"
HUB = "https://hub.example.org"
STUDENTS = tuple(f"student{number}" for number in range(1, 6))
PEOPLE = {
    "manager": "manager",
    "teacher": "editingteacher",
    "tutor": "teacher",
    **dict.fromkeys(STUDENTS, "student"),
}
"""User names, and the role of each in the course; the manager's is that of the site."""
DATABASE = "moodle"
CONFIG = """
$CFG->debug = 32767;
$CFG->debugdisplay = 0;
$CFG->noemailever = true;
$CFG->cronclionly = true;
$CFG->passwordpolicy = 0;
"""


class Template:
    """A Moodle as its installer leaves it, kept in a folder so that it is installed only once on this machine."""

    def __init__(self, folder: Path, tree: Path, kind: str) -> None:
        self.kind = kind
        told = f"{tree.resolve()}\n{(code_of(tree) / 'version.php').read_text('utf-8')}\n{CONFIG}\n{kind}"
        self._place = folder / hashlib.sha256(told.encode()).hexdigest()[:16]
        self._tree = tree

    def copy(self) -> Path:
        """Return a new folder with its database under the server's name and its files under `files`."""
        if not self._place.is_dir():
            self._make()
        own = Path(tempfile.mkdtemp(prefix="moodle-template-"))
        own.chmod(0o755)
        shutil.copytree(self._place, own, dirs_exist_ok=True)
        return own

    def _make(self) -> None:
        making = self._place.with_suffix(f".{os.getpid()}")
        with SERVERS[self.kind](making / self.kind) as server:
            moodle = Moodle(server, self._tree, database=DATABASE, more_config=CONFIG)
            moodle.install()
            moodle.call("set_password", "admin", PASSWORD)
            shutil.copytree(moodle.data, making / "files")
            moodle.remove_files()
        making.rename(self._place)


@dataclass(frozen=True)
class Class:
    """Ids of what the course holds."""

    course: int
    instance: int
    cmid: int
    ltis: tuple[int, int]
    hidden_lti: int
    tool: int


class ShimMoodle:
    """A Moodle with our plugin, and its people; `close` ends and removes all of it.

    :param plugin: whether our plugin is installed at once, or by :meth:`add_plugin`.
    """

    def __init__(self, template: Template, tree: Path, *, plugin: bool = True) -> None:
        self._own = template.copy()
        self.server = SERVERS[template.kind](self._own / template.kind)
        self.server.start()
        self.web = PhpSite()
        self.moodle = Moodle(self.server, tree, wwwroot=self.web.url, database=DATABASE, more_config=CONFIG)
        self.moodle.copy()
        shutil.copytree(self._own / "files", self.moodle.data, dirs_exist_ok=True)
        if plugin:
            self.add_plugin()
        self.web.start(self.moodle.code)

    def add_plugin(self) -> str:
        """Put the plugin in its place and let Moodle install or upgrade it; return what Moodle says."""
        place = self.moodle.code / "mod/lticontainer"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(PLUGIN, place)
        return self.moodle.run_script("upgrade.php", "--non-interactive")

    def connect(self, url: str, token: str, timeout: int = 10) -> None:
        """Enter a service into the plugin's settings."""
        values = {"serviceurl": url, "token": token, "timeout": timeout}
        self.moodle.calls(*[("set_config", name, value, "mod_lticontainer") for name, value in values.items()])

    def add_people(self) -> None:
        """Make the manager, the teachers and the students."""
        users = [("create_user", name, PASSWORD) for name in PEOPLE]
        self.moodle.calls(*users, ("assign_site_role", "manager", "manager"))

    def add_class(self, shortname: str = "python", **settings: object) -> Class:
        """Make a course with its people, three LTI activities of which one is hidden, and an instance."""
        tool_url = f"{HUB}/hub/lti/launch"
        course, tool = self.moodle.calls(("create_course", shortname), ("create_tool", tool_url))
        enrolments = [("enrol_by_name", name, course, role) for name, role in PEOPLE.items() if role != "manager"]
        activities = [("create_lti", course, tool, f"Python {number}") for number in (1, 2, 3)]
        one, two, three = self.moodle.calls(*enrolments, *activities)[-3:]
        values = {"jupyterhub_url": HUB, "no_display_lti": str(three), "name": "Notebooks"} | settings
        made = self.moodle.call("create_instance", course, values)
        return Class(course, made["id"], made["cmid"], (one, two), three, tool)

    def new_folder(self) -> Path:
        """Return a new folder that goes with this Moodle."""
        return Path(tempfile.mkdtemp(dir=self._own))

    def close(self) -> None:
        """End all processes, and remove all files."""
        self.web.close()
        self.moodle.remove_files()
        self.server.close()
        shutil.rmtree(self._own, ignore_errors=True)


class Visitor:
    """Somebody with a browser without JavaScript: cookies, forms, redirects."""

    def __init__(self, base: str, username: str = "", password: str = PASSWORD) -> None:
        self.base = base
        jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar), _Lenient())
        if username == "guest":
            self._log_in("guest", "guest")
        elif username:
            self._log_in(username, password)

    def _log_in(self, username: str, password: str) -> None:
        token = re.findall(r'name="logintoken" value="([^"]+)"', self.get("/login/index.php").text)[0]
        page = self.post("/login/index.php", {"username": username, "password": password, "logintoken": token})
        if "/login/index.php" in page.url:
            raise RuntimeError(f"{username} can't log in")

    def get(self, path: str, **query: object) -> Page:
        """Open a page."""
        url = path if path.startswith("http") else self.base + path
        return self._open(url + ("?" + urllib.parse.urlencode(query) if query else ""), None)

    def download(self, path: str) -> Download:
        """Fetch a file."""
        with self._opener.open(self.base + path, timeout=120) as answer:
            return Download(dict(answer.headers), answer.read())

    def open(self, path: str) -> Any:
        """Open a page without reading it; it has to be closed."""
        return self._opener.open(self.base + path, timeout=120)

    def post(self, path: str, fields: Mapping[str, object]) -> Page:
        """Send a form."""
        url = path if path.startswith("http") else self.base + path
        return self._open(url, urllib.parse.urlencode(fields, doseq=True).encode())

    def _open(self, url: str, body: bytes | None) -> Page:
        with self._opener.open(url, body, timeout=120) as answer:
            return Page(answer.status, answer.url, answer.read().decode("utf-8", "replace"))


@dataclass(frozen=True)
class Download:
    """A file that came: headers, bytes."""

    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Page:
    """What came: status, last URL, text."""

    status: int
    url: str
    text: str

    @property
    def sesskey(self) -> str:
        """The key that changes need."""
        return str(re.findall(r'"sesskey":"(\w+)"', self.text)[0])

    @property
    def fields(self) -> dict[str, str]:
        """What the form of Moodle's on the page holds, as a browser would send it, without its buttons."""
        return form_fields(self.text)


class _Form(HTMLParser):
    """Collects what the one form of Moodle's on a page would send."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._inside = False
        self._area = self._choice = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = {name: value or "" for name, value in attrs}
        name = own.get("name", "")
        if tag == "form":
            self._inside = "mform" in own.get("class", "").split()
        elif not self._inside or "disabled" in own:
            return
        elif tag == "input" and name:
            self._input(name, own)
        elif tag == "textarea":
            self._area, self.fields[name] = name, ""
        elif tag == "select":
            self._choice = name
        elif tag == "option" and self._choice and ("selected" in own or self._choice not in self.fields):
            self.fields[self._choice] = own.get("value", "")

    def _input(self, name: str, own: dict[str, str]) -> None:
        kind = own.get("type", "text")
        if kind in ("checkbox", "radio") and "checked" not in own:
            return
        if kind not in ("submit", "button", "file", "image"):
            self.fields[name] = own.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._choice = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] += data


def form_fields(html: str) -> dict[str, str]:
    """Return what the form of Moodle's on a page would send."""
    form = _Form()
    form.feed(html)
    return form.fields


class _Lenient(urllib.request.HTTPErrorProcessor):
    """Takes an error for a page like any other."""

    def http_response(self, request: Any, response: Any) -> Any:
        return response if response.code >= 400 else super().http_response(request, response)

    https_response = http_response


def service_beside(moodle: ShimMoodle) -> tuple[Service, Site]:
    """Return a service for this Moodle on tables of its own, not started yet, and its site."""
    # The service keeps its tables on MariaDB or SQLite, wherever Moodle keeps its own.
    server = moodle.server
    url = (
        server.create_database() if isinstance(server, MariaDB) else f"sqlite:///{moodle.new_folder() / 'service'}"
    )
    site = MoodleNamed(url, moodle.web.url)
    site.upgrade()
    return Service(site.env, workers=1), site


class MoodleNamed(Site):
    """A site whose Moodle has the address that it really has."""

    def __init__(self, database_url: str, moodle_url: str) -> None:
        self._moodle_url = moodle_url
        super().__init__(database_url)

    @property
    def env(self) -> dict[str, str]:
        """What a service of this site is told."""
        public = f"{self._moodle_url}/mod/lticontainer/records.php"
        return super().env | {"LTICONTAINER_MOODLE_URL": self._moodle_url, "LTICONTAINER_PUBLIC_URL": public}

"""What mod_lticontainer 1.6.3 has left in a Moodle: tables, capabilities, web service, a class with its rows.

Written from the facts of its schema; its code is not there, as after it was replaced by ours.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from tests.support.moodle import Moodle
from tests.support.moodle_tables import PLUGIN_TABLES, PREFIX, SERVICE, WRITE

VERSION = "2026012900"
HUB = "https://hub.example.org"
ADMIN_TOOLS = "admin_tools"
CAPABILITIES = (
    *("addinstance", "lti_view", "lti_edit", "lti_setting", "volume_view", "volume_edit", "dashboard_view"),
    *("chart_view", "db_write", "jupyterhub_api", "jupyterhub_api_edit", "jupyterhub_user"),
    *("jupyterhub_user_edit", ADMIN_TOOLS),
)
_INSTANCES = (
    "course BIGINT(10) NOT NULL, name VARCHAR(255) NOT NULL DEFAULT '', "
    "timecreated BIGINT(10) NOT NULL DEFAULT 0, timemodified BIGINT(10) NOT NULL DEFAULT 0, "
    "intro LONGTEXT DEFAULT NULL, introformat SMALLINT(4) NOT NULL DEFAULT 0, "
    "docker_host VARCHAR(128) DEFAULT 'localhost', docker_user VARCHAR(64) DEFAULT 'docker', "
    "docker_pass VARCHAR(64) DEFAULT '', jupyterhub_url VARCHAR(128) DEFAULT '', "
    "custom_params TINYINT(1) NOT NULL DEFAULT 0, imgname_fltr VARCHAR(255) DEFAULT 'jupyterhub', "
    "make_volumes TINYINT(1) NOT NULL DEFAULT 0, display_lti VARCHAR(255) DEFAULT '', "
    "no_display_lti VARCHAR(255) DEFAULT '', use_podman TINYINT(1) NOT NULL DEFAULT 0, "
    "api_token VARCHAR(64) DEFAULT '', rpc_token VARCHAR(64) DEFAULT '', "
    "use_dashboard TINYINT(1) NOT NULL DEFAULT 0, during_realtime BIGINT(10) NOT NULL DEFAULT 5400, "
    "during_anytime BIGINT(10) NOT NULL DEFAULT 604800, chart_bar_usernum MEDIUMINT(5) NOT NULL DEFAULT 15, "
    "chart_bar_codenum MEDIUMINT(5) NOT NULL DEFAULT 15, chart_line_usernum MEDIUMINT(5) NOT NULL DEFAULT 10, "
    "chart_line_interval BIGINT(10) NOT NULL DEFAULT 1800, "
    "namepattern VARCHAR(16) NOT NULL DEFAULT 'fullname', KEY {p}ltic_cou_ix (course)"
)


@dataclass(frozen=True)
class Old:
    """What was there before the upgrade."""

    course: int
    instances: tuple[int, ...]
    cmids: tuple[int, ...]
    ltis: tuple[int, ...]
    hidden_lti: int
    token: str


class Plugin163:
    """Puts the plugin's leavings into a Moodle."""

    def __init__(self, moodle: Moodle) -> None:
        self._moodle = moodle

    def install(self) -> None:
        """Make tables, version, capabilities and the web service."""
        tables = PLUGIN_TABLES | {"lticontainer": _INSTANCES}
        for name, columns in tables.items():
            self._moodle.on.create_table(name, columns.format(p=PREFIX))
        self._insert("config_plugins", plugin="mod_lticontainer", name="version", value=VERSION)
        self._insert("modules", name="lticontainer")
        for name in CAPABILITIES:
            more = {"captype": "write", "contextlevel": 50 if name == "addinstance" else 70}
            self._insert("capabilities", name=f"mod/lticontainer:{name}", component="mod_lticontainer", **more)
            self._allow(name, "manager", "editingteacher", *(["teacher"] if name.endswith("_view") else []))
        self._service()
        self._moodle.call("purge_caches")

    def _allow(self, capability: str, *roles: str) -> None:
        for role in roles:
            if capability == ADMIN_TOOLS and role != "manager":
                continue
            self._moodle.execute(
                "INSERT INTO {role_capabilities} (contextid, roleid, capability, permission) "
                "SELECT 1, id, %s, 1 FROM {role} WHERE shortname = %s",
                (f"mod/lticontainer:{capability}", role),
            )

    def _service(self) -> None:
        made = {"component": "mod_lticontainer", "classname": "mod_lticontainer_external"}
        self._insert("external_functions", name=WRITE, methodname="write_nblogs", **made)
        own = {"component": "mod_lticontainer", "shortname": "mod_lticontainer", "timecreated": int(time.time())}
        service = self._insert("external_services", name=SERVICE, enabled=1, restrictedusers=1, **own)
        self._insert("external_services_functions", externalserviceid=service, functionname=WRITE)

    def add_class(self, shortname: str, teacher: str) -> Old:
        """Make a course with three activities, one hidden, and two instances for two logins of a host."""
        call = self._moodle.call
        course = call("create_course", shortname)
        call("enrol_by_name", teacher, course, "editingteacher")
        tool = call("create_tool", f"{HUB}/hub/lti/launch")
        ltis = tuple(call("create_lti", course, tool, f"Old {number}") for number in (1, 2, 3))
        token = str(call("make_record_token", teacher))
        more = {"docker_pass": "open-sesame", "rpc_token": token, "api_token": "hub-token", "make_volumes": 1}
        placed = [
            self._instance(course, name=f"Old {user}", docker_user=user, no_display_lti=str(ltis[2]), **more)
            for user in ("docker", "Other")
        ]
        for lti in ltis:
            self._moodle.execute(
                "UPDATE {lti} SET instructorcustomparameters = %s WHERE id = %s",
                (self._text(placed[0][0], lti, token), lti),
            )
        instances, cmids = zip(*placed, strict=True)
        return Old(course, instances, cmids, ltis, ltis[2], token)

    def add_alone(self, shortname: str, token: str) -> tuple[int, int]:
        """Make a course without an instance, whose activity has lines all the same; return both ids."""
        course = self._moodle.call("create_course", shortname)
        tool = self._moodle.call("create_tool", f"{HUB}/hub/lti/launch")
        lti = self._moodle.call("create_lti", course, tool, "Old alone")
        self._moodle.execute(
            "UPDATE {lti} SET instructorcustomparameters = %s WHERE id = %s", (self._text(1, lti, token), lti)
        )
        return course, lti

    def _text(self, instance: int, lti: int, token: str) -> str:
        own = (f"lms_sessioninfo={instance},{lti}", "lms_course=Old", "lms_ltiname=Old", f"lms_rpctoken={token}")
        where = ("lms_serverurl=https://moodle.example.org:443", "lms_serverpath=")
        return "\r\n".join(
            ("lms_users=*", "lms_image=jupyter : latest", "lms_vol_my_task=Task", *own, *where, "own=1")
        )

    def _instance(self, course: int, **values: object) -> tuple[int, int]:
        new = self._insert("lticontainer", course=course, jupyterhub_url=HUB, **values)
        [[module]] = self._moodle.execute("SELECT id FROM {modules} WHERE name = 'lticontainer'")
        [[section]] = self._moodle.execute(
            "SELECT id FROM {course_sections} WHERE course = %s ORDER BY section LIMIT 1", (course,)
        )
        cmid = self._insert("course_modules", course=course, module=module, instance=new, section=section)
        self._moodle.execute(
            "UPDATE {course_sections} SET sequence = CONCAT_WS(',', NULLIF(sequence, ''), %s) WHERE id = %s",
            (cmid, section),
        )
        return new, cmid

    def _insert(self, table: str, **values: object) -> int:
        names, places = ", ".join(values), ", ".join(["%s"] * len(values))
        return int(
            self._moodle.execute(
                f"INSERT INTO {{{table}}} ({names}) VALUES ({places}) RETURNING id", tuple(values.values())
            )[0][0]
        )

"""A minimal Moodle on a test MariaDB: the tables that the service uses, with Moodle's types, widths and indexes.

Written from the facts of Moodle 4.5 and mod_lticontainer 1.6.3; of each table only some columns are there, among
them every NOT NULL column without a default, so that an INSERT which Moodle would refuse is refused here too.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection
from typing import Any

from tests.support.mariadb import USER, MariaDB

PREFIX = "mdl_"
WRITE = "mod_lticontainer_write_nblogs"
DB_WRITE = "mod/lticontainer:db_write"
SERVICE = "JupyterHub Notebook Logs"
SYSTEM, COURSE, MODULE = 10, 50, 70
"""Levels of contexts."""
PERMANENT, EMBEDDED = 0, 1
"""Types of tokens."""
ROLES = ("manager", "coursecreator", "editingteacher", "teacher", "student", "guest", "user", "frontpage")
"""Archetypes of the roles of a new site, by their ids from 1 on."""
STUDENT = 5
ALLOW, PREVENT, PROHIBIT = 1, -1, -1000
"""Permissions of roles."""

ID = "id BIGINT(10) NOT NULL AUTO_INCREMENT PRIMARY KEY"
_TABLES = {
    "config": "name VARCHAR(255) NOT NULL DEFAULT '', value LONGTEXT NOT NULL, UNIQUE KEY {p}conf_nam_uix (name)",
    "config_plugins": "plugin VARCHAR(100) NOT NULL DEFAULT 'core', name VARCHAR(100) NOT NULL DEFAULT '', "
    "value LONGTEXT NOT NULL, UNIQUE KEY {p}confplug_plunam_uix (plugin, name)",
    "sessions": "state BIGINT(10) NOT NULL DEFAULT 0, sid VARCHAR(128) NOT NULL DEFAULT '', "
    "userid BIGINT(10) NOT NULL, timecreated BIGINT(10) NOT NULL, timemodified BIGINT(10) NOT NULL, "
    "UNIQUE KEY {p}sess_sid_uix (sid)",
    "context": "contextlevel BIGINT(10) NOT NULL DEFAULT 0, instanceid BIGINT(10) NOT NULL DEFAULT 0, "
    "path VARCHAR(255) DEFAULT NULL, depth TINYINT(2) NOT NULL DEFAULT 0, locked TINYINT(2) NOT NULL DEFAULT 0, "
    "UNIQUE KEY {p}cont_conins_uix (contextlevel, instanceid), KEY {p}cont_pat_ix (path)",
    "capabilities": "name VARCHAR(255) NOT NULL DEFAULT '', captype VARCHAR(50) NOT NULL DEFAULT '', "
    "UNIQUE KEY {p}capa_nam_uix (name)",
    "enrol": "enrol VARCHAR(20) NOT NULL DEFAULT '', status BIGINT(10) NOT NULL DEFAULT 0, "
    "courseid BIGINT(10) NOT NULL, KEY {p}enro_cou_ix (courseid)",
    "user_enrolments": "status BIGINT(10) NOT NULL DEFAULT 0, enrolid BIGINT(10) NOT NULL, "
    "userid BIGINT(10) NOT NULL, timestart BIGINT(10) NOT NULL DEFAULT 0, "
    "timeend BIGINT(10) NOT NULL DEFAULT 2147483647, UNIQUE KEY {p}userenro_enruse_uix (enrolid, userid)",
    "role": "name VARCHAR(255) NOT NULL DEFAULT '', shortname VARCHAR(100) NOT NULL DEFAULT '', "
    "description LONGTEXT NOT NULL, sortorder BIGINT(10) NOT NULL DEFAULT 0, "
    "archetype VARCHAR(30) NOT NULL DEFAULT '', UNIQUE KEY {p}role_sor_uix (sortorder), "
    "UNIQUE KEY {p}role_sho_uix (shortname)",
    "role_assignments": "roleid BIGINT(10) NOT NULL DEFAULT 0, contextid BIGINT(10) NOT NULL DEFAULT 0, "
    "userid BIGINT(10) NOT NULL DEFAULT 0, KEY {p}roleassi_useconrol_ix (userid, contextid, roleid)",
    "role_capabilities": "contextid BIGINT(10) NOT NULL DEFAULT 0, roleid BIGINT(10) NOT NULL DEFAULT 0, "
    "capability VARCHAR(255) NOT NULL DEFAULT '', permission BIGINT(10) NOT NULL DEFAULT 0, "
    "UNIQUE KEY {p}rolecapa_rolconcap_uix (roleid, contextid, capability)",
    "user": "auth VARCHAR(20) NOT NULL DEFAULT 'manual', confirmed TINYINT(1) NOT NULL DEFAULT 0, "
    "deleted TINYINT(1) NOT NULL DEFAULT 0, suspended TINYINT(1) NOT NULL DEFAULT 0, "
    "mnethostid BIGINT(10) NOT NULL DEFAULT 0, username VARCHAR(100) NOT NULL DEFAULT '', "
    "password VARCHAR(255) NOT NULL DEFAULT '', UNIQUE KEY {p}user_mneuse_uix (mnethostid, username)",
    "course": "category BIGINT(10) NOT NULL DEFAULT 0, fullname VARCHAR(254) NOT NULL DEFAULT '', "
    "shortname VARCHAR(255) NOT NULL DEFAULT '', visible TINYINT(1) NOT NULL DEFAULT 1",
    "course_sections": "course BIGINT(10) NOT NULL DEFAULT 0, section BIGINT(10) NOT NULL DEFAULT 0, "
    "sequence LONGTEXT DEFAULT NULL, UNIQUE KEY {p}coursect_cousec_uix (course, section)",
    "modules": "name VARCHAR(20) NOT NULL DEFAULT '', KEY {p}modu_nam_ix (name)",
    "course_modules": "course BIGINT(10) NOT NULL DEFAULT 0, module BIGINT(10) NOT NULL DEFAULT 0, "
    "instance BIGINT(10) NOT NULL DEFAULT 0, section BIGINT(10) NOT NULL DEFAULT 0, "
    "deletioninprogress TINYINT(1) NOT NULL DEFAULT 0, KEY {p}courmodu_cou_ix (course), "
    "KEY {p}courmodu_mod_ix (module), KEY {p}courmodu_ins_ix (instance)",
    "lti": "course BIGINT(10) NOT NULL DEFAULT 0, name VARCHAR(255) NOT NULL DEFAULT '', "
    "typeid BIGINT(10) DEFAULT NULL, toolurl LONGTEXT NOT NULL, "
    "launchcontainer TINYINT(2) NOT NULL DEFAULT 1, KEY {p}lti_cou_ix (course)",
    "lti_types": "name VARCHAR(255) NOT NULL DEFAULT 'basiclti Activity', baseurl LONGTEXT NOT NULL, "
    "tooldomain VARCHAR(255) NOT NULL DEFAULT '', course BIGINT(10) NOT NULL, KEY {p}ltitype_too_ix (tooldomain)",
    "lti_types_config": "typeid BIGINT(10) NOT NULL, name VARCHAR(100) NOT NULL DEFAULT '', "
    "value LONGTEXT NOT NULL, KEY {p}ltitypeconf_typ_ix (typeid)",
    "external_functions": "name VARCHAR(200) NOT NULL DEFAULT '', component VARCHAR(100) NOT NULL DEFAULT '', "
    "UNIQUE KEY {p}extefunc_nam_uix (name)",
    "external_services": "name VARCHAR(200) NOT NULL DEFAULT '', enabled TINYINT(1) NOT NULL, "
    "requiredcapability VARCHAR(150) DEFAULT NULL, restrictedusers TINYINT(1) NOT NULL, "
    "component VARCHAR(100) DEFAULT NULL, timecreated BIGINT(10) NOT NULL, shortname VARCHAR(255) DEFAULT NULL, "
    "UNIQUE KEY {p}exteserv_nam_uix (name)",
    "external_services_functions": "externalserviceid BIGINT(10) NOT NULL, "
    "functionname VARCHAR(200) NOT NULL DEFAULT '', KEY {p}exteservfunc_ext_ix (externalserviceid)",
    "external_services_users": "externalserviceid BIGINT(10) NOT NULL, userid BIGINT(10) NOT NULL, "
    "iprestriction VARCHAR(255) DEFAULT NULL, validuntil BIGINT(10) DEFAULT NULL, "
    "KEY {p}exteservuser_ext_ix (externalserviceid), KEY {p}exteservuser_use_ix (userid)",
    "external_tokens": "token VARCHAR(128) NOT NULL DEFAULT '', privatetoken VARCHAR(64) DEFAULT NULL, "
    "tokentype SMALLINT(4) NOT NULL, userid BIGINT(10) NOT NULL, externalserviceid BIGINT(10) NOT NULL, "
    "sid VARCHAR(128) DEFAULT NULL, contextid BIGINT(10) NOT NULL, creatorid BIGINT(10) NOT NULL DEFAULT 1, "
    "iprestriction VARCHAR(255) DEFAULT NULL, validuntil BIGINT(10) DEFAULT NULL, "
    "timecreated BIGINT(10) NOT NULL, lastaccess BIGINT(10) DEFAULT NULL, KEY {p}extetoke_tok_ix (token), "
    "KEY {p}extetoke_use_ix (userid), KEY {p}extetoke_ext_ix (externalserviceid)",
    "lticontainer": "course BIGINT(10) NOT NULL, name VARCHAR(255) NOT NULL DEFAULT '', "
    "docker_pass VARCHAR(64) DEFAULT '', jupyterhub_url VARCHAR(128) DEFAULT '', "
    "no_display_lti VARCHAR(255) DEFAULT '', KEY {p}ltic_cou_ix (course)",
    "lticontainer_client_data": "session VARCHAR(42) NOT NULL DEFAULT '', "
    "message VARCHAR(42) NOT NULL DEFAULT '', "
    "cell_id VARCHAR(42) DEFAULT NULL, filename VARCHAR(255) DEFAULT NULL, date VARCHAR(32) NOT NULL DEFAULT '0', "
    "updatetm BIGINT(12) NOT NULL DEFAULT 0, KEY {p}lticcliedata_ses_ix (session), "
    "KEY {p}lticcliedata_mes_ix (message)",
    "lticontainer_server_data": "session VARCHAR(42) NOT NULL DEFAULT '', "
    "message VARCHAR(42) NOT NULL DEFAULT '', "
    "status VARCHAR(32) DEFAULT NULL, username VARCHAR(32) DEFAULT NULL, date VARCHAR(32) NOT NULL DEFAULT '0', "
    "updatetm BIGINT(12) NOT NULL DEFAULT 0, KEY {p}lticservdata_ses_ix (session), "
    "KEY {p}lticservdata_mes_ix (message)",
    "lticontainer_session": "session VARCHAR(42) NOT NULL DEFAULT '', course BIGINT(10) NOT NULL DEFAULT 0, "
    "inst_id BIGINT(10) NOT NULL DEFAULT 0, lti_id BIGINT(10) NOT NULL DEFAULT 0, "
    "updatetm BIGINT(12) NOT NULL DEFAULT 0, KEY {p}lticsess_ses_ix (session)",
    "lticontainer_tags": "cell_id VARCHAR(42) NOT NULL DEFAULT '', tags LONGTEXT NOT NULL, "
    "filename VARCHAR(255) DEFAULT NULL, codenum VARCHAR(12) DEFAULT NULL, "
    "updatetm BIGINT(12) NOT NULL DEFAULT 0, UNIQUE KEY {p}ltictags_celfil_uix (cell_id, filename)",
}
OPTIONS = "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ROW_FORMAT=COMPRESSED"
PLUGIN_TABLES = {name: columns for name, columns in _TABLES.items() if name.startswith("lticontainer")}
"""Those that mod_lticontainer brings along."""
_CONFIG = {
    "version": "2024100706",
    "release": "4.5.6 (Build: 20250811)",
    "enablewebservices": "1",
    "webserviceprotocols": "rest",
    "siteadmins": "2",
    "siteguest": "1",
    "defaultuserroleid": "7",
    "sessiontimeout": "28800",
}

Row = dict[str, Any]


class Moodle:
    """Moodle's database with the tables of a site that has mod_lticontainer; each `add_` returns the new id.

    :param server: where; :param name: of the database, made new where none is given.
    """

    def __init__(self, server: MariaDB, prefix: str = PREFIX, name: str | None = None) -> None:
        self.server = server
        self.prefix = prefix
        self.database = name or f"moodle{secrets.token_hex(6)}"
        if name is None:
            self.server.execute(
                f"CREATE DATABASE `{self.database}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
            )
        for table, columns in _TABLES.items():
            self.execute(f"CREATE TABLE {{{table}}} ({ID}, {columns.format(p=prefix)}) {OPTIONS}")
        self.allow()
        for key, value in _CONFIG.items():
            self.set_config(key, value)
        self._insert("config_plugins", plugin="mod_lticontainer", name="version", value="2026012900")
        self.system = self.add_context(SYSTEM, 0)
        for module in ("lti", "lticontainer"):
            self._insert("modules", name=module)
        for capability in (DB_WRITE, "moodle/site:maintenanceaccess"):
            self._insert("capabilities", name=capability, captype="write")
        for number, archetype in enumerate(ROLES, 1):
            self._insert(
                "role", id=number, shortname=archetype, sortorder=number, archetype=archetype, description=""
            )
        self._insert("external_functions", name=WRITE, component="mod_lticontainer")
        self.add_user("guest")
        self.add_user("admin")

    def allow(self, rights: str = "ALL", on: str = "*") -> None:
        """Grant the test user rights in the database."""
        pattern = self.database.replace("_", r"\_") if on == "*" else self.database
        self.server.execute(f"GRANT {rights} ON `{pattern}`.{on} TO '{USER}'@'127.0.0.1'")

    def table(self, name: str) -> str:
        """Return the whole name of a table."""
        return f"`{self.database}`.{self.prefix}{name}"

    def execute(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a statement as root; `{user}` in it stands for the whole name of a table."""
        for name in _TABLES:
            sql = sql.replace(f"{{{name}}}", self.table(name))
        return self.server.execute(sql, values)

    def rows(self, table: str, **where: object) -> list[Row]:
        """Return rows without `id`, in its order."""
        names = [
            row[0]
            for row in self.server.execute(
                "SELECT column_name FROM information_schema.columns "
                "WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position",
                (self.database, self.prefix + table),
            )
        ]
        some = " AND ".join(f"BINARY {name} = %s" for name in where) or "1"
        found = self.execute(f"SELECT * FROM {{{table}}} WHERE {some} ORDER BY id", *where.values())
        rows = [dict(zip(names, row, strict=True)) for row in found]
        return [{k: v for k, v in row.items() if k != "id"} for row in rows]

    def count(self, table: str) -> int:
        """Return the number of rows of a table."""
        return int(self.execute(f"SELECT COUNT(*) FROM {{{table}}}")[0][0])

    def set_config(self, name: str, value: str) -> None:
        """Change a setting of the site."""
        self.execute("REPLACE INTO {config} (name, value) VALUES (%s, %s)", name, value)

    def add_context(self, level: int, instance: int, parent: str = "") -> int:
        """Add a context below another."""
        new = self._insert("context", contextlevel=level, instanceid=instance)
        depth = parent.count("/") + 1
        self.execute("UPDATE {context} SET path = %s, depth = %s WHERE id = %s", f"{parent}/{new}", depth, new)
        return new

    def context(self, level: int, instance: int) -> int:
        """Return the id of a context."""
        where = "SELECT id FROM {context} WHERE contextlevel = %s AND instanceid = %s"
        return int(self.execute(where, level, instance)[0][0])

    def add_course(self, shortname: str = "python", course: int | None = None, path: str = "") -> int:
        """Add a course with one section and its context, below the context of `path` or the site's."""
        new = self._insert("course", id=course, shortname=shortname, fullname=shortname)
        self._insert("course_sections", course=new, section=0, sequence="")
        self.add_context(COURSE, new, path or f"/{self.system}")
        return new

    def add_tool(self, baseurl: str = "https://hub.example.org/hub/lti/launch") -> int:
        """Add a preconfigured LTI tool."""
        domain = baseurl.partition("://")[2].partition("/")[0].partition(":")[0].lower()
        return self._insert("lti_types", name="Hub", baseurl=baseurl, tooldomain=domain, course=1)

    def add_activity(self, course: int, tool: int, name: str = "Python 1", lti: int | None = None) -> int:
        """Add an LTI activity at the end of a course; return the id of `lti`."""
        new = self._insert("lti", id=lti, course=course, name=name, typeid=tool, toolurl="")
        self._place(course, "lti", new)
        return new

    def add_instance(
        self, course: int, jupyterhub_url: str = "", no_display_lti: str = "", name: str = "C"
    ) -> int:
        """Add an instance of mod_lticontainer; return its id."""
        shown = {"jupyterhub_url": jupyterhub_url, "no_display_lti": no_display_lti}
        new = self._insert("lticontainer", course=course, name=name, **shown)
        self._place(course, "lticontainer", new)
        return new

    def _place(self, course: int, module: str, instance: int) -> None:
        [[section]] = self.execute("SELECT id FROM {course_sections} WHERE course = %s", course)
        [[kind]] = self.execute("SELECT id FROM {modules} WHERE name = %s", module)
        place = self._insert("course_modules", course=course, module=kind, instance=instance, section=section)
        self.execute(
            "UPDATE {course_sections} SET sequence = TRIM(BOTH ',' FROM CONCAT_WS(',', sequence, %s)) "
            "WHERE id = %s",
            place,
            section,
        )
        path = self.execute("SELECT path FROM {context} WHERE contextlevel = 50 AND instanceid = %s", course)[0][0]
        self.add_context(MODULE, place, path)

    def add_user(self, username: str = "teacher1", **values: object) -> int:
        """Add a user who may log in."""
        return self._insert("user", **{"username": username, "confirmed": 1, "mnethostid": 1, **values})

    def add_role(self, capability: str, context: int, permission: int = ALLOW, role: int | None = None) -> int:
        """Give a role a permission in a context; return the role's id."""
        role = role or 100 + self.count("role_capabilities")
        self._insert(
            "role_capabilities", roleid=role, contextid=context, capability=capability, permission=permission
        )
        return role

    def assign(self, role: int, user: int, context: int) -> int:
        """Give a user a role."""
        return self._insert("role_assignments", roleid=role, userid=user, contextid=context)

    def enrol(
        self, user: int, course: int, role: int = STUDENT, method: int | None = None, **values: object
    ) -> int:
        """Enrol a user in a course with a role there; return the id of the method, which another may use too."""
        method = method or self._insert("enrol", enrol="manual", courseid=course)
        self._insert("user_enrolments", **{"enrolid": method, "userid": user, "timeend": 0, **values})
        self.assign(role, user, self.context(COURSE, course))
        return method

    def add_service(
        self, functions: Collection[str] = (WRITE,), *, users: Collection[int] = (), **values: object
    ) -> int:
        """Add an external service with its functions; restricted to some users where those are given."""
        plain = {"name": f"{SERVICE} {secrets.token_hex(4)}", "enabled": 1, "timecreated": 1}
        new = self._insert("external_services", **{**plain, "restrictedusers": int(bool(users)), **values})
        for function in functions:
            self._insert("external_services_functions", externalserviceid=new, functionname=function)
        for user in users:
            self._insert("external_services_users", externalserviceid=new, userid=user)
        return new

    def add_token(self, user: int, service: int, **values: object) -> str:
        """Add a token, 32 hex characters as Moodle's are, and return it."""
        token = secrets.token_hex(16)
        plain = {"tokentype": PERMANENT, "contextid": self.system, "timecreated": int(time.time())}
        owner = {"token": token, "userid": user, "externalserviceid": service}
        self._insert("external_tokens", **{**plain, **owner, **values})
        return token

    def token(self) -> str:
        """Return a token as the plugin's administrators make them: of a teacher, for a restricted service."""
        teacher = self.add_user(f"teacher-{secrets.token_hex(4)}")
        self.assign(self.add_role(DB_WRITE, self.system), teacher, self.system)
        return self.add_token(teacher, self.add_service(users=[teacher], requiredcapability=DB_WRITE))

    def _insert(self, table: str, **values: object) -> int:
        values = {name: value for name, value in values.items() if value is not None}
        places = ", ".join(["%s"] * len(values))
        sql = f"INSERT INTO {{{table}}} ({', '.join(values)}) VALUES ({places}) RETURNING id"
        return int(self.execute(sql, *values.values())[0][0])

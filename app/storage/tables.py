"""The tables of the service's own layout.

The first four hold the plugin's columns, wider where Moodle's user names or Jupyter's ids may be
longer. Text compares by code point on every database: `task1` and `Task1` differ. Times that end in
`_us` are microseconds since 1970 UTC, `updatetm` is in seconds, as in the plugin.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Computed,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.sql.schema import SchemaItem

from app.counting import SLOT_US

PREFIX = "lticontainer_"
DAY_US = 86_400_000_000
REVOCATIONS = "tokens"
CONSENTS = "consents"
EXECUTIONS_BY_COURSE = f"ix_{PREFIX}executions_course"
"""Every index holds the primary key too, so this one has the rows of a course in their order."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only in a column of the exact type INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")
LongText = Text().with_variant(mysql.MEDIUMTEXT, "mysql", "mariadb")
Bytes = LargeBinary().with_variant(mysql.LONGBLOB, "mysql", "mariadb")
Mark = LargeBinary(28).with_variant(mysql.BINARY(28), "mysql", "mariadb")
TokenHash = String(64).with_variant(mysql.CHAR(64, charset="ascii", collation="ascii_bin"), "mysql", "mariadb")

ENCRYPTED = {"encrypted": True}
"""The `info` of columns that app.auth.encryption fills, so that a new key reaches all of them."""

SESSION = 128
MESSAGE = 128
CELL_ID = 128
FILENAME = 255
CODENUM = 32
STATUS = 32
USERNAME = 255
DATE = 64
TAGS = 65_535


def _text(name: str, length: int) -> Column[str]:
    return Column(name, String(length), nullable=False, server_default="")


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


def _table(name: str, *items: SchemaItem, **more: Any) -> Table:
    # Only what MariaDB and MySQL share; utf8mb4_bin compares by code point, as SQLite does.
    options: dict[str, Any] = {f"{d}_{k}": v for d in ("mysql", "mariadb") for k, v in _MYSQL.items()}
    return Table(PREFIX + name, metadata, *items, **options, **more)


_MYSQL = {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_bin"}

client_data = _table(
    "client_data",
    Column("id", Id, primary_key=True),
    _text("session", SESSION),
    _text("message", MESSAGE),
    _text("cell_id", CELL_ID),
    _text("filename", FILENAME),
    _text("date", DATE),
    _number("updatetm"),
    Index(None, "session", "message"),
    Index(None, "cell_id"),
)

server_data = _table(
    "server_data",
    Column("id", Id, primary_key=True),
    _text("session", SESSION),
    _text("message", MESSAGE),
    _text("status", STATUS),
    _text("username", USERNAME),
    _text("date", DATE),
    _number("updatetm"),
    Index(None, "session"),
)

session = _table(
    "session",
    Column("id", Id, primary_key=True),
    _text("session", SESSION),
    _number("course"),
    _number("inst_id"),
    _number("lti_id"),
    _number("updatetm"),
    UniqueConstraint("session"),
    Index(None, "lti_id"),
)

tags = _table(
    "tags",
    Column("id", Id, primary_key=True),
    _text("cell_id", CELL_ID),
    Column("tags", LongText, nullable=False),
    _text("filename", FILENAME),
    _text("codenum", CODENUM),
    _number("updatetm"),
    UniqueConstraint("cell_id", "filename"),
)

executions = _table(
    "executions",
    Column("id", Id, primary_key=True),
    _text("session", SESSION),
    _text("message", MESSAGE),
    _number("course"),
    _number("inst_id"),
    _number("lti_id"),
    _text("username", USERNAME),
    _text("filename", FILENAME),
    _text("codenum", CODENUM),
    _text("cell_id", CELL_ID),
    _text("status", STATUS),
    Column("asked_us", BigInteger),
    Column("answered_us", BigInteger),
    Column(
        "duration_us",
        BigInteger,
        # Clocks of browsers and kernels differ: what is negative or over a day is unknown.
        Computed(
            "CASE WHEN answered_us >= asked_us AND answered_us - asked_us <= "
            f"{DAY_US} THEN answered_us - asked_us END",
            persisted=False,
        ),
    ),
    Column(
        "slot_us",
        BigInteger,
        # Null until both parts are there: what has a slot is charted.
        Computed(
            f"CASE WHEN asked_us IS NOT NULL THEN answered_us - answered_us % {SLOT_US} END",
            persisted=False,
        ),
    ),
    UniqueConstraint("session", "message"),
    Index(EXECUTIONS_BY_COURSE, "course"),
    # In the order in which charts read; with all that they read, so that they need not look at the rows. Without
    # what is not charted, where an index can leave rows out: so the writing of a question need not touch it.
    Index(
        "ix_lticontainer_executions_charts",
        *("course", "slot_us", "username", "answered_us", "codenum", "status", "filename", "lti_id", "inst_id"),
        "asked_us",
        sqlite_where=text("slot_us IS NOT NULL"),
    ),
)

counts = _table(
    "counts",
    Column("course", BigInteger, primary_key=True, autoincrement=False),
    Column("unit_us", BigInteger, primary_key=True, autoincrement=False),
    Column("username", String(USERNAME), primary_key=True),
    Column("codenum", String(CODENUM), primary_key=True),
    Column("filename", String(FILENAME), primary_key=True),
    Column("lti_id", BigInteger, primary_key=True, autoincrement=False),
    Column("inst_id", BigInteger, primary_key=True, autoincrement=False),
    _number("ok"),
    _number("error"),
    sqlite_with_rowid=False,
)

marks = _table("marks", Column("mark", Mark, primary_key=True))

bindings = _table(
    "bindings",
    Column("session", String(SESSION), primary_key=True),
    _text("owner", 64),
    _text("username", USERNAME),
)

ltis = _table(
    "ltis",
    Column("lti_id", BigInteger, primary_key=True, autoincrement=False),
    _number("course"),
    _number("inst_id"),
    _text("name", 255),
    Column("registered_at", BigInteger),
)

unregistered_ltis = _table(
    "unregistered_ltis",
    Column("lti_id", BigInteger, primary_key=True, autoincrement=False),
    _number("course"),
    _number("unregistered_at"),
)

token_counters = _table(
    "token_counters",
    Column("inst_id", BigInteger, primary_key=True, autoincrement=False),
    Column("lti_id", BigInteger, primary_key=True, autoincrement=False),
    _number("counter"),
)

rejects = _table(
    "rejects",
    Column("id", Id, primary_key=True),
    _number("received_at"),
    _text("caller", 64),
    Column("coverage", Text, nullable=False),
    _text("protocol", 16),
    _text("function", 100),
    _text("code", 32),
    Column("reason", Text, nullable=False),
    _text("session", SESSION),
    _text("username", USERNAME),
    Column("whole", Integer, nullable=False, server_default="0"),
    Column("raw", Bytes, nullable=False),
    _text("text_digest", 32),
    Index(None, "caller"),
    Index(None, "session"),
    Index(None, "text_digest"),
)

course_rules = _table(
    "course_rules",
    Column("course", BigInteger, primary_key=True, autoincrement=False),
    Column("records", Integer, nullable=False, server_default="1"),
    Column("keep_days", BigInteger),
    _number("changed_at"),
)

pseudonym_keys = _table(
    "pseudonym_keys",
    Column("course", BigInteger, primary_key=True, autoincrement=False),
    Column("sealed", Text, nullable=False, info=ENCRYPTED),
    _number("created_at"),
)

epochs = _table(
    "epochs",
    Column("name", String(32), primary_key=True),
    _number("value"),
)

cursors = _table(
    "cursors",
    Column("source", String(64), primary_key=True),
    Column("part", String(32), primary_key=True),
    _number("last_id"),
)

tokens = _table(
    "tokens",
    Column("id", Id, primary_key=True),
    _text("name", 100),
    Column("token_hash", TokenHash, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("courses", Text),
    Column("networks", Text),
    _number("created_at"),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
    UniqueConstraint("token_hash"),
)

hosts = _table(
    "hosts",
    Column("id", Id, primary_key=True),
    _text("name", 63),
    _text("engine", 16),
    _text("address", 255),
    _number("port"),
    _text("username", 255),
    _text("socket", 255),
    _text("key_file", 1024),
    Column("password", Text, nullable=False, info=ENCRYPTED),
    Column("host_key", Text, nullable=False),
    Column("courses", Text),
    _number("created_at"),
    UniqueConstraint("name"),
)

login_codes = _table(
    "login_codes",
    Column("code_hash", TokenHash, primary_key=True),
    Column("sealed", Text, nullable=False),
    _number("expires_at"),
)

rosters = _table(
    "rosters",
    Column("course", BigInteger, primary_key=True, autoincrement=False),
    Column("username", String(USERNAME), primary_key=True),
)

audit = _table(
    "audit",
    Column("id", Id, primary_key=True),
    _number("began_at"),
    Column("ended_at", BigInteger),
    _text("caller", 64),
    _text("caller_name", 255),
    _text("on_behalf", 255),
    _text("action", 64),
    _text("host", 255),
    _number("course"),
    Column("object", Text, nullable=False),
    _text("state", 16),
    Column("result", Text, nullable=False),
    Index(None, "began_at"),
    Index(None, "course"),
)

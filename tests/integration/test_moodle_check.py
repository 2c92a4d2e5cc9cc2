"""`lticontainer moodle check` finds what is wrong in Moodle's database, says what to do, and changes nothing."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator

import pytest

from app.moodle.grants import grant, grant_noting, rights
from app.moodle.schema import moodle_tables
from tests.support.cli import run_here
from tests.support.databases import shared_mariadb
from tests.support.moodle_tables import Moodle
from tests.support.site import Site


class Checked:
    """A service with its own tables in a database of its own, beside a Moodle."""

    def __init__(self) -> None:
        self.server = shared_mariadb()
        self.moodle = Moodle(self.server)
        self.site = Site(self.server.create_database())
        self.site.upgrade()
        self.prefix = "mdl_"
        self.url = self.site.database_url

    def run(self, *options: str) -> tuple[int, str]:
        env = self.site.env | {
            "LTICONTAINER_DATABASE_URL": self.url,
            "LTICONTAINER_MOODLE_PREFIX": self.prefix,
            "LTICONTAINER_MOODLE_DATABASE": self.moodle.database,
        }
        done = run_here("moodle", "check", *options, env=env)
        assert done.stderr == ""
        return done.returncode, done.stdout

    def findings(self, level: str) -> list[dict[str, str]]:
        """Return the findings of a level."""
        return [finding for finding in json.loads(self.run("--json")[1]) if finding["level"] == level]


@pytest.fixture
def checked() -> Iterator[Checked]:
    made = Checked()
    yield made
    made.site.close()
    made.server.execute(f"DROP DATABASE `{made.moodle.database}`")


def test_a_good_moodle_has_no_other_findings(checked: Checked) -> None:
    checked.moodle.token()
    code, said = checked.run()
    assert code == 0, said
    assert {line.split()[0] for line in said.splitlines()} == {"ok"}
    assert "1 of 1 tokens are in force" in said


def test_a_wrong_prefix_names_the_right_one(checked: Checked) -> None:
    checked.prefix = "m_"
    code, said = checked.run()
    assert code == 1
    assert "no table begins with m_" in said
    assert "there are tables with the prefix mdl_" in said


@pytest.mark.parametrize(
    ("change", "level", "check", "said"),
    [
        ("DROP TABLE {lticontainer_tags}", "error", "tables", "there is no table mdl_lticontainer_tags"),
        ("ALTER TABLE {user} DROP COLUMN suspended", "error", "columns", "mdl_user lacks a column: suspended"),
        (
            "ALTER TABLE {lticontainer_session} MODIFY session VARCHAR(36)",
            "warning",
            "widths",
            "holds 36 characters",
        ),
        ("UPDATE {config} SET value = '4.1.9' WHERE name = 'release'", "warning", "version", "4.1.9 is older"),
        ("UPDATE {config} SET value = '5.2' WHERE name = 'release'", "warning", "version", "5.2 is newer"),
        ("UPDATE {config_plugins} SET value = '2024'", "warning", "plugin", "has version 2024"),
        ("UPDATE {config} SET value = '0' WHERE name = 'enablewebservices'", "error", "web services", "are off"),
        (
            "INSERT INTO {config} SET name = 'maintenance_enabled', value = '1'",
            "warning",
            "maintenance",
            "refused",
        ),
        ("DELETE FROM {external_services_functions}", "error", "services", "no service of Moodle"),
        ("UPDATE {external_services} SET enabled = 0", "error", "services", "is not enabled"),
        ("UPDATE {user} SET suspended = 1", "warning", "services", "none is in force"),
        ("UPDATE {external_tokens} SET validuntil = 1", "warning", "services", "none is in force"),
        ("DELETE FROM {external_services_users}", "warning", "services", "none is in force"),
    ],
)
def test_what_is_wrong_is_found_with_its_remedy(
    checked: Checked, change: str, level: str, check: str, said: str
) -> None:
    checked.moodle.token()
    checked.moodle.execute(change)
    [finding] = checked.findings(level)
    assert finding["check"] == check
    assert said in finding["text"]
    assert finding["remedy"]
    assert checked.run()[0] == (1 if level == "error" else 0)


def test_own_tables_that_are_missing_are_told(checked: Checked) -> None:
    checked.moodle.token()
    checked.url = checked.server.create_database()
    [finding] = checked.findings("error")
    assert (finding["check"], finding["remedy"]) == ("own tables", "lticontainer db upgrade")


def account(checked: Checked) -> str:
    """Make an account that may use the service's own database only, and let the check use it."""
    name, password = f"u{secrets.token_hex(4)}", secrets.token_hex(8)
    own = checked.url.rpartition("/")[2].partition("?")[0]
    checked.server.execute(f"CREATE USER '{name}'@'127.0.0.1' IDENTIFIED BY '{password}'")
    checked.server.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON `{own}`.* TO '{name}'@'127.0.0.1'")
    checked.url = f"mysql+pymysql://{name}:{password}@127.0.0.1:{checked.server.port}/{own}?charset=utf8mb4"
    return f"'{name}'@'127.0.0.1'"


def test_the_grants_that_it_names_are_all_that_is_needed(checked: Checked) -> None:
    checked.moodle.token()
    user = account(checked)
    code, said = checked.run()
    assert code == 1
    statements = [line.strip() for line in said.splitlines() if line.strip().startswith("GRANT")]
    tables = moodle_tables("mdl_", checked.moodle.database)
    needed = [grant(table, needed, user) for table, needed in rights(tables)]
    assert statements == [*needed, grant_noting(tables, user)]
    for statement in statements:
        checked.server.execute(statement.rstrip(";"))
    code, said = checked.run()
    assert code == 0
    assert {line.split()[0] for line in said.splitlines()} == {"ok"}
    assert "password" not in " ".join(statements)


def test_the_right_to_note_when_a_token_was_used_is_optional(checked: Checked) -> None:
    checked.moodle.token()
    user = account(checked)
    tables = moodle_tables("mdl_", checked.moodle.database)
    for table, needed in rights(tables):
        checked.server.execute(grant(table, needed, user).rstrip(";"))
    [finding] = checked.findings("warning")
    assert "optional" in finding["text"]
    assert finding["remedy"] == (
        f"GRANT SELECT (id, lastaccess), UPDATE (lastaccess) ON {checked.moodle.database}.mdl_external_tokens "
        f"TO {user};"
    )
    assert checked.run()[0] == 0
    checked.server.execute(finding["remedy"].rstrip(";"))
    assert checked.findings("warning") == []


def test_one_right_that_is_missing_is_the_one_grant(checked: Checked) -> None:
    checked.moodle.token()
    user = account(checked)
    tables = moodle_tables("mdl_", checked.moodle.database)
    for table, needed in rights(tables):
        less = [right for right in needed if not (table is tables.lticontainer_tags and right == "DELETE")]
        checked.server.execute(grant(table, less, user).rstrip(";"))
    [finding] = checked.findings("error")
    assert finding["text"] == f"{user} lacks DELETE on mdl_lticontainer_tags"
    assert finding["remedy"] == f"GRANT DELETE ON {checked.moodle.database}.mdl_lticontainer_tags TO {user};"


def test_it_changes_nothing(checked: Checked) -> None:
    checked.moodle.token()
    checked.moodle.execute("INSERT INTO {lticontainer_session} SET session = 's'")
    names = ("user", "config", "lticontainer_session", "external_tokens")
    question = f"CHECKSUM TABLE {', '.join(map(checked.moodle.table, names))}"
    before = checked.server.execute(question)
    checked.run()
    assert checked.server.execute(question) == before


def test_postgresql_is_refused_with_what_to_do_instead(checked: Checked) -> None:
    env = checked.site.env | {
        "LTICONTAINER_DATABASE_URL": "postgresql://m:s3cret@db/moodle",
        "LTICONTAINER_MOODLE_PREFIX": "mdl_",
    }
    done = run_here("moodle", "check", env=env)
    assert done.returncode == 1
    assert "MariaDB and MySQL only" in done.stderr
    assert "leave moodle_prefix empty" in done.stderr
    assert "s3cret" not in done.stderr

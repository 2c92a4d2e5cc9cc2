"""The documentation keeps up with the code, and its links lead somewhere."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import UniqueConstraint

from app.auth.caller import SCOPES
from app.cli import cli
from app.errors import ERRORS, CallError
from app.factory import build_service
from app.monitoring.metrics import METRICS
from app.registry import ExternalFunction
from app.settings import Settings
from app.storage.migrate import VERSION_TABLE
from app.storage.tables import metadata
from tests.support.declared import commands, one_line, sections, setting_lines
from tests.support.process import ROOT

REFERENCE = ROOT / "docs/reference"
KEY = SecretStr(base64.urlsafe_b64encode(bytes(32)).decode())
PAGES = sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md"))
PARTS = build_service(Settings(secret_key=KEY, moodle_url="https://moodle.example"))
FUNCTIONS = PARTS.registry.functions
DOWNLOADS = PARTS.downloads.by_path
COMMANDS = dict(commands(cli))

DECLARED = {
    "functions.md": set(FUNCTIONS),
    "downloads.md": set(DOWNLOADS),
    "settings.md": set(Settings.model_fields),
    "commands.md": set(COMMANDS),
    "metrics.md": set(METRICS),
    "errors.md": {error.code for error in ERRORS},
    "scopes.md": set(SCOPES),
    "tables.md": set(metadata.tables) | {VERSION_TABLE},
}

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


@pytest.mark.parametrize("page", DECLARED)
def test_everything_declared_has_its_heading_and_nothing_else_has(page: str) -> None:
    written = set(sections(REFERENCE / page))
    assert sorted(DECLARED[page] - written) == [], f"no heading ### `NAME` in docs/reference/{page}"
    assert sorted(written - DECLARED[page]) == [], f"docs/reference/{page} describes what does not exist"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_is_described_as_in_the_code(name: str) -> None:
    text = one_line(sections(REFERENCE / "settings.md").get(name, ""))
    for line in setting_lines(name):
        assert one_line(line) in text


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_an_error_is_described_with_what_each_protocol_answers(error: type[CallError]) -> None:
    text = one_line(sections(REFERENCE / "errors.md").get(error.code, ""))
    for part in (str(error.status), str(error.fault), error.exception, error.message):
        assert f"`{part}`" in text


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_a_function_is_described_with_its_scope_parameters_and_result(function: ExternalFunction) -> None:
    text = one_line(sections(REFERENCE / "functions.md").get(function.name, ""))
    assert f"`{function.scope}`" in text if function.scope else "any service token" in text
    assert f"`POST /api/v1/{function.short_name}`" in text
    for name in (*function.positional, *function.result.fields):
        assert f"`{name}`" in text


def test_a_download_is_described_with_its_scope_and_parameters() -> None:
    for path, download in DOWNLOADS.items():
        text = one_line(sections(REFERENCE / "downloads.md").get(path, ""))
        assert f"`{download.scope}`" in text if download.scope else "any service token" in text
        assert f"`GET /api/v1/{path}`" in text
        for name in download.params.fields:
            assert f"`{name}`" in text


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_described_with_all_its_options(name: str) -> None:
    text = one_line(sections(REFERENCE / "commands.md").get(name, ""))
    for parameter in COMMANDS[name].params:
        word = (
            max(parameter.opts, key=len)
            if parameter.param_type_name == "option"
            else parameter.human_readable_name
        )
        assert word in text


@pytest.mark.parametrize("name", metadata.tables)
def test_a_table_is_described_with_exactly_its_columns(name: str) -> None:
    text = sections(REFERENCE / "tables.md").get(name, "")
    assert re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE) == [column.name for column in metadata.tables[name].c]


def column_lists(text: str, word: str) -> set[tuple[str, ...]]:
    """Return what is said of indexes: `Index on `a`, `b` and on `c`.`"""
    said = " on ".join(re.findall(rf"\b{word} on ([^.]+)\.", text))
    return {tuple(names) for part in said.split(" on ") if (names := re.findall(r"`(\w+)`", part))}


@pytest.mark.parametrize("name", metadata.tables)
def test_a_table_is_described_with_exactly_its_indexes(name: str) -> None:
    text, table = sections(REFERENCE / "tables.md").get(name, ""), metadata.tables[name]
    unnamed = [index for index in table.indexes if f"`{index.name}`" not in text]
    assert column_lists(text, "Index") == {tuple(column.name for column in index.columns) for index in unnamed}
    unique = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    assert column_lists(text, "Unique") == {tuple(column.name for column in each.columns) for each in unique}


def links(page: Path) -> Iterator[str]:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    yield from (link for link in _LINK.findall(text) if not re.match(r"[a-z]+:", link))


def anchors(page: Path) -> set[str]:
    """Return the anchors that a reader of Markdown makes of headings."""
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    dead = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    assert dead == []


def test_every_page_can_be_found_from_the_index() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "docs/README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md" or not page.exists():
            continue
        seen.add(page)
        waiting += [(page.parent / link.partition("#")[0]).resolve() for link in links(page)]
    assert sorted(str(page) for page in (ROOT / "docs").rglob("*.md") if page not in seen) == []


def test_the_check_of_links_sees_a_dead_one(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "# One word\n[x](b.md) [y](#one-word) [z](#two) [w](https://x.example/) ![i](i.png)"
    )
    assert list(links(tmp_path / "a.md")) == ["b.md", "#one-word", "#two"]
    assert anchors(tmp_path / "a.md") == {"one-word"}

"""The Moodle plugin's files: they can be read, keep Moodle's rules, and name what exists."""

from __future__ import annotations

import json
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support.plugin import PLUGIN, files, php_missing
from tests.support.process import ROOT
from tests.support.skip import missing

STRING = re.compile(r"^\$string\['([^']+)'\] = '((?:[^'\\]|\\.)*)';$", re.MULTILINE)
HEADER = "<?php\n// This file is part of Moodle - https://moodle.org/\n"
PHP = files(".php")
CODE = [path for path in PHP if "tests" not in path.relative_to(PLUGIN).parts]
TEMPLATES = files(".mustache")
VOID = {"input", "br", "hr", "img", "meta", "link", "col", "wbr"}
FORBIDDEN = (
    r"\b(exec|shell_exec|system|passthru|proc_open|popen|eval|unserialize|create_function|extract)\s*\(",
    r"\$DB->(execute|change_database_structure)\(",
    r"\$_(COOKIE|REQUEST|SERVER|FILES)\b",
    r"`",
)


def name_of(path: Path) -> str:
    return str(path.relative_to(PLUGIN))


def strings(lang: str) -> dict[str, str]:
    return dict(STRING.findall((PLUGIN / f"lang/{lang}/lticontainer.php").read_text("utf-8")))


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/|(?m:^\s*//.*$)|(?m: // .*$)", "", text, flags=re.DOTALL)


def test_php_can_read_every_file() -> None:
    if reason := php_missing():
        missing(reason)
    for path in PHP:
        done = subprocess.run(
            ["php", "-d", "error_reporting=-1", "-d", "display_errors=1", "-l", str(path)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stdout.startswith("No syntax errors")) == (0, True), done.stdout


@pytest.mark.parametrize("path", PHP, ids=name_of)
def test_a_file_keeps_moodles_form(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.startswith(HEADER)
    assert " * @package    mod_lticontainer\n" in text
    assert "@copyright" in text
    assert "\t" not in text
    assert "\r" not in text
    assert max(map(len, text.splitlines())) <= 132 or "/lang/" in str(path)
    assert not text.rstrip().endswith("?>")
    assert len(re.findall(r"^(?:abstract |final )*(?:class|interface|trait) \w+", text, re.MULTILINE)) <= 1


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_code_does_nothing_dangerous(path: Path) -> None:
    text = without_comments(path.read_text("utf-8"))
    for pattern in FORBIDDEN:
        assert not re.search(pattern, text), pattern
    if path.name != "write_access.php":
        assert not re.search(r"\$_(GET|POST)\b", text)


@pytest.mark.parametrize("path", [path for path in CODE if "lang" not in path.parts], ids=name_of)
def test_html_stands_in_templates_alone(path: Path) -> None:
    text = without_comments(path.read_text("utf-8"))
    assert re.findall(r"""['"]\s*</?[a-z]+[ >]""", text) == []


@pytest.mark.parametrize("path", files(".xml", ".svg"), ids=name_of)
def test_xml_is_well_formed(path: Path) -> None:
    ElementTree.parse(path)


def test_tables_are_named_after_the_plugin() -> None:
    tree = ElementTree.parse(PLUGIN / "db/install.xml")
    names = [table.get("NAME", "") for table in tree.iter("TABLE")]
    assert all(name.startswith("lticontainer") and len(name) <= 28 for name in names)
    assert all(field.get("SEQUENCE") in ("true", "false") for field in tree.iter("FIELD"))


def test_both_languages_have_the_same_strings() -> None:
    english, japanese = strings("en"), strings("ja")
    assert english.keys() == japanese.keys()
    places = re.compile(r"\{\$a(?:->\w+)?\}")
    for name, text in english.items():
        assert sorted(set(places.findall(text))) == sorted(set(places.findall(japanese[name]))), name
    assert list(english) == sorted(english)
    assert list(japanese) == sorted(japanese)


def test_every_string_that_is_used_exists() -> None:
    used: dict[str, str] = {}
    for path in CODE:
        for name in re.findall(
            r"(?:get_string|lang_string)\(\s*'([^'$]+)',\s*'mod_lticontainer'", path.read_text("utf-8")
        ):
            used[name] = name_of(path)
    for path in TEMPLATES:
        for name in re.findall(r"\{\{#str\}\}\s*([\w:]+)\s*,\s*mod_lticontainer", path.read_text("utf-8")):
            used[name] = name_of(path)
    known = strings("en")
    assert {name: place for name, place in used.items() if name not in known} == {}


def test_every_capability_decides_something_and_is_documented() -> None:
    declared = set(re.findall(r"'mod/lticontainer:(\w+)' =>", (PLUGIN / "db/access.php").read_text("utf-8")))
    asked: set[str] = set()
    for path in CODE:
        if name_of(path) not in ("db/access.php", "classes/local/instance.php") and "lang" not in path.parts:
            asked |= set(re.findall(r"(?:lticontainer:|->(?:may|require)\(')(\w+)'", path.read_text("utf-8")))
    assert declared - asked == {"addinstance"}, "which Moodle itself asks for"
    rows = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/how-to/moodle-pages.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(declared)


class Balance(HTMLParser):
    """Follows elements; `open` is empty where each is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_is_whole_and_documented(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "GNU General Public License" in text
    name = name_of(path).removeprefix("templates/").removesuffix(".mustache")
    assert f"@template mod_lticontainer/{name}\n" in text
    example = re.findall(r"Example context \(json\):\s*(\{.*?\n    \})", text, re.DOTALL)
    assert example, "no example context"
    json.loads(example[0])
    open_sections: list[str] = []
    for kind, section in re.findall(r"\{\{([#^/])\s*([\w.]+)[^}]*\}\}", text):
        if kind != "/":
            open_sections.append(section)
        else:
            assert open_sections, section
            assert open_sections.pop() == section
    assert open_sections == []
    balance = Balance()
    balance.feed(re.sub(r"\{\{.*?\}\}\}?", "", text, flags=re.DOTALL))
    assert (balance.open, balance.faults) == ([], [])

"""The parts of the page that need no browser: cookie, shared answers, files, strings."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from werkzeug.datastructures import LanguageAccept

from app.web import answers
from app.web.answers import SharedAnswers
from app.web.assets import FOLDER, read_assets
from app.web.catalogue import FILE, LANGUAGES, choose_language, read_catalogue
from app.web.cookie import CookieSeal
from tests.support.process import ROOT

KEY, OTHER = bytes(32), bytes([1]) * 32
TOKEN = "a-token-of-43-characters-that-nobody-guesses"
HOUR = timedelta(hours=1)
VENDORED = json.loads((FOLDER.parent / "vendor.json").read_text())["files"]


def test_a_cookie_gives_back_its_token_and_does_not_show_it() -> None:
    seal = CookieSeal([KEY], HOUR)
    sealed = seal.seal(TOKEN)
    assert TOKEN not in sealed
    assert seal.open(sealed) == TOKEN


def test_a_cookie_of_an_old_key_opens_until_the_key_is_gone() -> None:
    sealed = CookieSeal([KEY], HOUR).seal(TOKEN)
    assert CookieSeal([OTHER, KEY], HOUR).open(sealed) == TOKEN
    assert CookieSeal([OTHER], HOUR).open(sealed) == ""


@pytest.mark.parametrize("text", ["", "x", "gAAAAA", "\udcff", "é" * 50])
def test_what_is_no_cookie_of_ours_opens_nothing(text: str) -> None:
    assert CookieSeal([KEY], HOUR).open(text) == ""


def test_a_changed_or_old_cookie_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    seal = CookieSeal([KEY], HOUR)
    sealed = seal.seal(TOKEN)
    assert seal.open(sealed[:-2] + ("A" if sealed[-2] != "A" else "B") + sealed[-1]) == ""
    old = Fernet(b"A" * 43 + b"=").encrypt_at_time(TOKEN.encode(), 1).decode()
    assert seal.open(old) == ""


def test_one_of_many_who_ask_the_same_asks() -> None:
    shared, asked = SharedAnswers(), []

    def ask() -> bytes:
        asked.append(1)
        return b"[]"

    threads = [threading.Thread(target=shared.get, args=("q", ask)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 1


def test_an_answer_is_asked_for_again_after_a_moment_and_keeps_its_name_where_nothing_changed() -> None:
    now = [0.0]
    shared = SharedAnswers(lambda: now[0])
    first = shared.get("q", lambda: b"1")
    now[0] = answers.FRESH_SECONDS + 0.1
    assert shared.get("q", lambda: b"1").etag == first.etag
    now[0] *= 2
    assert shared.get("q", lambda: b"2").etag != first.etag


def test_an_error_is_not_kept() -> None:
    shared = SharedAnswers()

    def fail() -> bytes:
        raise ValueError

    with pytest.raises(ValueError):
        shared.get("q", fail)
    assert shared.get("q", lambda: b"1").body == b"1"


def test_old_answers_leave_when_there_are_too_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "LIMIT_BYTES", 10)
    shared, asked = SharedAnswers(), []

    def ask() -> bytes:
        asked.append(1)
        return b"12345678"

    for question in ("a", "b", "a"):
        shared.get(question, ask)
    assert len(asked) == 3


def test_files_are_named_by_what_is_in_them(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("1")
    first = read_assets(tmp_path).digest
    (tmp_path / "a.js").write_text("2")
    assert read_assets(tmp_path).digest != first


@pytest.mark.parametrize("name", sorted(VENDORED))
def test_a_library_is_the_one_its_package_shipped(name: str) -> None:
    file = VENDORED[name]
    place = ROOT / file["folder"] if "folder" in file else FOLDER / "vendor"
    assert hashlib.sha256((place / name).read_bytes()).hexdigest() == file["sha256"]


def test_every_library_is_named_with_its_package_and_licence() -> None:
    there = {path.name for path in (FOLDER / "vendor").iterdir() if not path.name.startswith(".")}
    assert there == {name for name, file in VENDORED.items() if "folder" not in file} | {"LICENSES.txt"}
    licences = (FOLDER / "vendor/LICENSES.txt").read_text()
    packages = json.loads((FOLDER.parent / "vendor.json").read_text())["packages"]
    assert [name for name, version in packages.items() if f"== {name}-{version}" not in licences] == []


def test_no_file_of_the_page_names_another_host() -> None:
    own = [path for path in FOLDER.iterdir() if path.suffix in (".js", ".css", ".svg")]
    text = "\n".join(path.read_text() for path in own)
    assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)\S+", text) == []


def test_every_string_has_both_languages_with_the_same_places() -> None:
    for key, entry in json.loads(FILE.read_text()).items():
        assert set(entry) == set(LANGUAGES), key
        places = [sorted(re.findall(r"\{\w+\}", text)) for text in entry.values()]
        assert places[0] == places[1], key
        assert all(entry.values()), key


def test_every_string_that_the_page_asks_for_is_there_and_each_is_asked_for() -> None:
    source = "\n".join(path.read_text() for path in FOLDER.glob("*.js"))
    source += (FOLDER.parent / "templates/page.html").read_text()
    catalogue = read_catalogue()["en"]
    asked = set(re.findall(r'\bt\("(\w+)"', source))
    heads = set(re.findall(r"\bt\(`(\w+_)\$\{", source))
    assert sorted(asked - set(catalogue)) == []
    quoted = set(re.findall(r'"(\w+)"', source))
    unused = [key for key in catalogue if key not in quoted and not any(key.startswith(head) for head in heads)]
    assert unused == []


@pytest.mark.parametrize(
    ("header", "language"),
    [([("ja", 1.0)], "ja"), ([("ja-JP", 1.0), ("en", 0.5)], "ja"), ([("de", 1.0)], "en"), ([], "en")],
)
def test_the_language_is_the_browser_s(header: list[tuple[str, float]], language: str) -> None:
    assert choose_language(LanguageAccept(header)) == language

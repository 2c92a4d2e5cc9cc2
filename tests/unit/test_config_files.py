"""The files in config/ say what the code says."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from app.settings import CONFIG_VARIABLE, CoursePolicy, Settings, SitePolicy, load_settings
from tests.support.declared import default_of, one_line
from tests.support.process import ROOT
from tests.support.skip import missing

EXAMPLE = ROOT / "config/lticontainer.example.toml"
UNIT = ROOT / "config/lticontainer.service"


def uncommented() -> str:
    """Return the example with every setting in force: those lines begin with # and no space."""
    return re.sub(r"^#(?=\w+ = |\[\w+\]$)", "", EXAMPLE.read_text("utf-8"), flags=re.MULTILINE)


def comment_above(name: str) -> str:
    found = re.search(rf"((?:^# .*\n)+)#?(?:{name} = |\[{name}\]$)", EXAMPLE.read_text("utf-8"), re.MULTILINE)
    return one_line(re.sub("^# ", "", found.group(1), flags=re.MULTILINE)) if found else ""


def test_the_example_has_every_setting_and_no_other() -> None:
    assert list(tomllib.loads(uncommented())) == list(Settings.model_fields)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_example_shows_default_and_description(name: str) -> None:
    field = Settings.model_fields[name]
    default = default_of(field)
    assert field.description is not None
    assert one_line(field.description).replace("`", "") in comment_above(name)
    if default is not None:
        assert tomllib.loads(uncommented())[name] == tomllib.loads(f"x = {default}")["x"]


def test_the_example_works_once_the_required_settings_are_filled_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = base64.urlsafe_b64encode(bytes(range(32))).decode()
    path = tmp_path / "lticontainer.toml"
    path.write_text(uncommented().replace('secret_key = ""', f'secret_key = "{key}"'), "utf-8")
    monkeypatch.setenv(CONFIG_VARIABLE, str(path))
    settings = load_settings()
    for name, field in Settings.model_fields.items():
        if not field.is_required():
            assert getattr(settings, name) == field.get_default(call_default_factory=True)


def test_the_example_shows_every_part_of_the_policy_in_a_form_that_works() -> None:
    lines = EXAMPLE.read_text("utf-8").partition("#[policy]\n")[2].splitlines()
    text = "\n".join(line[2:] for line in lines if re.match(r"# (\w+ = |\[)", line))
    found = tomllib.loads(text)
    assert set(found) == set(SitePolicy.model_fields) - {"course"} | {"policy"}
    SitePolicy.model_validate({name: found[name] for name in CoursePolicy.model_fields} | found["policy"])


def test_the_example_has_no_setting_in_force() -> None:
    assert tomllib.loads(EXAMPLE.read_text("utf-8")) == {}


def unit(name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", UNIT.read_text("utf-8"), re.MULTILINE)


def test_the_unit_locks_the_service_in() -> None:
    assert unit("User") == ["lticontainer"]
    assert unit("ProtectSystem") == ["strict"]
    assert unit("NoNewPrivileges") == unit("PrivateTmp") == unit("MemoryDenyWriteExecute") == ["yes"]
    assert unit("RestrictAddressFamilies") == ["AF_UNIX AF_INET AF_INET6"]
    assert unit("CapabilityBoundingSet") == [""]


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        missing("systemd-analyze is not installed (Debian: systemd)")
    # A machine that only runs tests has neither command.
    text = UNIT.read_text("utf-8").replace("/opt/lticontainer/bin/lticontainer serve", "/bin/true")
    text = text.replace("/bin/kill", "/bin/true")
    path = tmp_path / "lticontainer.service"
    path.write_text(text, "utf-8")
    done = subprocess.run(
        [analyze, "verify", "--man=no", str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, [line for line in done.stderr.splitlines() if "lticontainer" in line]) == (0, [])

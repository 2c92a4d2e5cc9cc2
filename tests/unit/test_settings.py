"""Settings: where they come from, and one sentence for each wrong one."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from app.settings import Settings, SettingsError, decode_key, load_settings

KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()
OLD_KEY = base64.urlsafe_b64encode(bytes(32)).decode()
NEEDED = {"SECRET_KEY": KEY, "MOODLE_URL": "https://moodle.example.org"}

pytestmark = pytest.mark.usefixtures("no_environment")


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in NEEDED.items():
        monkeypatch.setenv(f"LTICONTAINER_{name}", value)
    return monkeypatch


def write_config(env: pytest.MonkeyPatch, folder: Path, text: str) -> None:
    path = folder / "settings.toml"
    path.write_text(text, "utf-8")
    env.setenv("LTICONTAINER_CONFIG", str(path))


def failure() -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings()
    return str(caught.value)


def test_two_settings_are_needed_and_the_others_have_defaults(env: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    assert settings.master_keys == (bytes(range(32)),)
    assert settings.database_url.get_secret_value().startswith("sqlite:///")
    assert [name for name, field in Settings.model_fields.items() if field.is_required()] == [
        "secret_key",
        "moodle_url",
    ]


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_missing_settings_are_named(env: pytest.MonkeyPatch) -> None:
    env.delenv("LTICONTAINER_SECRET_KEY")
    assert failure() == "secret_key (LTICONTAINER_SECRET_KEY): is missing"


def test_arguments_win_over_the_environment_and_that_over_the_file(
    env: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write_config(env, tmp_path, "workers = 3\nthreads = 3\nmax_records = 3\n")
    env.setenv("LTICONTAINER_THREADS", "4")
    env.setenv("LTICONTAINER_MAX_RECORDS", "4")
    settings = load_settings(max_records=5)
    assert (settings.workers, settings.threads, settings.max_records) == (3, 4, 5)


@pytest.mark.parametrize("text", ["10.0.0.0/8, fd00::/8", '["10.0.0.0/8", "fd00::/8"]', " 10.0.0.0/8 ,fd00::/8,"])
def test_a_list_comes_as_json_or_with_commas(env: pytest.MonkeyPatch, text: str) -> None:
    env.setenv("LTICONTAINER_TRUSTED_PROXIES", text)
    assert load_settings().trusted_proxies == [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


def test_a_list_comes_from_the_file(env: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write_config(env, tmp_path, f'trusted_proxies = ["10.0.0.1"]\nold_secret_keys = ["{OLD_KEY}"]\n')
    settings = load_settings()
    assert settings.trusted_proxies == [ip_network("10.0.0.1/32")]
    assert settings.master_keys == (bytes(range(32)), bytes(32))


def test_an_empty_variable_counts_as_absent(env: pytest.MonkeyPatch) -> None:
    env.setenv("LTICONTAINER_WORKERS", "")
    assert load_settings().workers == 2


def test_the_address_of_moodle_loses_its_last_slash(env: pytest.MonkeyPatch) -> None:
    env.setenv("LTICONTAINER_MOODLE_URL", "http://localhost:8080/moodle/")
    assert load_settings().moodle_url == "http://localhost:8080/moodle"


def test_an_unknown_variable_is_named(env: pytest.MonkeyPatch) -> None:
    env.setenv("LTICONTAINER_WORKER", "4")
    assert failure() == "LTICONTAINER_WORKER: there is no such setting"


def test_an_unknown_name_in_the_file_is_named(env: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write_config(env, tmp_path, "worker = 4\n")
    assert failure() == "worker (LTICONTAINER_WORKER): there is no such setting"


def test_a_missing_file_is_named(env: pytest.MonkeyPatch, tmp_path: Path) -> None:
    env.setenv("LTICONTAINER_CONFIG", str(tmp_path / "no.toml"))
    assert failure() == f"LTICONTAINER_CONFIG: there is no file {tmp_path / 'no.toml'}"


def test_a_file_that_is_no_toml_is_named_and_not_quoted(env: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write_config(env, tmp_path, f"secret_key = {KEY}\n")
    assert failure() == f"LTICONTAINER_CONFIG: {tmp_path / 'settings.toml'} can't be read: TOMLDecodeError"


WRONG: Mapping[str, tuple[str, ...]] = {
    "database_url": (
        "sqlite",
        "postgresql://u:hidden@h/d",
        "mysql://u:hidden@h/d",
        "://",
        "mysql+pymysql://u:x@hidden:hidden@h/d",
    ),
    "secret_key": ("hidden", OLD_KEY[:-4], OLD_KEY + "AAAA", "hidden é", OLD_KEY.replace("A", "*", 1), "\ud800"),
    "old_secret_keys": ("hidden", f"{OLD_KEY},hidden", '["hidden"', "[5]"),
    "moodle_url": ("moodle.example.org", "ftp://x", "https://", "https://x?a=b", "https://x#a", "https://[::1"),
    "workers": ("0", "513", "many", "1.5"),
    "threads": ("0", "513"),
    "max_body_bytes": ("0", "1023", "9" * 20),
    "max_records": ("0", "-1"),
    "commit_records": ("0",),
    "database_timeout": ("0", "-1", "601", "soon", "nan"),
    "moodle_prefix": ("mdl-", "1mdl_", "mdl_; DROP", "m" * 21, "mdl_"),
    "moodle_database": ("moodle", "mysql://host/moodle", "a b", "m" * 65),
    "database_ssh_host": ("user@host", "host:22 ", "a b", "moodle.example.org", "x" * 254),
    "database_ssh_port": ("0", "65536", "ssh"),
    "database_ssh_user": ("moodle", "u" * 256),
    "database_ssh_fingerprint": ("SHA256:hidden", "MD5:hidden", f"SHA256:{'A' * 43}"),
    "database_ssh_key_file": ("/etc/key", "x" * 4097),
    "database_ssh_password": ("hidden",),
    "trusted_proxies": ("10.0.0.0/33", "10.0.0.1/8", "proxy", '["10.0.0.0/8"'),
    "metrics_networks": ("everywhere",),
    "reject_max_bytes": ("1023",),
    "reject_max_count": ("-1",),
    "keep_days": ("-1", "36501", "never"),
    "audit_days": ("-1", "36501", "never"),
    "time_zone": ("Mars/Base", "/etc/passwd", "../etc"),
    "public_url": ("moodle.example.org", "ftp://x", "https://x?a=b"),
    "proxy_has_own_token": ("perhaps",),
    "policy": ("everything", "[]"),
    "stuck_errors": ("0", "1001", "many"),
    "stuck_silence": ("0", "86401"),
    "page_hours": ("0", "721", "1.5"),
    "log_level": ("debug", "LOUD", "INFO\n"),
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_value_gives_one_sentence_that_names_the_setting(
    env: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(**dict[str, Any]({name: value}))
    text = str(caught.value)
    assert f"(LTICONTAINER_{name.upper()}): " in text
    assert "\n" not in text
    assert "hidden" not in text
    assert OLD_KEY not in text


def test_every_setting_that_can_be_wrong_is_tried() -> None:
    assert Settings.model_fields.keys() - WRONG.keys() == {"bind"}


def test_secrets_are_never_shown(env: pytest.MonkeyPatch) -> None:
    settings = load_settings(old_secret_keys=[OLD_KEY], database_url="mysql+pymysql://u:hidden@h/d")
    for shown in (repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json()):
        assert not [secret for secret in (KEY, OLD_KEY, "hidden") if secret in shown]


def test_a_key_is_32_bytes_in_url_safe_base64() -> None:
    assert decode_key("-_" + "A" * 41 + "=") == b"\xfb\xf0" + bytes(30)
    with pytest.raises(ValueError, match="32 bytes"):
        decode_key("")

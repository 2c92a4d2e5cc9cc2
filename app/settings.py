"""Every setting once: typed, documented, from the environment (LTICONTAINER_*), then from a TOML file.

Lists come from the environment as JSON or separated by commas. A wrong setting stops the service
with one error that names the setting, never its value when that is a secret.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
from datetime import UTC, tzinfo
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "LTICONTAINER_"
CONFIG_VARIABLE = f"{PREFIX}CONFIG"
HIGHEST_PORT = 65_535
SEND_TOKEN_VARIABLE = f"{PREFIX}SEND_TOKEN"
"""No setting: the token for `lticontainer send`, which need not stand on a command line."""
IMPORT_SOURCE_VARIABLE = f"{PREFIX}IMPORT_SOURCE"
"""No setting either: the URL for `lticontainer import-moodle`."""
KEY_BYTES = 32
SUPPORTED_DATABASES = ("sqlite", "mysql+pymysql")


def _network(value: Any) -> Any:
    # The union's own errors are one for each kind of network, and name pydantic's inside.
    return ip_network(value) if isinstance(value, str) else value


Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]
Networks = Annotated[list[Network], NoDecode]
Secrets = Annotated[list[SecretStr], NoDecode]


class SettingsError(Exception):
    """A setting is missing or wrong; the text names it and says what is allowed."""


def decode_key(text: str) -> bytes:
    """Return the 32 bytes of a URL-safe base64 key.

    :raises ValueError: the text is not the base64 of 32 bytes.
    """
    try:
        key = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError(f"must be the URL-safe base64 of {KEY_BYTES} bytes; `lticontainer init` makes one")
    return key


def check_database_url(text: str) -> None:
    """Refuse what is no URL of a database that the service knows.

    :raises ValueError: says why, without the URL, which may hold a password.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # the text of either may hold the password
        raise ValueError("is not an SQLAlchemy URL") from None
    if url.get_backend_name() == "postgresql":
        raise ValueError(
            "names a PostgreSQL. The service keeps its rows in SQLite, MariaDB or MySQL, and works on Moodle's "
            "own tables in MariaDB and MySQL only. Beside a Moodle on PostgreSQL, give it a database of its own "
            "and leave moodle_prefix empty"
        )
    if url.drivername not in SUPPORTED_DATABASES:
        raise ValueError(f"must begin with one of {', '.join(SUPPORTED_DATABASES)}")


def check_bind(text: str) -> None:
    """Refuse what gunicorn can't listen on; raises ValueError."""
    if text.startswith("unix:"):
        if not text.removeprefix("unix:"):
            raise ValueError("names no path after unix:")
        return
    match = re.fullmatch(r"(\[[0-9A-Fa-f:.%]+\]|[^\s:\[\]/]*):([0-9]{1,6})", text)
    if not match:
        raise ValueError("must be HOST:PORT, such as 127.0.0.1:8088, or unix:PATH")
    if int(match[2]) > HIGHEST_PORT:
        raise ValueError(f"has the port {match[2]}, the highest is {HIGHEST_PORT}")


class CoursePolicy(BaseModel):
    """What teachers may choose; what is not set is not limited."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    images: list[str] | None = Field(
        default=None,
        description="Patterns of the images that teachers may choose, such as `registry.example/*:*`, compared "
        "with `name:tag`. An empty list allows the site's own image only.",
    )
    highest_cpu: Decimal | None = Field(
        default=None, gt=0, le=1024, description="The most cores, such as `2` or `0.5`."
    )
    highest_memory: int | None = Field(default=None, gt=0, le=2**50, description="The most memory, in bytes.")
    highest_activity_time: int | None = Field(
        default=None, gt=0, le=315_360_000, description="The longest time of activity, in seconds."
    )


class SitePolicy(CoursePolicy):
    """The same for the whole site; `course` has what single courses may, which wins where it is set."""

    course: dict[Annotated[int, Field(ge=1)], CoursePolicy] = Field(
        default={}, description="A table for each course with limits of its own, such as `[policy.course.2]`."
    )


class Settings(BaseSettings):
    """The settings of one service: one Moodle site, one database, one secret key."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True, env_ignore_empty=True
    )

    database_url: SecretStr = Field(
        default=SecretStr("sqlite:///lticontainer.sqlite3"),
        description="Where everything is stored: an SQLAlchemy URL, `sqlite:///FILE` or "
        "`mysql+pymysql://USER:PASSWORD@HOST/DATABASE` (MariaDB and MySQL).",
    )
    moodle_prefix: str = Field(
        default="",
        max_length=20,
        description="What Moodle's table names begin with, as in its `config.php`, such as `mdl_`. Set: the "
        "service works on Moodle's own tables in a MariaDB or MySQL. Empty: on tables of its own.",
    )
    moodle_database: str = Field(
        default="",
        max_length=64,
        description="Name of Moodle's database, on the server of `database_url`. Empty: the database that "
        "`database_url` names.",
    )
    secret_key: SecretStr = Field(
        description="The master key of this Moodle site: 32 bytes as URL-safe base64. `lticontainer init` "
        "makes one. Every other key is derived from it."
    )
    old_secret_keys: Secrets = Field(
        default=[],
        description="Former master keys, newest first. What they signed stays valid until they leave this "
        "list. `lticontainer key rotate` fills it.",
    )
    moodle_url: str = Field(
        description="Moodle's own address, its `wwwroot`, such as `https://moodle.example.org`."
    )
    bind: str = Field(
        default="127.0.0.1:8088", description="Address and port, or `unix:PATH`, that gunicorn listens on."
    )
    workers: int = Field(default=2, ge=1, le=512, description="Number of gunicorn worker processes.")
    threads: int = Field(
        default=16, ge=1, le=512, description="Threads of each worker: how many requests it serves at once."
    )
    max_body_bytes: int = Field(
        default=10 * 2**20,
        ge=1024,
        le=2**30,
        description="The longest request body, in bytes. A longer one is refused unread.",
    )
    max_records: int = Field(
        default=10_000, ge=1, le=1_000_000, description="The most records that one request may hold."
    )
    commit_records: int = Field(
        default=1_000,
        ge=1,
        le=100_000,
        description="The most records that waiting requests may share in one commit.",
    )
    database_timeout: float = Field(
        default=10.0,
        gt=0,
        le=600,
        description="Seconds to wait for a database connection, an answer or a lock.",
    )
    database_ssh_host: str = Field(
        default="",
        max_length=253,
        description="Name or address of the SSH server through which the database is reached. The host and port "
        "in `database_url` are then as seen from there. Empty: no SSH.",
    )
    database_ssh_port: int = Field(default=22, ge=1, le=65_535, description="Port of that SSH server.")
    database_ssh_user: str = Field(
        default="", max_length=255, validate_default=True, description="User on that SSH server."
    )
    database_ssh_fingerprint: str = Field(
        default="",
        validate_default=True,
        description="Fingerprint of that server's host key, `SHA256:...`, as `ssh-keygen -l` prints it. With any "
        "other key nothing is sent to it.",
    )
    database_ssh_key_file: str = Field(
        default="",
        max_length=4096,
        description="File of the private key with which the service logs in there; without a passphrase.",
    )
    database_ssh_password: SecretStr = Field(
        default=SecretStr(""),
        validate_default=True,
        description="Password for the login there, where there is no key file.",
    )
    trusted_proxies: Networks = Field(
        default=[],
        description="Networks of the reverse proxies whose `X-Forwarded-For` is believed. From any other "
        "sender that header is ignored.",
    )
    metrics_networks: Networks = Field(
        default=[ip_network("127.0.0.0/8"), ip_network("::1/128")],
        description="Networks that may read `/metrics`.",
    )
    reject_max_bytes: int = Field(
        default=1 * 2**20,
        ge=1024,
        le=2**30,
        description="The longest raw text that is kept of one rejected record, in bytes.",
    )
    reject_max_count: int = Field(
        default=10_000,
        ge=0,
        le=10_000_000,
        description="The most rejected records that are kept for one token.",
    )
    audit_days: int = Field(
        default=1095,
        ge=0,
        le=36_500,
        description="Days after which an entry leaves the log of changes. 0 keeps all.",
    )
    time_zone: str = Field(
        default="UTC",
        description="The zone of times that teachers write without one, such as `Asia/Tokyo`.",
    )
    public_url: str = Field(
        default="",
        description="Where proxies reach the service itself: a path of Moodle's host, such as "
        "`https://moodle.example.org/lticontainer`. Empty: they send to Moodle, which forwards.",
    )
    proxy_has_own_token: bool = Field(
        default=False,
        description="Proxies have a token in their own settings, so `lms_rpctoken` is left out of custom "
        "parameters.",
    )
    stuck_errors: int = Field(
        default=3,
        ge=1,
        le=1000,
        description="So many errors in a row on one cell, and a student counts as stuck.",
    )
    stuck_silence: int = Field(
        default=600,
        ge=1,
        le=86_400,
        description="So many seconds without a run after an error, and a student counts as stuck.",
    )
    page_hours: int = Field(
        default=12, ge=1, le=720, description="Hours after which the page asks for the token again."
    )
    log_level: str = Field(
        default="INFO",
        pattern="^(DEBUG|INFO|WARNING|ERROR)$",
        description="The least severe log entries to write: DEBUG, INFO, WARNING or ERROR.",
    )
    keep_days: int = Field(
        default=0,
        ge=0,
        le=36_500,
        description="Days after which `lticontainer activity purge` deletes cell runs, unless their course says "
        "otherwise. 0 keeps them.",
    )
    policy: Annotated[SitePolicy, NoDecode] = Field(
        default=SitePolicy(),
        description="What teachers may choose in custom parameters, as tables. Nothing set: everything is "
        "allowed.",
    )

    @field_validator("old_secret_keys", "trusted_proxies", "metrics_networks", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if value.lstrip().startswith("["):
            return json.loads(value)
        return [item.strip() for item in value.split(",") if item.strip()]

    @field_validator("bind")
    @classmethod
    def _check_bind(cls, value: str) -> str:
        check_bind(value)
        return value

    @field_validator("database_url")
    @classmethod
    def _check_database(cls, value: SecretStr) -> SecretStr:
        check_database_url(value.get_secret_value())
        return value

    @field_validator("moodle_prefix")
    @classmethod
    def _check_prefix(cls, value: str, info: ValidationInfo) -> str:
        url = info.data.get("database_url")
        if value and not re.fullmatch("[A-Za-z][A-Za-z0-9_]*", value):
            raise ValueError("must be a letter, then letters, digits and underscores, such as mdl_")
        if value and url is not None and make_url(url.get_secret_value()).get_backend_name() == "sqlite":
            raise ValueError(
                "needs database_url to name the MariaDB or MySQL server of Moodle: what a record changes in "
                "Moodle's tables and in the service's own is one transaction. For a service on a database of its "
                "own, leave moodle_prefix empty"
            )
        return value

    @field_validator("moodle_database")
    @classmethod
    def _check_moodle_database(cls, value: str, info: ValidationInfo) -> str:
        if value and not re.fullmatch("[A-Za-z0-9_$-]+", value):
            # A URL would name another server, where no transaction of this one reaches.
            raise ValueError("must be the name of a database on the server of database_url; no URL, no host")
        if value and info.data.get("moodle_prefix") == "":
            raise ValueError("has no use without moodle_prefix")
        return value

    @field_validator("database_ssh_host")
    @classmethod
    def _check_ssh_host(cls, value: str, info: ValidationInfo) -> str:
        url = info.data.get("database_url")
        if value and not re.fullmatch(r"[A-Za-z0-9._:-]+", value):
            raise ValueError("must be a name or an address, without user or port")
        if value and url is not None and make_url(url.get_secret_value()).get_backend_name() == "sqlite":
            raise ValueError("has no use with an SQLite file; database_url must name a MariaDB or MySQL")
        if value and url is not None and "unix_socket" in make_url(url.get_secret_value()).query:
            raise ValueError("leads to a host and port only; database_url names a unix_socket")
        return value

    @field_validator("database_ssh_user", "database_ssh_fingerprint")
    @classmethod
    def _check_ssh_part(cls, value: str, info: ValidationInfo) -> str:
        host = info.data.get("database_ssh_host")
        if value and host == "":
            raise ValueError("has no use without database_ssh_host")
        if host and not value:
            raise ValueError("is missing; database_ssh_host is set")
        return value

    @field_validator("database_ssh_fingerprint")
    @classmethod
    def _check_fingerprint(cls, value: str) -> str:
        if value and not re.fullmatch(r"SHA256:[A-Za-z0-9+/]{43}", value):
            raise ValueError("must be SHA256: and 43 characters, as `ssh-keygen -l` prints it")
        return value

    @field_validator("database_ssh_key_file", "database_ssh_password")
    @classmethod
    def _check_ssh_secret(cls, value: str | SecretStr, info: ValidationInfo) -> str | SecretStr:
        host = info.data.get("database_ssh_host")
        text = value if isinstance(value, str) else value.get_secret_value()
        if text and host == "":
            raise ValueError("has no use without database_ssh_host")
        if host and isinstance(value, SecretStr) and bool(text) == bool(info.data.get("database_ssh_key_file")):
            raise ValueError("set either this or database_ssh_key_file")
        return value

    @field_validator("secret_key")
    @classmethod
    def _check_key(cls, value: SecretStr) -> SecretStr:
        decode_key(value.get_secret_value())
        return value

    @field_validator("old_secret_keys")
    @classmethod
    def _check_keys(cls, value: list[SecretStr]) -> list[SecretStr]:
        for key in value:
            decode_key(key.get_secret_value())
        return value

    @field_validator("moodle_url")
    @classmethod
    def _check_moodle(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be Moodle's address, such as https://moodle.example.org")
        return value.rstrip("/")

    @field_validator("public_url")
    @classmethod
    def _check_public(cls, value: str) -> str:
        return cls._check_moodle(value) if value else value

    @field_validator("policy", mode="before")
    @classmethod
    def _read_policy(cls, value: Any) -> Any:
        try:
            return json.loads(value) if isinstance(value, str) else value
        except ValueError:
            raise ValueError("must be a table, in the environment as JSON") from None

    @field_validator("time_zone")
    @classmethod
    def _check_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("must be the name of a time zone, such as Asia/Tokyo") from None
        return value

    @property
    def zone(self) -> tzinfo:
        """The time zone."""
        return UTC if self.time_zone == "UTC" else ZoneInfo(self.time_zone)

    @property
    def master_keys(self) -> tuple[bytes, ...]:
        """The master key and the former ones, newest first; 32 bytes each."""
        return tuple(decode_key(key.get_secret_value()) for key in (self.secret_key, *self.old_secret_keys))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Say which source wins: arguments, the environment, then the file named by LTICONTAINER_CONFIG."""
        sources: tuple[PydanticBaseSettingsSource, ...] = (init_settings, env_settings)
        path = os.environ.get(CONFIG_VARIABLE)
        return (*sources, TomlConfigSettingsSource(settings_cls, Path(path))) if path else sources


def load_settings(*, new_file: bool = False, **overrides: Any) -> Settings:
    """Return the settings of this process.

    :param new_file: the file is about to be made, so it need not be there.
    :param overrides: values that win over the environment and the file.
    :raises SettingsError: a setting is unknown, missing or wrong, or the file can't be read.
    """
    path = os.environ.get(CONFIG_VARIABLE)
    if path and not new_file and not Path(path).is_file():
        raise SettingsError(f"{CONFIG_VARIABLE}: there is no file {path}")
    _refuse_unknown_variables()
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise SettingsError("\n".join(_sentences(error))) from None
    except (OSError, ValueError) as error:
        raise SettingsError(f"{CONFIG_VARIABLE}: {path} can't be read: {type(error).__name__}") from None


def _refuse_unknown_variables() -> None:
    """Name a misspelt variable: silently ignored, it would leave a default in force."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | {
        CONFIG_VARIABLE,
        SEND_TOKEN_VARIABLE,
        IMPORT_SOURCE_VARIABLE,
    }
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise SettingsError(f"{unknown[0]}: there is no such setting")


def _sentences(error: ValidationError) -> list[str]:
    lines = []
    for entry in error.errors(include_input=False, include_url=False):
        name = ".".join(str(part) for part in entry["loc"])
        text = "is missing" if entry["type"] == "missing" else entry["msg"].removeprefix("Value error, ")
        if entry["type"] == "extra_forbidden":
            text = "there is no such setting"
        lines.append(f"{name} ({PREFIX}{name.split('.')[0].upper()}): {text}")
    return lines

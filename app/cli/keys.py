"""`lticontainer init` and `lticontainer key`: the settings file and its secret key."""

from __future__ import annotations

import base64
import os
import secrets
import tempfile
from pathlib import Path

import click
import tomlkit
from tomlkit.exceptions import ParseError

from app.auth.encryption import Undecryptable
from app.auth.reencrypt import reencrypt
from app.cli.common import service
from app.errors import CallError
from app.settings import CONFIG_VARIABLE, KEY_BYTES, SettingsError, load_settings


def new_key() -> str:
    """Return a new master key as URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")


@click.command()
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("lticontainer.toml"),
    show_default=True,
    help="File to make.",
)
@click.option("--moodle-url", required=True, help="Moodle's own address, its wwwroot.")
@click.option(
    "--database-url", default="sqlite:///lticontainer.sqlite3", show_default=True, help="SQLAlchemy URL."
)
def init(config: Path, moodle_url: str, database_url: str) -> None:
    """Make a settings file with a new secret key, readable by its owner only."""
    if config.exists():
        raise click.ClickException(f"{config} is there already; `lticontainer key rotate` gives it a new key")
    key = new_key()
    _check(secret_key=key, moodle_url=moodle_url, database_url=database_url)
    document = tomlkit.document()
    document.add(
        tomlkit.comment("Settings of the lticontainer companion. Keep this file secret: it holds the key.")
    )
    document.update({"moodle_url": moodle_url, "database_url": database_url, "secret_key": key})
    _write(config, tomlkit.dumps(document))
    click.echo(f"{config} is made. Name it to every command: export {CONFIG_VARIABLE}={config.absolute()}")


@click.group()
def key() -> None:
    """Look after the secret key."""


@key.command()
@click.option(
    "--keep",
    type=click.IntRange(0, 100),
    default=5,
    show_default=True,
    help="How many former keys stay valid.",
)
def rotate(keep: int) -> None:
    """Put a new key into the settings file; the former one stays valid in old_secret_keys.

    Restart the service afterwards. With --keep 0 everything that older keys signed is void. Before a key is
    dropped, passwords and keys of pseudonyms in the database are encrypted anew.
    """
    path = os.environ.get(CONFIG_VARIABLE)
    if not path:
        raise click.ClickException(f"{CONFIG_VARIABLE} names no settings file")
    if os.environ.get("LTICONTAINER_SECRET_KEY") or os.environ.get("LTICONTAINER_OLD_SECRET_KEYS"):
        raise click.ClickException(
            "the key comes from the environment, which no command can change; change it there"
        )
    settings = load_settings()
    try:
        document = tomlkit.parse(Path(path).read_text("utf-8"))
    except ParseError as error:
        raise click.ClickException(f"{path}: {error}") from error
    former = [entry.get_secret_value() for entry in (settings.secret_key, *settings.old_secret_keys)]
    document["secret_key"] = new_key()
    # Written before anything is encrypted with it, and no key leaves before nothing needs it any more.
    document["old_secret_keys"] = former
    _write(Path(path), tomlkit.dumps(document))
    if keep < len(former):
        _reencrypt(f"{path} has a new key, and all {len(former)} former ones stay: ")
        document["old_secret_keys"] = former[:keep]
        _write(Path(path), tomlkit.dumps(document))
    click.echo(f"{path} has a new key; {len(former[:keep])} former ones stay valid. Restart the service now.")


@key.command("reencrypt")
def reencrypt_command() -> None:
    """Encrypt passwords and keys of pseudonyms in the database anew with the newest key.

    As before a former one is taken out by hand.
    """
    click.echo(f"{_reencrypt('')} secrets are encrypted anew.")


def _reencrypt(so_far: str) -> int:
    try:
        parts = service()
        return reencrypt(parts.database, parts.cipher)
    except Undecryptable as error:
        raise click.ClickException(f"{so_far}{error}") from error
    except CallError as error:
        raise click.ClickException(f"{so_far}{error.detail or error.message}") from error


def _check(**values: str) -> None:
    """Refuse what the service would refuse, before anything is written."""
    try:
        load_settings(new_file=True, **values)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


def _write(path: Path, text: str) -> None:
    """Replace a file whole or not at all; a new one is for its owner only, an old one keeps owner and mode."""
    try:
        handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=".lticontainer-")
    except OSError as error:
        raise click.ClickException(f"{path} can't be written: {error.strerror}") from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            owner = path.stat()
            os.chown(name, owner.st_uid, owner.st_gid)
            Path(name).chmod(owner.st_mode & 0o640)  # never for others
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise

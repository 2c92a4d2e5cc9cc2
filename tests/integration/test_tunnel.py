"""The database behind SSH: a real sshd, a real MariaDB, and what goes wrong in between."""

from __future__ import annotations

import json
import socket
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.errors import CallError, ServiceUnavailable
from app.monitoring.health import check_health
from app.storage.database import REST
from app.storage.tunnel import PAUSE
from tests.support import cli, process
from tests.support.accounts import Account
from tests.support.clients import get
from tests.support.load import Load
from tests.support.service import Service
from tests.support.site import Site, call, cell_run, seen
from tests.support.sshd import Sshd, make_key
from tests.support.tunnels import TunnelSite, need_sshd, open_way

WRITE = "mod_lticontainer_write_nblogs"
MakeSite = Callable[..., TunnelSite]


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    need_sshd()
    with Account("geheim-1") as account:
        yield account


@pytest.fixture
def sshd(account: Account) -> Iterator[Sshd]:
    with Sshd() as server:
        yield server


@pytest.fixture
def make_site(sshd: Sshd, account: Account, tmp_path: Path) -> Iterator[MakeSite]:
    made: list[TunnelSite] = []
    key = open_way(sshd, account, tmp_path)

    def make(**settings: str) -> TunnelSite:
        made.append(TunnelSite(sshd, account, key, **settings))
        return made[-1]

    yield make
    for site in made:
        site.close()


@pytest.fixture
def site(make_site: MakeSite) -> TunnelSite:
    made = make_site()
    made.upgrade()
    return made


def refusal(site: Site, act: Callable[[], object] | None = None) -> str:
    """Return what is told within 6 seconds to someone who needs the database."""
    begun = time.monotonic()
    with pytest.raises(ServiceUnavailable) as caught:
        (act or site.parts.tokens.list)()
    assert time.monotonic() - begun < 6
    return caught.value.detail


def works(site: Site) -> None:
    token = site.token()
    call(site.parts, WRITE, {"nb_logs": [seen("s", 7), *cell_run("s", "m")]}, token)
    assert site.count("executions") == 1


def test_all_goes_through_one_connection(site: TunnelSite) -> None:
    works(site)
    assert len(site.sshd.connections()) == 1
    assert check_health(site.parts.database).database == "mariadb"


def test_a_password_opens_it_too(make_site: MakeSite) -> None:
    site = make_site(database_ssh_key_file="", database_ssh_password="geheim-1")
    site.upgrade()
    works(site)


def test_only_this_user_can_reach_the_way_in_and_no_port_is_open(site: TunnelSite) -> None:
    works(site)
    listening = subprocess.run(["ss", "-Hlxp"], capture_output=True, text=True, check=True).stdout
    (path,) = {word for word in listening.split() if word.startswith("/") and "lticontainer-tunnel-" in word}
    assert stat.S_IMODE(Path(path).parent.stat().st_mode) == 0o700
    own = f"pid={threading.get_native_id()},"
    ports = subprocess.run(["ss", "-Hltp"], capture_output=True, text=True, check=True).stdout
    assert own not in ports


def test_it_connects_again_after_a_cut_between_calls(site: TunnelSite) -> None:
    works(site)
    for _ in range(3):
        assert site.sshd.cut() == 1
        time.sleep(REST + 0.1)
        assert site.count("executions") == 1
    assert len(site.sshd.connections()) == 1


def test_a_write_survives_a_cut_a_moment_before(site: TunnelSite) -> None:
    works(site)
    token = site.token()
    site.sshd.cut()
    time.sleep(0.1)  # less than connections rest before they are asked
    call(site.parts, WRITE, {"nb_logs": [*cell_run("s", "m2")]}, token)
    assert site.count("executions") == 2


def test_while_the_server_is_down_all_are_told_so_and_then_it_works_again(site: TunnelSite) -> None:
    works(site)
    site.sshd.stop()
    time.sleep(REST + 0.1)
    assert "SSH host does not answer: Connection refused" in refusal(site)
    health = check_health(site.parts.database)
    assert (health.status, health.database) == ("error", "unreachable")
    assert "SSH host does not answer" in health.warnings[0]
    site.sshd.start()
    time.sleep(PAUSE)
    assert site.count("executions") == 1
    assert check_health(site.parts.database).status != "error"


def test_a_changed_host_key_is_never_talked_to(site: TunnelSite) -> None:
    works(site)
    site.sshd.stop()
    site.sshd.new_host_key()
    before = site.sshd.log().count("Accepted")
    site.sshd.start()
    time.sleep(REST + 0.1)
    assert refusal(site) == "The database's SSH host shows another key than database_ssh_fingerprint"
    assert site.sshd.log().count("Accepted") == before
    assert site.account.name not in site.sshd.log().split("Server listening")[-1]


def test_a_wrong_key_a_missing_one_and_one_with_a_passphrase(make_site: MakeSite, tmp_path: Path) -> None:
    make_key(tmp_path / "other")
    make_key(tmp_path / "locked", passphrase="geheim")
    (tmp_path / "none").write_text("geheim")
    texts = {
        "other": "refuses the login of database_ssh_user",
        "missing": "database_ssh_key_file can't be read: No such file or directory",
        "locked": "has a passphrase",
        "none": "is no private key",
    }
    for name, text in texts.items():
        assert text in refusal(make_site(database_ssh_key_file=str(tmp_path / name)))


def test_a_wrong_password_is_told_and_not_shown(make_site: MakeSite, caplog: pytest.LogCaptureFixture) -> None:
    site = make_site(database_ssh_key_file="", database_ssh_password="geheim-2")
    text = refusal(site)
    assert "refuses the login" in text
    assert "geheim" not in text + caplog.text + repr(site.parts.settings)


def test_a_name_that_does_not_resolve_and_a_server_that_is_none(make_site: MakeSite) -> None:
    assert "does not resolve" in refusal(make_site(database_ssh_host="no-such-host.invalid"))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = str(silent.getsockname()[1])
        assert "is no SSH server, or is silent" in refusal(make_site(database_ssh_port=port))


def test_a_server_that_is_frozen_does_not_hold_up_anyone_for_long(site: TunnelSite) -> None:
    pids = site.sshd.freeze()
    try:
        fresh = TunnelSite(site.sshd, site.account, Path(site.settings["database_ssh_key_file"]))
        assert "is silent" in refusal(fresh)
    finally:
        site.sshd.thaw(pids)
    works(site)


def test_a_database_that_is_down_behind_it_is_no_fault_of_the_tunnel(make_site: MakeSite) -> None:
    site = make_site()
    port = process.free_port()
    login, _, name = site.database_url.rpartition("@")
    site.database_url = f"{login}@127.0.0.1:{port}/{name.partition('/')[2]}"
    assert refusal(site) == "The database does not answer"
    assert len(site.sshd.connections()) == 1


def test_many_at_once_wait_for_one_attempt_and_leave_no_thread(site: TunnelSite) -> None:
    site.sshd.stop()
    site.parts.database.engine.dispose()
    time.sleep(PAUSE)
    before = threading.active_count()
    told: list[str] = []

    def ask() -> None:
        try:
            site.parts.tokens.list()
        except CallError as error:
            told.append(error.detail)

    askers = [threading.Thread(target=ask) for _ in range(20)]
    begun = time.monotonic()
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(20)
    assert time.monotonic() - begun < 6
    assert [text for text in told if "SSH host does not answer" not in text] == []
    assert len(told) == 20
    assert threading.active_count() <= before
    site.sshd.start()
    time.sleep(PAUSE)
    works(site)


def test_every_command_goes_through_it_and_ends(make_site: MakeSite) -> None:
    site = make_site()
    for command in (["db", "upgrade"], ["token", "create", "--name", "x", "--scope", "admin"], ["audit", "list"]):
        done = cli.run(*command, env=site.env, timeout=30)
        assert (done.returncode, done.stderr) == (0, "")
    assert site.sshd.connections() == []
    copied = cli.run("db", "copy", "-", f"sqlite:///{site.sshd.directory}/copy.sqlite3", env=site.env)
    assert (copied.returncode, "rows copied" in copied.stdout) == (0, True)
    site.sshd.stop()
    down = cli.run("token", "list", env=site.env)
    assert (down.returncode, "Traceback" in down.stderr, "SSH host" in down.stderr) == (1, False, True)


def test_each_process_has_a_tunnel_of_its_own_and_health_tells_when_it_is_cut(site: TunnelSite) -> None:
    with Service(site.env, workers=2) as service:
        with Load([service.port], site.token("nblogs:write")) as load:
            load.wait_for(200)
        site.parts.database.engine.dispose()
        assert 2 <= len(site.sshd.connections()) <= 3  # two workers, and this process
        site.sshd.stop()
        assert get(service.port, "/health").status == 503
        time.sleep(REST + 0.1)  # one that was just in use fails by itself; a new one names the SSH host
        answer = get(service.port, "/health")
        assert answer.status == 503
        assert "SSH host" in json.loads(answer.body)["warnings"][0]
        site.sshd.start()
        time.sleep(PAUSE + 0.2)
        assert [get(service.port, "/health").status for _ in range(6)] == [200] * 6


def test_cut_and_restarted_under_load_it_loses_no_acknowledged_record(site: TunnelSite) -> None:
    token = site.token("nblogs:write")
    with Service(site.env, workers=2) as service:
        with Load([service.port], token) as load:
            for _ in range(3):
                load.wait_for(60)
                assert site.sshd.cut() >= 1
            for _ in range(2):
                load.wait_for(60)
                site.sshd.restart()
            load.wait_for(60)
        assert len(load.acknowledged) >= 360
        stored = {(row["session"], row["message"]) for row in site.rows("client_data")}
        assert set(load.acknowledged) - stored == set()
        assert stored <= set(load.acknowledged) | set(load.unanswered)
        assert len(stored) == site.count("client_data")


def test_a_tunnel_that_ends_leaves_nothing_behind(site: TunnelSite) -> None:
    before = (threading.active_count(), folders())
    parts = site.more_parts()
    parts.tokens.list()
    assert len(site.sshd.connections()) == 2
    assert len(folders()) == len(before[1]) + 1
    parts.database.engine.dispose()
    time.sleep(0.5)
    assert len(site.sshd.connections()) == 1
    assert (threading.active_count(), folders()) == before


def folders() -> list[Path]:
    """Return the folders of this machine's tunnels."""
    return sorted(Path(tempfile.gettempdir()).glob("lticontainer-tunnel-*"))

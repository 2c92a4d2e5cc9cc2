"""The walk to an engine, step by step, from the name of its host to its version, in words for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.containers.answers import EngineInfo
from app.containers.deadline import Deadline
from app.containers.faults import sentences, visible
from app.containers.host import Host
from app.containers.hosts import login_of
from app.containers.link import Link, Way
from app.containers.local import Local
from app.containers.ssh import Connection
from app.containers.ssh_transport import Step
from app.errors import CallError, EngineSocket

DONE: Mapping[Step, tuple[str, str]] = {
    Step.NAME: ("{address} has an address.", "{address} のアドレスが見つかりました。"),
    Step.CONNECT: ("Port {port} takes connections.", "ポート {port} に接続できました。"),
    Step.GREETING: ("It is an SSH server.", "SSH サーバーが応答しました。"),
    Step.HOST_KEY: ("Its key is the one that is pinned.", "ホスト鍵は登録されたものと一致します。"),
    Step.LOGIN: ("{user} is let in.", "{user} でログインできました。"),
    Step.SOCKET: ("{socket} can be opened.", "{socket} を開けました。"),
    Step.ENGINE: ("{kind} {version} answers, API {api}.", "{kind} {version} が応答しました(API {api})。"),
}


@dataclass(frozen=True, slots=True)
class Walked:
    """One step. `name` is that of the step in lower case, such as `host_key`."""

    name: str
    ok: bool
    sentence_en: str
    sentence_ja: str


@dataclass(frozen=True, slots=True)
class Report:
    """All steps as far as the walk went; `error` is why the last one failed."""

    steps: tuple[Walked, ...]
    engine: EngineInfo | None = None
    error: CallError | None = None


def walk(host: Host, unseal: Callable[[Host], str]) -> Report:
    """Walk to a host's engine over a connection of its own; takes some five seconds at most."""
    begun: list[Step] = []
    words = {"address": host.address, "port": str(host.port), "user": host.user, "socket": "", "kind": ""}
    try:
        way: Way = Local(host.name) if host.is_local else Connection(login_of(host, unseal), begun.append)
    except CallError as error:
        return Report((_failed(Step.LOGIN, error),), error=error)
    link = Link(host.name, way, host.sockets)
    try:
        info = _to_the_engine(link, host.sockets, begun, words)
        words |= {"kind": info.kind.capitalize(), "version": info.version, "api": info.api_version}
        return Report(tuple(_done(step, words) for step in begun), info)
    except CallError as error:
        steps = [*(_done(step, words) for step in begun[:-1]), _failed((begun or [Step.NAME])[-1], error)]
        return Report(tuple(steps), error=error)
    finally:
        link.close()


def _to_the_engine(link: Link, sockets: tuple[str, ...], begun: list[Step], words: dict[str, str]) -> EngineInfo:
    deadline = Deadline()
    for number, path in enumerate(sockets, 1):
        try:
            link.way.open(path, deadline).close()
        except EngineSocket:
            if number == len(sockets):
                begun.append(Step.SOCKET)
                raise
            continue
        words["socket"] = path
        break
    begun += [Step.SOCKET, Step.ENGINE]
    return link.info(deadline)


def _done(step: Step, words: Mapping[str, str]) -> Walked:
    shown = {name: visible(word) for name, word in words.items()}
    english, japanese = (sentence.format_map(shown) for sentence in DONE[step])
    return Walked(step.name.lower(), True, english, japanese)


def _failed(step: Step, error: CallError) -> Walked:
    return Walked(step.name.lower(), False, *sentences(error))

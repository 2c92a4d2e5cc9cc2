"""What a load is, and running one in a process of its own."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe

CONNECTIONS = 16
# After so many requests a kept connection is replaced, as nginx and HTTP libraries do. Which worker has a
# connection is decided when it is accepted; without new ones, one worker may have them all for a round.
REUSE = 250
GRACE = 20.0  # seconds that answers may still take once nothing more is sent


@dataclass(frozen=True)
class Plan:
    """What is sent where. It ends with the last request, or after `seconds`, whichever is first.

    A kept connection is replaced after `reuse` requests.
    `requests` are whole HTTP requests; an answer is good when its status is 200 and its body is `expected`.
    """

    port: int
    requests: Sequence[bytes]
    expected: bytes
    seconds: float
    keep_alive: bool = True
    connections: int = CONNECTIONS
    reuse: int = REUSE


@dataclass(frozen=True)
class Load:
    """What came back. Latencies are in ms; `sent` requests left, from the first one on, in their order."""

    sent: int
    answered: int
    seconds: float
    p50: float
    p95: float
    p99: float
    cpu: float  # seconds of processor time that the generator itself took
    errors: dict[str, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Good answers per second."""
        return self.answered / self.seconds


class LoadError(RuntimeError):
    """The load could not be run to its end."""


def run(plan: Plan) -> Load:
    """Run `plan` in a process of its own, forked so that the requests need not be copied.

    Raises LoadError when that process dies or outlives its bounds.
    """
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(plan, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(plan.seconds + 2 * GRACE):
            raise LoadError("the load generator did not stop in time")
        result = ours.recv()
    except EOFError:
        raise LoadError("the load generator died") from None
    finally:
        process.kill()
        process.join()
    if not isinstance(result, Load):
        raise LoadError(f"the load generator sent {result!r}")
    return result


def _run(plan: Plan, pipe: Pipe) -> None:
    from tests.benchmarks.generator import Generator

    pipe.send(Generator(plan).run())
    pipe.close()

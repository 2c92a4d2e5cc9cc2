"""Stopping containers side by side, for callers who may not want to wait until all have ended.

What is under way when the answer has to come goes on by itself; until it has ended, its intent in the
log of changes tells every process of the service of it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from threading import Event

from app.containers.answers import Container
from app.containers.engine import AT_ONCE, Engine
from app.containers.link import Gone
from app.containers.results import Result, failure, result
from app.errors import CallError

ACTION = "stop_containers"
"""The act of stopping a container, as the log of changes names it."""
STOPPING = "stopping"
"""The status of what is still under way, and the state of its container."""
ENDED = ("exited", "dead", "created", "stopped", "configured", "removing")
GRACE = 5
"""Seconds for a container to end by itself."""
WRITTEN = 1.0
"""Seconds to wait until an intent is written down, however short the caller wants to wait."""
LONGEST = 15
"""Seconds after which an intent that has no end tells of a process that is gone, not of one that stops."""

Stop = tuple[str, Callable[[Callable[[], None]], Result]]
"""The name of a container, and what is done with it; it is given what to call once the intent is written down."""
_Outcome = tuple[Result, CallError | None]

log = logging.getLogger(__name__)


def stop(engine: Engine, container: Container) -> Result:
    """Stop a container, and return when it has ended; raises CallError."""
    with suppress(Gone):  # it ended by itself, and removed itself
        engine.stop(container.id, GRACE)
    return result("stopped", container.name)


def state_of(container: Container, stopping: Collection[str]) -> str:
    """Return the state of a container; `stopping` names those that are being stopped."""
    is_stopping = container.name in stopping and container.state not in ENDED
    return STOPPING if is_stopping else container.state


def side_by_side(acts: Sequence[Stop], until: float) -> list[Result]:
    """Run acts, and return what came of each at a moment of the monotonic clock at the latest.

    :raises CallError: all have failed.
    """
    if not acts:
        return []
    pool = ThreadPoolExecutor(min(AT_ONCE, len(acts)), thread_name_prefix="stop")
    intents = [Event() for _ in acts]
    begun = [pool.submit(_run, *act, intent) for act, intent in zip(acts, intents, strict=True)]
    pool.shutdown(wait=False)
    for intent in intents[:AT_ONCE]:  # others see what is under way as soon as it is told
        intent.wait(WRITTEN)
    wait(begun, max(0.0, until - time.monotonic()))
    done = [_outcome(name, future) for (name, _), future in zip(acts, begun, strict=True)]
    if all(error for _, error in done) and (error := done[0][1]):
        raise error  # nothing has changed
    return [one for one, _ in done]


def _run(name: str, act: Callable[[Callable[[], None]], Result], intent: Event) -> _Outcome:
    try:
        return act(intent.set), None
    except CallError as error:
        return failure(name, error), error
    finally:
        intent.set()


def _outcome(name: str, future: Future[_Outcome]) -> _Outcome:
    if future.done():
        return future.result()
    future.add_done_callback(_log_unforeseen)
    return result(STOPPING, name), None


def _log_unforeseen(future: Future[_Outcome]) -> None:
    # Nobody waits any more, so nobody else would see it.
    if error := future.exception():
        log.error("a container could not be stopped", exc_info=error)

"""Open pages without a browser: what each one asks, as often as it asks, over a connection of its own."""

from __future__ import annotations

import asyncio
import gzip
import json
import multiprocessing
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from multiprocessing.synchronize import Event
from typing import Any

EVERY = 2.8
"""Seconds between an answer and the next question: `quick` of app/web/static/live.js."""
CALM = 4
"""After so many quick questions comes a calm one."""
ETAG = re.compile(rb'"etag":"(\w+)"')


@dataclass(frozen=True)
class Reader:
    """What the pages of one class ask, and the cookie that they have."""

    port: int
    cookie: str
    quick: tuple[dict[str, Any], ...]
    calm: tuple[dict[str, Any], ...]


def class_calls(course_id: int, roster: list[str]) -> tuple[dict[str, Any], ...]:
    """Return what the view of a class asks all the time."""
    chart = {"course_id": course_id, "period": "real"}
    asked: list[tuple[str, dict[str, Any]]] = [
        ("get_record_counts", {}),
        ("get_progress", {"course_id": course_id, "roster": roster}),
        ("get_chart", {**chart, "chart": "total_pie"}),
        ("get_chart", {**chart, "chart": "codecell_bar"}),
    ]
    return _calls(asked)


def calm_calls(course_id: int) -> tuple[dict[str, Any], ...]:
    """Return what it asks now and then."""
    return _calls([("get_site_info", {}), ("get_courses", {}), ("get_roster", {"course_id": course_id})])


def _calls(asked: list[tuple[str, dict[str, Any]]]) -> tuple[dict[str, Any], ...]:
    return tuple({"function": name, "arguments": arguments} for name, arguments in asked)


@contextmanager
def open_pages(reader: Reader, pages: int) -> Iterator[None]:
    """Keep so many pages open, in a process of their own; raises RuntimeError where they get no answers."""
    context = multiprocessing.get_context("fork")
    stop, answered = context.Event(), context.Value("l", 0)
    process = context.Process(target=_read, args=(reader, pages, stop, answered), daemon=True)
    process.start()
    time.sleep(2 * EVERY)  # until all are in their rhythm
    before = answered.value
    began = time.monotonic()
    try:
        yield
    finally:
        rate = (answered.value - before) / (time.monotonic() - began)
        stop.set()
        process.join(10)
        process.kill()
    if rate < 0.5 * pages / EVERY:
        raise RuntimeError(f"{pages} pages got only {rate:.0f} answers a second")


def _read(reader: Reader, pages: int, stop: Event, answered: Any) -> None:
    asyncio.run(_all(reader, pages, stop, answered))


async def _all(reader: Reader, pages: int, stop: Event, answered: Any) -> None:
    waits = (EVERY * number / pages for number in range(pages))
    await asyncio.gather(*(_page(reader, wait, stop, answered) for wait in waits))


async def _page(reader: Reader, wait: float, stop: Event, answered: Any) -> None:
    await asyncio.sleep(wait)
    source, sink = await asyncio.open_connection("127.0.0.1", reader.port)
    known: dict[bool, list[str]] = {True: [""] * len(reader.calm), False: [""] * len(reader.quick)}
    for number in count():
        for calm in (True, False) if number % CALM == 0 else (False,):
            asked = reader.calm if calm else reader.quick
            calls = [{**call, "etag": etag} for call, etag in zip(asked, known[calm], strict=True)]
            sink.write(_request(reader, json.dumps({"calls": calls}).encode()))
            known[calm] = await _etags(source)
        answered.value += 1
        await asyncio.sleep(EVERY)
        if stop.is_set():
            break
    sink.close()


async def _etags(source: asyncio.StreamReader) -> list[str]:
    head = await source.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    body = await source.readexactly(length)
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(body.decode())
    return [etag.decode() for etag in ETAG.findall(gzip.decompress(body) if b"gzip" in head else body)]


def _request(reader: Reader, body: bytes) -> bytes:
    head = (
        "POST /page/calls HTTP/1.1",
        f"Host: 127.0.0.1:{reader.port}",
        f"Cookie: {reader.cookie}",
        "Sec-Fetch-Site: same-origin",
        "Accept-Encoding: gzip",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body

"""A benchmark that can't see a failure measures nothing."""

from __future__ import annotations

import json
import socketserver
import threading
import xmlrpc.client
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from urllib.parse import parse_qsl

from tests.benchmarks.load import Plan, run
from tests.benchmarks.records import FIELDS, classes, to_json, to_rest, to_xmlrpc

REQUESTS = [b"GET / HTTP/1.1\r\n\r\n"] * 40
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"


@contextmanager
def server(answer: bytes) -> Iterator[int]:
    """A server that gives the same answer to everything; yield its port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            try:
                while self.request.recv(65536) and answer:
                    self.request.sendall(answer)
            except ConnectionError:
                pass  # the generator has seen enough

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 64  # with the usual 5 a burst of connections waits for a second

    with Server(("127.0.0.1", 0), Handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield listening.server_address[1]
        listening.shutdown()


def test_every_request_is_sent_once_and_answered() -> None:
    with server(GOOD) as port:
        load = run(Plan(port, REQUESTS, b"[]", seconds=5, reuse=3))
    assert (load.sent, load.answered, load.errors) == (40, 40, {})


def test_new_connections_carry_one_request_each() -> None:
    with server(GOOD) as port:
        load = run(Plan(port, REQUESTS, b"[]", seconds=5, keep_alive=False))
    assert (load.sent, load.answered, load.errors) == (40, 40, {})


def test_another_body_is_an_error() -> None:
    with server(GOOD.replace(b"[]", b"{}")) as port:
        load = run(Plan(port, REQUESTS, b"[]", seconds=5))
    assert load.answered == 0
    assert load.errors


def test_another_status_is_an_error() -> None:
    with server(GOOD.replace(b"200", b"503")) as port:
        load = run(Plan(port, REQUESTS, b"[]", seconds=5))
    assert load.answered == 0
    assert load.errors


def test_a_closed_connection_is_an_error() -> None:
    with server(b"") as port:
        load = run(Plan(port, REQUESTS, b"[]", seconds=5))
    assert load.answered == 0
    assert load.errors


def test_the_clock_ends_a_load() -> None:
    with server(GOOD) as port:
        load = run(Plan(port, REQUESTS * 100_000, b"[]", seconds=0.2))
    assert 0 < load.sent == load.answered < 4_000_000
    assert load.seconds < 2


def test_all_three_wires_carry_the_same_record() -> None:
    record = list(islice(classes(1), 41))[40]
    assert record["host"] == "client"
    form = dict(parse_qsl(to_rest([record]).decode(), keep_blank_values=True))
    struct, method = xmlrpc.client.loads(to_xmlrpc([record]))
    assert form == {f"nb_logs[0][{field}]": record[field] for field in FIELDS}
    assert (struct, method) == ((record,), "mod_lticontainer_write_nbdata")
    assert json.loads(to_json([record])) == {"nb_logs": [record]}


def test_no_two_records_are_equal() -> None:
    records = [tuple(record.values()) for record in islice(classes(1), 10_000)]
    assert len(set(records)) == len(records)

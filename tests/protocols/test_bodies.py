"""Bodies that are too long, cut, no request at all, or made to harm; over every protocol."""

from __future__ import annotations

import pytest

from tests.conftest import MakeWeb
from tests.protocols.wires import WRITE, Json, Rest, Wire, XmlRpc
from tests.support.site import cell_run
from tests.support.web import WebSite

PARAMS = {"nb_logs": [cell_run("s", "m")[1]]}
SECRET_FILE = "file:///etc/hostname"
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + f"]><methodCall><methodName>{WRITE}</methodName>"
    "<params><param><value>&i;</value></param></params></methodCall>"
)
EXTERNAL = (
    f'<!DOCTYPE x [<!ENTITY e SYSTEM "{SECRET_FILE}">]>'
    f"<methodCall><methodName>{WRITE}</methodName><params><param><value>&e;</value></param></params></methodCall>"
)
PARAMETER_ENTITY = f'<!DOCTYPE x [<!ENTITY % e SYSTEM "{SECRET_FILE}"> %e;]>' + EXTERNAL.partition("]>")[2]


def deep_json(depth: int) -> bytes:
    return b'{"nb_logs": ' + b"[" * depth + b"]" * depth + b"}"


def deep_xml(depth: int) -> bytes:
    value = b"<value><array><data>" * depth + b"</data></array></value>" * depth
    return XmlRpc.encode(XmlRpc.__new__(XmlRpc), WRITE, {"a": "DEEP"}).replace(
        b"<value><string>DEEP</string></value>", value
    )


def test_a_body_over_the_limit_is_refused(web: WebSite, wire: Wire, token: str) -> None:
    answer = wire.post(WRITE, b"x" * (50 * 2**20), token)
    assert answer.code == "requesttoolarge"
    assert answer.status == (413 if wire.name == "json" else 200)
    assert web.rejects() == []


def test_a_list_over_the_limit_is_kept(make_web: MakeWeb, wire: Wire, token: str) -> None:
    web = make_web(max_records=10)
    answer = type(wire)(web.client).write([{"session": "s"}] * 11, token)
    assert answer.code == "invalidparameter"
    assert answer.detail == "nb_logs: has 11 elements, the limit is 10"
    assert len(web.rejects()) == 1


def test_a_body_shorter_than_its_length_is_told(web: WebSite, wire: Wire, token: str) -> None:
    answer = wire.post(WRITE, wire.encode(WRITE, PARAMS), token, environ_overrides={"CONTENT_LENGTH": "5000"})
    assert answer.code == "malformedrequest"
    assert (web.count("server_data"), web.count("rejects")) == (0, 0)


def test_a_cut_body_is_kept_as_it_came(web: WebSite, wire: Wire, token: str) -> None:
    body = wire.encode(WRITE, PARAMS)
    cut = body[: body.index(b"message") + 3]
    assert wire.post(WRITE, cut, token).code == wire.unreadable
    (kept,) = web.rejects()
    assert (kept.reject.whole, kept.reject.raw) == (True, cut)
    assert web.count("server_data") == 0


@pytest.mark.parametrize(
    "garbage", [b"", b"\x00", b"%", b"<", b"{", b"\xff\xfe", b"[]", b"null", b"nb_logs[[0]=1"]
)
def test_what_is_no_request_is_never_a_success(wire: Wire, token: str, garbage: bytes) -> None:
    assert wire.post(WRITE, garbage, token).code in ("invalidparameter", "recordrejected")


@pytest.mark.parametrize("depth", [33, 500, 900, 100_000])
def test_a_deep_body_is_kept(web: WebSite, wire: Wire, token: str, depth: int) -> None:
    # 100,000 levels of XML take more bytes than are kept of one request.
    depth = min(depth, 20_000) if wire.name == "xmlrpc" else depth
    form = b"nb_logs" + b"[0]" * depth + b"=1"
    body = {"json": deep_json(depth), "xmlrpc": deep_xml(depth), "rest": form}[wire.name]
    answer = wire.post(WRITE, body, token)
    # Where it can still be read it has only the wrong shape.
    readable = wire.name == "json" and depth < 1000
    assert answer.code == ("invalidparameter" if readable else wire.unreadable)
    assert len(web.rejects()) == 1


def test_no_depth_of_json_is_a_failure(web: WebSite, token: str) -> None:
    # What the parser still takes need not be what the writer of the reject takes.
    codes = {Json(web.client).post(WRITE, deep_json(depth), token).code for depth in range(800, 1000)}
    assert codes == {"invalidparameter", "recordrejected"}
    assert len(web.rejects()) == 200


@pytest.mark.parametrize("bomb", [BOMB, EXTERNAL, PARAMETER_ENTITY], ids=["laughs", "external", "parameter"])
def test_no_entity_is_expanded(web: WebSite, token: str, bomb: str) -> None:
    answer = XmlRpc(web.client).post(WRITE, bomb.encode(), token)
    assert answer.code == "recordrejected"
    assert "document type" in answer.detail
    (kept,) = web.rejects()
    assert kept.reject.raw == bomb.encode()


def test_a_struct_that_names_a_member_twice_is_refused(web: WebSite, token: str) -> None:
    wire = XmlRpc(web.client)
    member = b"<member>\n<name>host</name>\n<value><string>server</string></value>\n</member>\n"
    body = wire.encode(WRITE, PARAMS)
    assert member in body
    assert wire.post(WRITE, body.replace(member, member * 2), token).code == "recordrejected"
    assert (web.count("server_data"), len(web.rejects())) == (0, 1)


@pytest.mark.parametrize(
    ("made", "body"),
    [
        (Json, b'{"nb_logs": [{"session": "s", "session": "t"}]}'),
        (Json, b'{"nb_logs": [{"session": "s"}], "nb_logs": []}'),
        (Rest, b"nb_logs[0][session]=s&nb_logs[0][session]=t"),
        (Rest, b"nb_logs[0][session]=s&nb_logs[0]=t"),
    ],
)
def test_a_name_that_comes_twice_is_refused(web: WebSite, token: str, made: type[Wire], body: bytes) -> None:
    assert made(web.client).post(WRITE, body, token).code == made.unreadable
    assert (web.count("session"), len(web.rejects())) == (0, 1)

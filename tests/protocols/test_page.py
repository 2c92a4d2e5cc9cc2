"""The page's routes: who gets in, what the cookie is, what other pages can't do."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.auth.login_codes import LoginCodes
from app.web.cookie import NAME
from tests.support.web import WebSite

OWN = {"Sec-Fetch-Site": "same-origin"}
COURSE = 2


def post(web: WebSite, path: str, body: Any, headers: Mapping[str, str] = OWN) -> TestResponse:
    return web.client.post(f"/page/{path}", json=body, headers=dict(headers))


def ask(web: WebSite, function: str, arguments: Mapping[str, Any] | None = None, etag: str = "") -> Any:
    call = {"function": function, "arguments": arguments or {}, "etag": etag}
    answer = post(web, "calls", {"calls": [call]})
    assert answer.status_code == 200, answer.text
    return answer.get_json()["results"][0]


def log_in(web: WebSite, *scopes: str, courses: list[int] | None = None) -> str:
    token = web.token(*(scopes or ("activity:read",)), courses=courses)
    assert post(web, "login", {"token": token}).status_code == 200
    return token


def test_a_token_gets_a_cookie_that_no_script_reads_and_that_does_not_show_it(web: WebSite) -> None:
    token = web.token("activity:read")
    answer = post(web, "login", {"token": f" {token}\n"})
    cookie = SimpleCookie(answer.headers["Set-Cookie"])[NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert cookie["max-age"] == str(12 * 3600)
    assert cookie["path"] == ""
    assert not cookie["secure"]
    assert token not in answer.headers["Set-Cookie"]
    assert token not in answer.text


@pytest.mark.parametrize(
    "headers",
    [{**OWN, "X-Forwarded-Proto": "https"}, {**OWN, "Origin": "https://localhost"}],
    ids=["proxy", "origin"],
)
def test_by_https_the_cookie_stays_on_https(web: WebSite, headers: dict[str, str]) -> None:
    answer = post(web, "login", {"token": web.token("activity:read")}, headers)
    assert SimpleCookie(answer.headers["Set-Cookie"])[NAME]["secure"]


def test_whoever_is_in_asks_and_sees_what_the_token_sees(web: WebSite) -> None:
    web.register(7, COURSE)
    web.register(8, COURSE + 1)
    log_in(web, courses=[COURSE])
    assert [course["course_id"] for course in ask(web, "get_courses")["result"]["courses"]] == [COURSE]
    error = ask(web, "get_roster", {"course_id": COURSE + 1})["error"]
    assert error["errorcode"] == "accessexception"


def test_an_answer_that_is_known_already_is_not_sent_again(web: WebSite) -> None:
    log_in(web)
    first = ask(web, "get_courses")
    again = ask(web, "get_courses", etag=first["etag"])
    assert again == {"etag": first["etag"], "unchanged": True}


def test_a_long_answer_is_compressed_for_who_can_read_it(web: WebSite) -> None:
    token = web.token("ltis:write", "activity:read")
    users = [f"student{number:05}" for number in range(500)]
    own = {"Authorization": f"Bearer {token}"}
    assert (
        web.client.post("/api/v1/set_roster", json={"course_id": 2, "users": users}, headers=own).status_code
        == 200
    )
    post(web, "login", {"token": token})
    body = {"calls": [{"function": "get_roster", "arguments": {"course_id": 2}}]}
    answer = post(web, "calls", body, {**OWN, "Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.data))["results"][0]["result"]["users"] == users
    assert "Content-Encoding" not in post(web, "calls", body).headers


def test_two_whose_rights_differ_do_not_share_an_answer(web: WebSite) -> None:
    web.register(7, COURSE)
    log_in(web)
    assert len(ask(web, "get_courses")["result"]["courses"]) == 1
    log_in(web, courses=[99])
    assert ask(web, "get_courses")["result"]["courses"] == []


def test_a_revoked_token_is_out_at_once_and_its_cookie_goes(web: WebSite) -> None:
    token = log_in(web)
    ask(web, "get_courses")
    web.revoke(token)
    answer = post(web, "calls", {"calls": [{"function": "get_courses", "arguments": {}}]})
    assert answer.status_code == 401
    assert answer.get_json()["errorcode"] == "invalidtoken"
    assert "WWW-Authenticate" not in answer.headers
    assert SimpleCookie(answer.headers["Set-Cookie"])[NAME].value == ""


def test_after_logging_out_nothing_is_answered(web: WebSite) -> None:
    log_in(web)
    assert post(web, "logout", {}).status_code == 200
    assert post(web, "calls", {"calls": [{"function": "get_courses", "arguments": {}}]}).status_code == 401


@pytest.mark.parametrize("token", ["", "wrong", "x" * 5000, 7, None])
def test_a_wrong_token_gets_no_cookie(web: WebSite, token: object) -> None:
    answer = post(web, "login", {"token": token})
    assert answer.status_code in (401, 422)
    assert NAME + "=g" not in answer.headers.get("Set-Cookie", "")


def test_an_activity_token_which_students_can_read_gets_nobody_in(web: WebSite) -> None:
    assert post(web, "login", {"token": web.activity_token(1, 7)}).status_code == 403


def test_an_expired_token_gets_nobody_in(web: WebSite) -> None:
    assert post(web, "login", {"token": web.token("activity:read", expires_at=1)}).status_code == 403


@pytest.mark.parametrize("function", ["register_ltis", "set_roster", "write_nblogs"])
def test_the_page_changes_nothing_even_where_the_token_could(web: WebSite, function: str) -> None:
    log_in(web, "admin")
    assert ask(web, function)["error"]["errorcode"] == "accessexception"


def test_a_function_that_is_not_there_or_not_granted_is_its_own_error(web: WebSite) -> None:
    log_in(web, "nblogs:write")
    assert ask(web, "get_everything")["error"]["errorcode"] == "invalidrecord"
    assert ask(web, "get_courses")["error"]["errorcode"] == "accessexception"


@pytest.mark.parametrize(
    "body",
    [{}, [], {"calls": []}, {"calls": [1]}, {"calls": [{"function": 1, "arguments": {}}]}, {"calls": [{}] * 17}],
)
def test_a_body_of_another_shape_is_refused(web: WebSite, body: object) -> None:
    log_in(web)
    assert post(web, "calls", body).status_code == 422


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {},
    ],
)
@pytest.mark.parametrize("path", ["login", "logout", "calls"])
def test_another_page_can_ask_nothing(web: WebSite, path: str, headers: dict[str, str]) -> None:
    log_in(web)
    answer = post(web, path, {"token": "x", "calls": [{"function": "get_courses", "arguments": {}}]}, headers)
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


def test_an_old_browser_s_own_page_is_known_by_its_origin(web: WebSite) -> None:
    answer = post(web, "login", {"token": web.token("activity:read")}, {"Origin": "http://localhost:8443"})
    assert answer.status_code == 200


def test_a_login_link_works_once(web: WebSite) -> None:
    code = web.parts.login_codes.issue(web.token("activity:read"), 60)
    assert post(web, "login", {"code": code}).status_code == 200
    again = post(web, "login", {"code": code})
    assert again.status_code == 401
    assert "used already" in again.get_json()["detail"]


def test_a_login_link_that_is_too_old_or_made_up_opens_nothing(web: WebSite) -> None:
    now = [1000.0]
    codes = LoginCodes(web.parts.database, lambda: now[0])
    code = codes.issue("token", 60)
    now[0] += 61
    assert codes.redeem(code) == ""
    assert [codes.redeem(text) for text in ("", "x", "x" * 10_000, "\udcff")] == ["", "", "", ""]


def test_the_database_does_not_tell_the_token_of_a_link(web: WebSite) -> None:
    token = web.token("activity:read")
    code = web.parts.login_codes.issue(token, 60)
    stored = str(web.rows("login_codes"))
    assert token not in stored
    assert code not in stored


def test_the_page_runs_its_own_scripts_and_nothing_else(web: WebSite) -> None:
    answer = web.client.get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    nonce = re.search(r"script-src 'nonce-([\w-]+)'", policy)
    assert nonce
    tags = re.findall(r"<(?:script|link rel=\"stylesheet\")[^>]*>", answer.text)
    assert len(tags) >= 6
    assert [tag for tag in tags if f'nonce="{nonce[1]}"' not in tag and "application/json" not in tag] == []
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert web.client.get("/").headers["Content-Security-Policy"] != policy


def test_the_page_speaks_the_browser_s_language(web: WebSite) -> None:
    assert '<html lang="ja">' in web.client.get("/", headers={"Accept-Language": "ja,en;q=0.5"}).text
    assert '<html lang="en">' in web.client.get("/", headers={"Accept-Language": "fr"}).text


def test_every_address_in_the_page_is_relative_and_there(web: WebSite) -> None:
    text = web.client.get("/").text
    addresses = re.findall(r'(?:src|href)="([^"]+)"', text) + re.findall(r'": "(\./[^"]+)"', text)
    assert len(addresses) > 10
    for address in addresses:
        assert address.startswith(("page/static/", "./page/static/"))
        answer = web.client.get("/" + address.removeprefix("./"))
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["x/nothing.js", "x/../../routes.py", "x/%2e%2e/%2e%2e/routes.py", "x/..%2fcalls.py"]
)
def test_no_other_file_is_served(web: WebSite, path: str) -> None:
    assert web.client.get(f"/page/static/{path}").status_code == 404


def test_a_file_of_an_older_version_is_served_anew_and_not_kept(web: WebSite) -> None:
    answer = web.client.get("/page/static/older/app.js")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"

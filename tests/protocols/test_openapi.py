"""The description of the JSON interface, for programs and for people."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode, urljoin

import pytest
from jsonschema import Draft202012Validator
from jsonschema import ValidationError as Invalid
from marshmallow import ValidationError

from app.errors import ERRORS
from app.nblogs.store import WIDTHS
from app.protocols.downloads import decode_query
from app.protocols.openapi import describe
from tests.protocols.wires import WRITE, Json
from tests.support.web import WebSite


@pytest.fixture
def document(web: WebSite) -> dict[str, Any]:
    response = web.client.get("/api/v1/openapi.json")
    assert response.content_type == "application/json"
    found: dict[str, Any] = json.loads(response.data)
    return found


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [ref for child in node.values() for ref in references(child)]
    return [ref for child in node for ref in references(child)] if isinstance(node, list) else []


def validator(document: dict[str, Any], schema: Any) -> Draft202012Validator:
    """Return a validator of one schema of the document, with the document's references."""
    return Draft202012Validator({**schema, "components": document["components"]})


def request_schema(document: dict[str, Any], name: str) -> Any:
    operation = document["paths"][f"/api/v1/{name}"]["post"]
    return operation["requestBody"]["content"]["application/json"]["schema"]


def test_the_frame_is_that_of_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    assert {"title", "version"} <= document["info"].keys()
    assert document.keys() <= {"openapi", "info", "paths", "components", "security", "tags", "servers"}
    for path in document["paths"].values():
        (operation,) = path.values()
        assert path.keys() <= {"get", "post"}
        assert all("description" in response for response in operation["responses"].values())


def test_every_schema_is_one_and_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert re.fullmatch(r"[A-Za-z0-9._-]+", name)
    found = set(references(document))
    assert found
    for reference in found:
        _, root, kind, name = reference.split("/")
        assert (root, name in document["components"][kind]) == ("components", True), reference


def test_every_function_and_download_is_there_once(web: WebSite, document: dict[str, Any]) -> None:
    functions = [(f"/api/v1/{f.short_name}", "post") for f in web.parts.registry.functions.values()]
    downloads = [(f"/api/v1/{path}", "get") for path in web.parts.downloads.by_path]
    assert [(path, *operations) for path, operations in document["paths"].items()] == functions + downloads
    ids = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(set(ids)) == len(ids)


def test_every_example_is_valid_and_loads(web: WebSite, document: dict[str, Any]) -> None:
    for function in web.parts.registry.functions.values():
        validator(document, request_schema(document, function.short_name)).validate(function.example)
        assert function.params.load(function.example).keys() == set(function.positional)


def test_every_example_of_a_download_loads(web: WebSite, document: dict[str, Any]) -> None:
    for download in web.parts.downloads.by_path.values():
        loaded = download.params.load(decode_query(download.params, urlencode(download.example, True).encode()))
        assert loaded.keys() <= download.params.fields.keys()
        parameters = document["paths"][f"/api/v1/{download.path}"]["get"]["parameters"]
        assert {parameter["name"] for parameter in parameters} == download.params.fields.keys()


def test_what_the_service_refuses_the_schema_refuses_too(web: WebSite, document: dict[str, Any]) -> None:
    registry = web.parts.registry
    bad: list[dict[str, Any]] = [
        {},
        {"ltis": []},
        {"ltis": [{"lti_id": 0, "course_id": 1, "inst_id": 1}]},
        {"ltis": [{}]},
        {"x": 1},
    ]
    for arguments in bad:
        with pytest.raises(ValidationError):
            registry.functions["mod_lticontainer_register_ltis"].params.load(arguments)
        with pytest.raises(Invalid):
            validator(document, request_schema(document, "register_ltis")).validate(arguments)


def test_the_limits_of_a_record_are_told(document: dict[str, Any]) -> None:
    properties = document["components"]["schemas"]["Record"]["properties"]
    told = {name: field["maxLength"] for name, field in properties.items() if name in WIDTHS}
    assert told == {name: WIDTHS[name] for name in told}
    assert told.keys() == WIDTHS.keys() - {"filename", "codenum"}


def test_answers_are_as_described(web: WebSite, document: dict[str, Any], token: str) -> None:
    responses = document["paths"]["/api/v1/write_nblogs"]["post"]["responses"]
    for records, status in (([{}], 200), ([{"x": 1}], 422), ([5], 422), (None, 422)):
        answer = Json(web.client).call(WRITE, {"nb_logs": records}, token)
        assert answer.status == status
        (content,) = responses[str(status)]["content"].values()
        validator(document, content["schema"]).validate(answer.body)


def test_every_error_is_among_the_responses(document: dict[str, Any]) -> None:
    for path in document["paths"].values():
        (operation,) = path.values()
        assert {str(error.status) for error in ERRORS} | {"200"} == operation["responses"].keys()
    codes = document["components"]["schemas"]["Problem"]["properties"]["errorcode"]["enum"]
    assert codes == [error.code for error in ERRORS]


def test_the_page_names_every_function_and_loads_nothing_from_elsewhere(web: WebSite) -> None:
    response = web.client.get("/api/v1/docs")
    page = response.text
    assert all(f'id="{function.short_name}"' in page for function in web.parts.registry.functions.values())
    assert all(f'id="{download.anchor}"' in page for download in web.parts.downloads.by_path.values())
    assert all(error.code in page for error in ERRORS)
    links = re.findall(r"""(?:src|href|action|data|srcset)\s*=\s*["']?([^"'\s>]+)""", page)
    own = "http://localhost/"
    assert links
    assert [link for link in links if not urljoin(f"{own}api/v1/docs", link).startswith(own)] == []
    assert not re.search(r"@import|url\(|<script|<link|<iframe", page)


def test_the_page_could_not_load_anything_either(web: WebSite) -> None:
    policy = web.client.get("/api/v1/docs").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "http" not in policy
    assert "script" not in policy


def test_nothing_of_the_page_leads_nowhere(web: WebSite) -> None:
    page = web.client.get("/api/v1/docs").text
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert targets <= set(re.findall(r'id="([^"]+)"', page))
    assert web.client.get("/api/v1/openapi.json").json == describe(web.parts.registry, web.parts.downloads)

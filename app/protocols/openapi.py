"""The description of the JSON interface: `/api/v1/openapi.json`, and a page for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, Response, render_template
from marshmallow import Schema

from app import __version__
from app.downloads import Download, Downloads
from app.errors import ERRORS, CallError
from app.fields import EachOf
from app.protocols.json_api import ROOT
from app.registry import ExternalFunction, Registry

OPENAPI_VERSION = "3.1.0"
PAGE_POLICY = "default-src 'none'; style-src 'self' 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"


def connect(app: Flask, registry: Registry, downloads: Downloads) -> None:
    """Serve the description and the page."""
    document = describe(registry, downloads)
    text = json.dumps(document)

    @app.get(f"{ROOT}openapi.json")
    def openapi_json() -> Response:
        return Response(text, content_type="application/json")

    @app.get(f"{ROOT}docs")
    def api_docs() -> Response:
        page = render_template(
            "api.html",
            functions=registry.functions.values(),
            downloads=downloads.by_path.values(),
            document=document,
            errors=ERRORS,
            dumps=_pretty,
            query=_query,
        )
        response = Response(page, content_type="text/html; charset=utf-8")
        response.headers["Content-Security-Policy"] = PAGE_POLICY
        return response


def describe(registry: Registry, downloads: Downloads) -> dict[str, Any]:
    """Return the OpenAPI document of all functions and downloads."""
    plugin = MarshmallowPlugin(schema_name_resolver=_schema_name)
    spec = APISpec(
        title="lticontainer companion",
        version=__version__,
        openapi_version=OPENAPI_VERSION,
        info={
            "description": "Functions of mod_lticontainer as JSON. Text has no control characters. The header "
            "`On-Behalf-Of` may name the person for whom a caller acts; it is written into the log of changes."
        },
        plugins=[plugin],
        security=[{"bearer": []}],
    )
    spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    plugin.converter.add_attribute_function(_each_of)  # type: ignore[union-attr]  # set by init_spec
    spec.components.schema("Problem", _PROBLEM)
    for function in registry.functions.values():
        spec.path(path=f"{ROOT}{function.short_name}", operations={"post": _operation(function)})
    for download in downloads.by_path.values():
        spec.path(path=f"{ROOT}{download.path}", operations={"get": _fetching(download)})
    return spec.to_dict()


def _operation(function: ExternalFunction) -> dict[str, Any]:
    scope = function.scope or "any service token"
    return {
        "operationId": function.short_name,
        "summary": function.summary,
        "description": f"{function.description}\n\nScope: `{scope}`.".strip(),
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": function.params, "example": dict(function.example)}},
        },
        "responses": {
            "200": {"description": "Done", "content": {"application/json": {"schema": function.result}}},
            **_problem_responses(),
        },
    }


def _fetching(download: Download) -> dict[str, Any]:
    scope = download.scope or "any service token"
    return {
        "operationId": f"download-{download.anchor}",
        "summary": download.summary,
        "description": f"{download.description}\n\nScope: `{scope}`.".strip(),
        "parameters": [{"in": "query", "schema": download.params}],
        "responses": {
            "200": {
                "description": "The file",
                "content": {download.content_type: {"schema": download.result or {}}},
            },
            **_problem_responses(),
        },
    }


def _problem_responses() -> dict[str, Any]:
    by_status: dict[int, list[type[CallError]]] = {}
    for error in ERRORS:
        by_status.setdefault(error.status, []).append(error)
    return {
        str(status): {
            "description": "; ".join(f"{error.code}: {error.message}" for error in errors),
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, errors in sorted(by_status.items())
    }


def _schema_name(schema: type[Schema] | Schema) -> str:
    cls = schema if isinstance(schema, type) else type(schema)
    return cls.__name__


def _each_of(converter: Any, field: Any, **_: Any) -> Mapping[str, Any]:
    if not isinstance(field, EachOf):
        return {}
    element = converter.resolve_nested_schema(field.schema)
    many = {"type": "array", "items": element, "minItems": 1, "maxItems": field.limit}
    return {"oneOf": [many, element]} if field.single else many


def _query(example: Mapping[str, Any]) -> str:
    return f"?{urlencode(example, doseq=True)}" if example else ""


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=dict)


_PROBLEM = {
    "type": "object",
    "description": "Problem details, RFC 9457",
    "required": ["type", "title", "status", "errorcode"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "errorcode": {"type": "string", "enum": [error.code for error in ERRORS]},
        "detail": {"type": "string"},
        "problems": {"type": "array", "items": {"type": "object"}},
    },
}

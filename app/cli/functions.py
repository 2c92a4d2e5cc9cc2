"""`lticontainer functions`: the registry, for people and for programs."""

from __future__ import annotations

import json
from typing import Any

import click

from app.cli.common import print_table, service
from app.downloads import Download
from app.protocols.openapi import describe
from app.registry import ExternalFunction


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The whole registry, with schemas, as JSON.")
def functions(as_json: bool) -> None:
    """List the external functions; as JSON the downloads too."""
    parts = service()
    registry = parts.registry
    if not as_json:
        rows = [(f.name, f.scope or "-", f.summary) for f in registry.functions.values()]
        print_table(("name", "scope", "summary"), rows)
        return
    document = describe(registry, parts.downloads)
    entries = [_entry(function, document) for function in registry.functions.values()]
    files = [_file(download, document) for download in parts.downloads.by_path.values()]
    schemas = document["components"]["schemas"]
    click.echo(json.dumps({"functions": entries, "downloads": files, "schemas": schemas}, indent=2))


def _file(download: Download, document: dict[str, Any]) -> dict[str, Any]:
    operation = document["paths"][f"/api/v1/{download.path}"]["get"]
    return {
        "path": download.path,
        "scope": download.scope,
        "summary": download.summary,
        "content_type": download.content_type,
        "parameters": operation["parameters"],
    }


def _entry(function: ExternalFunction, document: dict[str, Any]) -> dict[str, Any]:
    operation = document["paths"][f"/api/v1/{function.short_name}"]["post"]
    return {
        "name": function.name,
        "scope": function.scope,
        "writes": function.writes,
        "positional": list(function.positional),
        "summary": function.summary,
        "parameters": operation["requestBody"]["content"]["application/json"]["schema"],
        "result": operation["responses"]["200"]["content"]["application/json"]["schema"],
    }

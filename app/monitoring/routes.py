"""The plain routes `/health` and `/metrics`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict

from flask import Flask, Response, request

from app.auth.addresses import Address, Network, within
from app.monitoring.health import Probe, check_health, count_waiting
from app.monitoring.metrics import render
from app.storage.database import Database

PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8"


def connect(
    app: Flask,
    database: Database,
    address_of: Callable[..., Address | None],
    metrics_networks: tuple[Network, ...],
    probe: Probe | None = None,
) -> None:
    """Serve both routes."""

    @app.get("/health")
    def health() -> Response:
        state = check_health(database, probe)
        status = 503 if state.status == "error" else 200
        return Response(json.dumps(asdict(state)), status=status, content_type="application/json")

    @app.get("/metrics")
    def metrics() -> Response:
        if not within(address_of(request), metrics_networks):
            return Response("not allowed from this address\n", status=403, content_type="text/plain")
        return Response(render(lambda: count_waiting(database)), content_type=PROMETHEUS_TEXT)

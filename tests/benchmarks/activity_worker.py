"""One process as a worker is: asks for dashboard and matrix over JSON, and prints times and peak memory."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

from flask.testing import FlaskClient

from app.auth.authenticator import new_token
from app.factory import create_app
from tests.benchmarks.activity_seed import CLASS_COURSE

CALLS = 9


def main() -> None:
    """Print one JSON object; `dashboard` and `matrix` in seconds, `memory` in MB."""
    app = create_app()
    token = new_token()
    app.extensions["lticontainer"].tokens.add(token, "bench", ("activity:read",), None, None, None)
    client = app.test_client()
    dashboard = seconds(client, token, "get_dashboard", {"course_id": 2})
    memory = peak_mb()  # before the matrix, which takes more
    matrix = seconds(client, token, "get_progress", {"course_id": CLASS_COURSE})
    print(json.dumps({"dashboard": dashboard, "matrix": matrix, "memory": memory}))


def peak_mb() -> float:
    """Return the most memory this program has had; getrusage would tell that of its parent too."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def seconds(client: FlaskClient, token: str, name: str, arguments: Mapping[str, Any]) -> float:
    """Return the median time of a call, after one that warms up; raises ValueError on an error."""
    taken = []
    for _ in range(CALLS + 1):
        begin = time.perf_counter()
        answer = client.post(f"/api/v1/{name}", json=arguments, headers={"Authorization": f"Bearer {token}"})
        taken.append(time.perf_counter() - begin)
        if answer.status_code != 200:
            raise ValueError(answer.text)
    return median(taken[1:])


if __name__ == "__main__":
    main()

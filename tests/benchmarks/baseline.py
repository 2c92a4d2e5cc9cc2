"""What the service is measured against: Flask doing nothing, and Flask with one plain commit a request."""

from __future__ import annotations

import os
import threading
from typing import Any
from urllib.parse import urlsplit

import pymysql
from flask import Flask, request

COLUMNS = ("session", "message", "status", "cell_id", "tags", "date")
INSERT = f"INSERT INTO naive_data ({', '.join(COLUMNS)}) VALUES (%s, %s, %s, %s, %s, %s)"
TABLE = (
    "CREATE TABLE naive_data (id BIGINT AUTO_INCREMENT PRIMARY KEY, session VARCHAR(36), "
    "message VARCHAR(36), status VARCHAR(10), cell_id VARCHAR(36), tags VARCHAR(255), date VARCHAR(40))"
)


def connect(url: str) -> pymysql.Connection[Any]:
    """Open a database by the URL that the service takes, `mysql+pymysql://USER:PASSWORD@HOST:PORT/NAME`."""
    parts = urlsplit(url)
    return pymysql.connect(
        host=parts.hostname or "127.0.0.1",
        port=parts.port or 3306,
        user=parts.username or "",
        password=parts.password or "",
        database=parts.path.lstrip("/"),
        charset="utf8mb4",
    )


def create_app() -> Flask:
    """Return both references, as one would write them without a second thought."""
    app = Flask(__name__)
    kept = threading.local()

    @app.get("/health")
    def health() -> bytes:
        return b"ok"

    @app.post("/nothing")
    def nothing() -> bytes:
        return b"[]"

    @app.post("/naive")
    def naive() -> bytes:
        values = [request.form.get(f"nb_logs[0][{column}]", "") for column in COLUMNS]
        if not hasattr(kept, "connection"):
            kept.connection = connect(os.environ["BASELINE_DATABASE_URL"])
        with kept.connection.cursor() as cursor:
            cursor.execute(INSERT, values)
        kept.connection.commit()
        return b"[]"

    return app


app = create_app()

"""The function by which a caller learns what it may do here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from marshmallow import fields

from app import __version__
from app.auth.caller import Caller
from app.fields import Flag, StrictSchema, Text
from app.registry import PREFIX, Call, ExternalFunction, every_course


class GrantedSchema(StrictSchema):
    """A function that the caller may use."""

    name = Text(required=True)
    version = Text(required=True)


class SiteInfoSchema(StrictSchema):
    """Result of get_site_info."""

    version = Text(required=True, metadata={"description": "version of the service"})
    moodle_url = Text(required=True, metadata={"description": "the Moodle site it serves"})
    database = Text(required=True, metadata={"description": "sqlite, mariadb or mysql"})
    moodle_tables = Flag(
        required=True,
        metadata={"description": "whether it works on Moodle's own tables, and so knows its courses"},
    )
    functions = fields.List(fields.Nested(GrantedSchema), required=True)


Granted = Callable[[Caller], Sequence[ExternalFunction]]


def functions(
    granted: Granted, database_kind: Callable[[], str], moodle_url: str, *, moodle_tables: bool
) -> tuple[ExternalFunction, ...]:
    """Return the functions of this subject.

    :param granted: tells which functions a caller may use.
    :param database_kind: tells `sqlite`, `mariadb` or `mysql`.
    """

    def get_site_info(call: Call) -> Mapping[str, Any]:
        return {
            "version": __version__,
            "moodle_url": moodle_url,
            "database": database_kind(),
            "moodle_tables": moodle_tables,
            "functions": [{"name": f.name, "version": __version__} for f in granted(call.caller)],
        }

    return (
        ExternalFunction(
            name=f"{PREFIX}get_site_info",
            summary="Tell version, database kind and the functions granted to the caller.",
            scope=None,
            params=StrictSchema(),
            positional=(),
            result=SiteInfoSchema(),
            handler=get_site_info,
            covers=every_course,
        ),
    )

"""The four data tables of mod_lticontainer as the tables that records are written to."""

from __future__ import annotations

from app.moodle.exact import as_bytes
from app.moodle.schema import MoodleTables
from app.storage.layout import Layout


def moodle_layout(tables: MoodleTables) -> Layout:
    """Return Moodle's tables in the places of the service's own."""
    return Layout(
        client_data=tables.lticontainer_client_data,
        server_data=tables.lticontainer_server_data,
        session=tables.lticontainer_session,
        tags=tables.lticontainer_tags,
        lti_id=tables.lti.c.id,
        lti_course=tables.lti.c.course,
        lti_name=tables.lti.c.name,
        exactly=as_bytes,
    )

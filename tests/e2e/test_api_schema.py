"""schemathesis: calls made up from openapi.json are answered as it says, and never with a fault of the service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from tests.e2e.conftest import Stack, made, running
from tests.support.databases import new_database

DOCUMENT = "/api/v1/openapi.json"
BOUNDED = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)

load_all_checks()
# A text with a control character is as described, and is refused: JSON Schema can't say so in a length.
EXCLUDED = [CHECKS.get_one("positive_data_acceptance")]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A service whose token may do everything."""
    folder: Path = tmp_path_factory.mktemp("api")
    for site in made(new_database("sqlite", folder)):
        with running(site) as stack:
            yield Stack(stack.service, site, site.token("admin"))


@pytest.fixture(scope="module")
def document(api: Stack) -> Any:
    return schemathesis.openapi.from_url(f"{api.service.base_url}{DOCUMENT}")


WITH_ACTIVITY = ("build_custom_params", "copy_custom_params")
"""What is made up names an activity that is registered by chance only: that of the examples."""
OF_HOSTS = (
    *("check_host", "get_images", "get_volumes", "get_containers"),
    *("create_volumes", "delete_volumes", "stop_containers"),
)
"""What is made up names no host that there is."""
NAMES = (
    *("write_nblogs", "write_nbdata", "mod_mdlds_write_nbdata", "register_ltis", "get_site_info"),
    "unregister_ltis",
    *("get_executions", "get_user_data", "get_recorded_users", "delete_user_data"),
    *("parse_custom_params", "get_param_choices", "diff_custom_params", *WITH_ACTIVITY),
    *("get_hosts", *OF_HOSTS),
    *(
        "get_courses",
        "get_roster",
        "set_roster",
        "get_record_counts",
        "get_chart",
        "get_dashboard",
        "get_filters",
        "get_progress",
    ),
)
FUNCTIONS = pytest.mark.parametrize("name", NAMES)
MODES = pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.name.lower())


def each_call(document: Any, name: str, mode: GenerationMode, check: Callable[[Any], None]) -> None:
    """Make calls up from the description of a function, as it says or as it does not."""
    calls = document[f"/api/v1/{name}"]["POST"].as_strategy(generation_mode=mode)
    BOUNDED(given(case=calls)(lambda case: check(case)))()


def test_every_function_is_described(document: Any) -> None:
    described = {operation.ok() for operation in document.get_all_operations()}
    assert {op.path for op in described if op.method.upper() == "POST"} == {f"/api/v1/{n}" for n in NAMES}


@pytest.mark.slow
@FUNCTIONS
@MODES
def test_answers_are_as_described(document: Any, api: Stack, name: str, mode: GenerationMode) -> None:
    statuses: set[int] = set()

    def check(case: Any) -> None:
        response = case.call(headers={"Authorization": f"Bearer {api.token}"}, timeout=20)
        statuses.add(response.status_code)
        assert response.status_code < 500, response.text
        case.validate_response(
            response, headers={"Authorization": f"Bearer {api.token}"}, excluded_checks=EXCLUDED
        )

    each_call(document, name, mode, check)
    # So that this is no test of calls that all went wrong in the same way.
    good = {200, 403} if name in WITH_ACTIVITY else {404} if name in OF_HOSTS else {200}
    assert statuses & (good if mode is GenerationMode.POSITIVE else {400, 422})


@FUNCTIONS
@MODES
def test_without_a_token_every_call_is_refused(document: Any, api: Stack, name: str, mode: GenerationMode) -> None:
    def check(case: Any) -> None:
        response = case.call(headers={"Authorization": "Bearer unknown"}, timeout=20)
        assert response.status_code in (401, 405, 415)
        assert response.json()["errorcode"] in ("invalidtoken", "methodnotallowed", "unsupportedmedia")

    each_call(document, name, mode, check)

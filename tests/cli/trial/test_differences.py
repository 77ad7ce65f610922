"""What a comparison of a recording with the local Azure finds."""

import json
from pathlib import Path
from typing import Any

import pytest

from sparehub.cli.trial.differences import compare
from tests.cli.trial.conftest import Place


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the recording of a trial with machines."""
    place = Place(tmp_path_factory.mktemp("trial"))
    assert place.begin(machines=True) == 0
    return (place.out / "recording.json").read_text()


def exchanges(document: Any) -> Any:
    return document["recordings"][0]["exchanges"]


def routes_in(document: Any) -> Any:
    """Return the effective routes of the first machine."""
    return next(
        each["response"]["value"]
        for each in exchanges(document)
        if each["path"].partition("?")[0].endswith("/effectiveRouteTable")
    )


def found(path: Path, document: Any) -> list[tuple[str, Any, Any]]:
    path.write_text(json.dumps(document))
    return [(each.what, each.azure, each.local) for each in compare(path).differences]


def test_another_next_hop_in_effective_routes_is_a_difference(
    recorded: str, tmp_path: Path
) -> None:
    document = json.loads(recorded)
    (route,) = [
        each
        for each in routes_in(document)
        if (each["source"], each["addressPrefix"]) == ("User", ["192.168.0.0/16"])
    ]
    assert route["nextHopIpAddress"] == ["10.10.10.10"]
    route["nextHopIpAddress"] = ["10.10.10.11"]

    assert found(tmp_path / "changed.json", document) == [
        (
            "effective routes",
            ["User Active VirtualAppliance 192.168.0.0/16 10.10.10.11"],
            ["User Active VirtualAppliance 192.168.0.0/16 10.10.10.10"],
        )
    ]


def test_an_answer_that_the_client_sent_again_is_not_compared(
    recorded: str, tmp_path: Path
) -> None:
    """Azure throttles when it wants to; the same request follows."""
    document = json.loads(recorded)
    throttled = {**exchanges(document)[3], "status": 429, "response": {"error": {"code": "Busy"}}}
    exchanges(document).insert(3, throttled)

    assert found(tmp_path / "throttled.json", document) == []


def test_a_request_that_azure_refuses_and_the_local_azure_does_not_is_a_difference(
    recorded: str, tmp_path: Path
) -> None:
    document = json.loads(recorded)
    (place,) = [
        number
        for number, each in enumerate(exchanges(document))
        if each["method"] == "PUT"
        and "/natGateways/" in each["path"]
        and "-eastasia/" in each["path"]
    ]
    del exchanges(document)[place + 1 :]
    exchanges(document)[place] |= {
        "status": 400,
        "headers": {},
        "response": {"error": {"code": "SkuNotAvailable", "message": "no"}},
    }

    assert found(tmp_path / "refused.json", document) == [
        ("status", 400, 201),
        ("headers", [], ["azure-asyncoperation"]),
        ("error.code", "SkuNotAvailable", None),
    ]

"""A trial on one local Azure, compared with a second, fresh one."""

import json
from typing import Any

import pytest

from sparehub.azure import local
from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from sparehub.topology.errors import OptionsError, PreflightError
from tests.cli.trial.conftest import SUBSCRIPTION, Place


@pytest.mark.parametrize(("machines", "requests"), [(False, 50), (True, 100)])
def test_two_local_azures_answer_alike_and_nothing_is_left(
    place: Place,
    machines: bool,  # noqa: FBT001 - a parameter of the test
    requests: int,
) -> None:
    """Every request is compared; afterwards neither Azure nor the journal has anything of it."""
    assert place.begin(machines=machines) == 0

    report = json.loads((place.out / "report.json").read_text())
    assert (report["differences"], report["left"], report["problem"]) == ([], [], "")
    assert report["acceptedAlthoughRefusalExpected"] == []
    assert report["requests"] > requests
    assert (place.resources(), place.journal) == ([], [])


def test_an_answer_that_differs_is_listed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rejected twin: this Azure shows peerings under another state."""
    genuine = local._http_response  # noqa: SLF001 - where its answers leave the local Azure

    def patched(request: Any, response: Any) -> Any:
        body = response.body
        if request.method == "GET" and "/virtualNetworkPeerings?" in request.url:
            body["value"][0]["properties"]["peeringState"] = 7
        return genuine(request, response)

    monkeypatch.setattr(local, "_http_response", patched)

    assert place.begin() == 0

    report = json.loads((place.out / "report.json").read_text())
    found = {(each["what"], each["azure"], each["local"]) for each in report["differences"]}
    assert found == {("value[].properties.peeringState", "number", "string")}
    assert len(report["differences"]) == 4
    assert "`value[].properties.peeringState`" in (place.out / "report.md").read_text()


def test_a_refusal_that_only_azure_has_ends_the_trial_and_is_listed(place: Place) -> None:
    control.add_fault(place.store, FaultRequest(kind="failed", type="routeTables"))

    assert place.begin() == 1

    report = json.loads((place.out / "report.json").read_text())
    assert report["problem"].startswith("route table in eastasia: ")
    assert [(each["what"], each["azure"], each["local"]) for each in report["differences"]] == [
        ("error.code", "InternalServerError", None)
    ]
    assert (place.resources(), place.journal) == ([], [])


def test_the_recording_has_no_id_of_the_subscription(place: Place) -> None:
    place.begin(machines=True)

    for name in ("recording.json", "preflight.json", "report.json", "report.md"):
        text = (place.out / name).read_text()
        assert SUBSCRIPTION not in text, name
    recording = (place.out / "recording.json").read_text()
    assert "ssh-rsa" not in recording
    assert "10.10.10.10" in recording


def test_a_subscription_is_named_by_its_whole_id(place: Place) -> None:
    for given in ("", "11111111", "production"):
        with pytest.raises(OptionsError, match="takes the id of a subscription"):
            place.begin(subscription=given)


def test_both_regions_are_regions_and_differ(place: Place) -> None:
    with pytest.raises(OptionsError, match="no Azure region 'atlantis'"):
        place.begin(region="atlantis")
    with pytest.raises(OptionsError, match="the same region"):
        place.begin(pair="eastasia")


def test_a_trial_above_the_budget_does_not_begin(place: Place) -> None:
    with pytest.raises(PreflightError, match=r"more than --budget 1\.00"):
        place.begin(machines=True, budget=1.0)
    assert place.resources() == []


def test_networks_alone_cost_nothing(place: Place) -> None:
    assert place.begin(budget=0.0) == 0


def test_a_throttled_trial_goes_on_and_shows_no_difference(place: Place) -> None:
    """Azure asks for a pause when it wants to: the client sends the request again."""
    control.add_fault(place.store, FaultRequest(kind="throttled", after=4, count=3))

    assert place.begin() == 0
    assert json.loads((place.out / "report.json").read_text())["differences"] == []
    statuses = [each["status"] for each in recorded(place)]
    assert statuses.count(429) == 3


def test_what_a_silent_region_keeps_is_removed_once_it_answers(place: Place) -> None:
    """The trial ends early with code 7; the other region's group is removed all the same."""
    silent = FaultRequest(kind="region-down", region="southeastasia", after=3)
    control.add_fault(place.store, silent)

    assert place.begin() == 7
    left = json.loads((place.out / "report.json").read_text())["left"]
    assert left
    assert all("-southeastasia" in each for each in left), left
    assert not [each for each in place.resources() if "-eastasia" in each]
    assert len(place.journal) == 1

    control.clear_faults(place.store)
    assert place.clean_up() == 0
    assert (place.resources(), place.journal) == ([], [])


def recorded(place: Place) -> Any:
    return json.loads((place.out / "recording.json").read_text())["recordings"][0]["exchanges"]

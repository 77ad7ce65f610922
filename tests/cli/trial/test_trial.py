"""A trial on one local Azure, compared with a second, fresh one."""

import json
from typing import Any

import pytest

from sparehub.azure import local
from sparehub.azure.local import local_azure
from sparehub.cli.trial.requests.step import Step
from sparehub.cli.trial.run import Runner, TrialFailedError
from sparehub.failover.journal.journal import JournalError
from sparehub.output import Output
from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from sparehub.topology.errors import OptionsError, PreflightError
from tests.cli.trial.conftest import SUBSCRIPTION, Place, begin_and_kill


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


@pytest.mark.parametrize("name", ["recording.json", "preflight.json", "report.json", "report.md"])
def test_a_directory_with_a_file_of_a_trial_is_refused_and_kept(place: Place, name: str) -> None:
    """The rejected twin has another file, which stays as well."""
    place.out.mkdir()
    (place.out / "notes.md").write_text("kept")
    (place.out / name).write_text("kept")

    with pytest.raises(OptionsError, match=f"has {name}, perhaps of an earlier trial"):
        place.begin()
    assert {file.name for file in place.out.iterdir()} == {"notes.md", name}
    assert (place.out / name).read_text() == "kept"

    (place.out / name).unlink()
    assert place.begin() == 0
    assert (place.out / "notes.md").read_text() == "kept"


def test_a_file_in_the_place_of_the_directory_is_refused(place: Place) -> None:
    place.out.write_text("kept")

    with pytest.raises(OptionsError, match="is a file: name a directory"):
        place.begin()
    assert place.out.read_text() == "kept"


def test_nothing_is_written_before_the_confirmation(place: Place) -> None:
    with pytest.raises(PreflightError, match="does not begin"):
        place.begin(answer="n")
    assert not place.out.exists()


@pytest.mark.parametrize("budget", [float("nan"), float("inf"), -1.0])
def test_a_budget_is_an_amount(place: Place, budget: float) -> None:
    """Nan is not less than any cost, and refused nothing."""
    with pytest.raises(OptionsError, match="--budget takes US dollars"):
        place.begin(machines=True, budget=budget)
    assert place.resources() == []


@pytest.mark.parametrize(
    "changed",
    [{"subscription": 7}, {"machines": "2"}, {"id": "x"}, {"region": None}, {"more": 1}],
    ids=str,
)
def test_a_damaged_journal_is_one_message(place: Place, changed: dict[str, Any]) -> None:
    """Each value has its type; the rejected twin is what a killed trial left."""
    begin_and_kill(place, 20, machines=False)
    (name,) = place.journal
    file = place.path / "home" / "trials" / name
    genuine = file.read_text()
    file.write_text(json.dumps(json.loads(genuine) | changed))

    with pytest.raises(JournalError, match="is damaged"):
        place.clean_up()

    file.write_text(genuine)
    assert place.clean_up() == 0


def test_what_azure_accepted_is_listed_although_a_later_step_fails(place: Place) -> None:
    """The report has both."""
    client = local_azure(place.store, SUBSCRIPTION)
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
    location = {"location": "eastasia"}
    accepted = Step(title="refused", path=group, body=location, refused=True)
    failing = Step(title="invalid", path=f"{group}2", method="GET")
    runner = Runner(client, Output(as_json=True))

    with pytest.raises(TrialFailedError, match="invalid"):
        runner.run([accepted, failing])
    assert runner.accepted == ["refused"]


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

"""How a replay judges: on a recording whose answers are the simulator's own, then changed."""

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from sparehub.simulator.replay.clock import Evidence, evidence
from sparehub.simulator.replay.command import score
from sparehub.simulator.replay.recording import Exchange, RecordingError, read
from sparehub.simulator.replay.session import replay
from tests.simulator.arm import bodies
from tests.simulator.arm.bodies import Body

VNET, _BODY = bodies.virtual_network("vnet", "10.0.0.0/16")
OPERATION = (
    f"{bodies.SUBSCRIPTION}/providers/Microsoft.Network/locations/eastasia/operations/recorded"
)
START = 1_600_000_000


Case = tuple[int, Callable[[Body], None], str, tuple[object, object]]


def exchange(method: str, path: str, at: int, **more: Any) -> Body:
    date = formatdate(START + at, usegmt=True)
    headers = {"date": date} | more.pop("headers", {})
    return {
        "method": method,
        "path": f"{path}?api-version=2019-09-01",
        "status": 200,
        "headers": headers,
        "request": None,
        "response": None,
    } | more


def unanswered() -> list[Body]:
    """Return a network that is made, polled, read; one that is not there; a refused write."""
    follow = {"azure-asyncoperation": f"https://management.azure.com{OPERATION}", "retry-after": ""}
    outside = bodies.subnet("vnet", "a", "192.168.0.0/24")
    return [
        exchange("PUT", bodies.GROUP, 0, status=201, request={"location": "eastasia"}),
        exchange("PUT", VNET, 1, status=201, request=_BODY, headers=follow),
        exchange("GET", OPERATION, 5, headers={"retry-after": "10"}),
        exchange("GET", OPERATION, 60),
        exchange("GET", VNET, 61),
        exchange("GET", f"{VNET}-none", 62, status=404),
        exchange("PUT", outside[0], 63, status=400, request=outside[1]),
    ]


@pytest.fixture
def recorded(tmp_path: Path) -> list[Body]:
    """Return the exchanges, answered."""
    found = unanswered()
    recording = read(write(tmp_path, found))[0]
    for index, (answer, *_) in replay(recording).answers.items():
        found[index]["response"] = answer.body
    return found


def write(directory: Path, exchanges: list[Body]) -> Path:
    path = directory / "recordings.json"
    path.write_text(json.dumps({"recordings": [{"name": "made", "exchanges": exchanges}]}))
    return path


def judged(directory: Path, exchanges: list[Body]) -> Body:
    return score(write(directory, exchanges)).as_json()


def test_the_simulators_own_answers_match(tmp_path: Path, recorded: list[Body]) -> None:
    """Nothing differs; the making of the group is given."""
    assert recorded[4]["response"]["properties"]["provisioningState"] == "Succeeded"
    assert judged(tmp_path, recorded) == {
        "file": "recordings.json",
        "exchanges": 7,
        "matched": 6,
        "skipped": 0,
        "given": 1,
        "mismatches": [],
        "refusedGiven": [],
    }


def without(name: str) -> Callable[[Body], None]:
    def change(exchange: Body) -> None:
        del exchange["response"]["properties"][name]

    return change


def with_property(name: str, value: object) -> Callable[[Body], None]:
    def change(exchange: Body) -> None:
        exchange["response"]["properties"][name] = value

    return change


def with_header(name: str) -> Callable[[Body], None]:
    def change(exchange: Body) -> None:
        exchange["headers"][name] = "https://management.azure.com/x"

    return change


def with_status(status: int) -> Callable[[Body], None]:
    def change(exchange: Body) -> None:
        exchange["status"] = status

    return change


def with_code(exchange: Body) -> None:
    exchange["response"]["error"]["code"] = "SomethingElse"


def in_progress(exchange: Body) -> None:
    exchange["response"]["status"] = "InProgress"


@pytest.mark.parametrize(
    "case",
    [
        (1, with_status(202), "status", (202, 201)),
        (4, with_header("location"), "headers", (["location"], [])),
        (3, in_progress, "status", ("InProgress", "Succeeded")),
        (
            4,
            with_property("provisioningState", "Failed"),
            "properties.provisioningState",
            ("Failed", "Succeeded"),
        ),
        (
            4,
            with_property("enableDdosProtection", "no"),
            "properties.enableDdosProtection",
            ("string", "boolean"),
        ),
        (
            4,
            with_property("ddosProtectionPlan", {"id": "x"}),
            "properties.ddosProtectionPlan",
            ("object", None),
        ),
        (4, without("subnets"), "properties.subnets", (None, "empty array")),
        (6, with_code, "error.code", ("SomethingElse", "NetcfgSubnetRangeOutsideVnet")),
    ],
)
def test_what_differs_is_reported(tmp_path: Path, recorded: list[Body], case: Case) -> None:
    """A change of one thing in one recorded answer is one mismatch, which names that thing."""
    index, change, what, values = case
    changed = copy.deepcopy(recorded)
    change(changed[index])
    assert judged(tmp_path, changed)["mismatches"] == [
        {
            "index": index,
            "recording": "made",
            "method": changed[index]["method"],
            "path": changed[index]["path"].partition("?")[0],
            "expected": {what: values[0]},
            "got": {what: values[1]},
        }
    ]


@pytest.mark.parametrize(
    "change",
    [with_property("packetCaptureDiagnosticState", "None"), with_property("flowLogs", None)],
)
def test_names_that_no_schema_has_and_nulls_are_not_asked_for(
    tmp_path: Path, recorded: list[Body], change: Callable[[Body], None]
) -> None:
    """Azure also answers what it never published."""
    change(recorded[4])
    assert judged(tmp_path, recorded)["mismatches"] == []


def test_a_write_without_its_body_is_skipped(tmp_path: Path, recorded: list[Body]) -> None:
    """It stays in the total, and what follows it is judged."""
    del recorded[1]["request"]
    recorded[1]["requestNotRecorded"] = True
    found = judged(tmp_path, recorded)
    # The network is read after a write that was not recorded: that only shows what is given.
    assert (found["matched"], found["skipped"], found["given"]) == (4, 1, 2)
    assert found["mismatches"] == []


def test_what_is_read_first_is_given(tmp_path: Path, recorded: list[Body]) -> None:
    """A network that the recording finds there is seeded, and what rests on it is judged."""
    found = judged(tmp_path, [recorded[4], recorded[6]])
    assert (found["matched"], found["given"], found["mismatches"]) == (1, 1, [])


def test_what_a_write_finds_is_given(tmp_path: Path, recorded: list[Body]) -> None:
    """Azure answers 201 to a PUT that makes something: 200 shows that it was there."""
    update = copy.deepcopy(recorded[1]) | {"status": 200}
    delete = exchange("DELETE", f"{VNET}-none", 64, status=204)
    assert judged(tmp_path, [update, delete])["mismatches"] == []


def test_a_given_resource_that_makes_no_sense_does_not_end_the_replay(tmp_path: Path) -> None:
    """What the simulator cannot answer is a mismatch, and what it cannot seed is named."""
    broken = {"id": VNET, "properties": {"addressSpace": {"addressPrefixes": ["x"]}}}
    reading = exchange("GET", VNET, 0, response=broken)
    subnet = exchange("PUT", *bodies.subnet("vnet", "a", "10.0.0.0/24")[:1], 1, status=201)
    found = judged(tmp_path, [reading, subnet | {"request": {"properties": {}}}])
    assert (found["given"], len(found["mismatches"])) == (1, 1)


def test_the_requests_show_how_long_an_operation_took(tmp_path: Path) -> None:
    """A client polls until it is done, and then goes on."""
    exchanges = read(write(tmp_path, unanswered()))[0].exchanges

    def found_by(*kept: int) -> Evidence:
        found = [exchanges[index] for index in kept]
        renumbered = [Exchange(**{**vars(e), "index": i}) for i, e in enumerate(found)]
        return evidence(renumbered[0], renumbered)

    assert found_by(1, 2, 3, 4) == Evidence(START + 5, START + 60)
    assert found_by(1, 3) == Evidence(None, START + 60)
    assert found_by(1, 4) == Evidence(None, START + 61)
    assert found_by(1) == Evidence(None, None)
    assert Evidence(10, 20).end(15) == 15
    assert Evidence(10, 20).end(5) == 20
    assert Evidence(10, 20).end(25) == 20
    assert Evidence(10, None).end(5) == 10.5


@pytest.mark.parametrize("text", ["", "[]", '{"recordings": [{}]}', '{"recordings": 1}', "nul"])
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    """Its name and what is wrong, in one line, exit code 2."""
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(RecordingError, match=str(path)):
        read(path)
    ran = run("--json", str(path))
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)


def test_the_command_reports_every_file(tmp_path: Path, recorded: list[Body]) -> None:
    """``--json`` is one document; without it there are lines."""
    path = write(tmp_path, recorded)
    document = json.loads(run("--json", str(path), str(path)).stdout)
    one = score(path).as_json()
    assert document == {"files": [one, one], "matched": 12, "skipped": 0, "total": 12}
    lines = run(str(path)).stdout.splitlines()
    assert lines == [
        "recordings.json: 6 of 6 matched, 0 skipped, 1 given",
        "all: 6 of 6 matched (100.0%), 0 of 6 skipped",
    ]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sparehub.simulator.replay", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)

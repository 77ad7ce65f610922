"""Both runbooks as jobs of the local Azure: the PowerShell is interpreted, the Python is run."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from sparehub.simulator.arm.storage.worker_presence import registered
from sparehub.simulator.automation.worker import run_pending
from sparehub.topology.planning.plan import PlanKind
from tests.runbook.world import ACCOUNT, SwitchWorld, copy_of, served, shipped_pair

VERSION = {"api-version": "2024-10-23"}
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
CONTEXT = {
    "RecoveryPlanName": "sparehub",
    "FailoverType": "Unplanned",
    "FailoverDirection": "PrimaryToSecondary",
    "GroupId": "1",
    "VmMap": {},
}
START, SWITCH = "sparehub-start-switch", "sparehub-switch-network"


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("templates")


@pytest.fixture
def world(templates: Path, tmp_path: Path) -> Iterator[SwitchWorld]:
    """Return the shipped pair with both runbooks published; the identity is a contributor."""
    made = copy_of(shipped_pair(), PlanKind.FAILOVER, templates, tmp_path / "azure")
    for name, kind, text in (
        (START, "PowerShell", made.rendered.start),
        (SWITCH, "Python3", made.rendered.switch),
    ):
        path = f"{ACCOUNT}/runbooks/{name}"
        body = {"location": "southeastasia", "properties": {"runbookType": kind}}
        made.arm.send("PUT", path, body, VERSION)
        made.arm.send("PUT", f"{path}/draft/content", text.encode(), VERSION)
        assert made.arm.send("POST", f"{path}/publish", None, VERSION).status == 202
    with served(made):
        yield made


def permit(world: SwitchWorld) -> None:
    """Make the account's identity a contributor to every group."""
    account = world.arm.send("GET", ACCOUNT, None, VERSION).body
    assert account
    principal = account["identity"]["principalId"]
    role = f"/providers/Microsoft.Authorization/roleDefinitions/{CONTRIBUTOR}"
    groups = {path.partition("/providers/")[0] for _, path, _ in world.writes()}
    for group in sorted(groups):
        answer = world.arm.send(
            "PUT",
            f"{group}/providers/Microsoft.Authorization/roleAssignments/{uuid4()}",
            {"properties": {"principalId": principal, "roleDefinitionId": role}},
            {"api-version": "2022-04-01"},
        )
        assert answer.status == 201, answer.body


def run(world: SwitchWorld, parameters: dict[str, str]) -> tuple[dict[str, Any], int]:
    """Start the PowerShell runbook; return its job at the end, and how many jobs ran."""
    path = f"{ACCOUNT}/jobs/{uuid4()}"
    body = {"properties": {"runbook": {"name": START}, "parameters": parameters}}
    with registered(world.directory):
        assert world.arm.send("PUT", path, body, VERSION).status == 201
        count = run_pending(world.arm.azure, world.endpoint)
    shown = world.arm.send("GET", path, None, VERSION).body
    assert shown
    return shown["properties"], count


def network_writes(world: SwitchWorld, before: int) -> list[tuple[str, str]]:
    return [
        (method, path.split("/")[-1])
        for method, path, _ in world.writes()[before:]
        if "/Microsoft.Network/" in path
    ]


def test_a_recovery_plan_switches_the_network_by_it(world: SwitchWorld) -> None:
    """The context of Site Recovery as JSON; started twice, the second run writes nothing."""
    permit(world)
    before = len(world.writes())

    job, count = run(world, {"RecoveryPlanContext": json.dumps(CONTEXT)})

    assert (job["status"], job["exception"], count) == ("Completed", None, 2)
    assert network_writes(world, before) == [
        ("DELETE", "con-eastasia-hong-kong"),
        ("PUT", "con-southeastasia-singapore"),
    ]
    again = len(world.writes())
    assert run(world, {"RecoveryPlanContext": json.dumps(CONTEXT)})[0]["status"] == "Completed"
    assert network_writes(world, again) == []


def test_a_test_failover_switches_nothing(world: SwitchWorld) -> None:
    """It ends without an error and without starting the other runbook."""
    permit(world)
    before = len(world.writes())
    context = CONTEXT | {"FailoverType": "Test"}

    job, count = run(world, {"RecoveryPlanContext": json.dumps(context)})

    assert (job["status"], count) == ("Completed", 1)
    assert network_writes(world, before) == []


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        ({}, "no RecoveryPlanContext"),
        ({"RecoveryPlanContext": ""}, "no RecoveryPlanContext"),
        ({"RecoveryPlanContext": "{}"}, "the context has no FailoverType"),
        *(
            (
                {"RecoveryPlanContext": json.dumps({**CONTEXT, name: ""})},
                f"the context has no {name}: nothing was done",
            )
            for name in ("FailoverType", "FailoverDirection", "RecoveryPlanName")
        ),
        (
            {"RecoveryPlanContext": json.dumps({**CONTEXT, "RecoveryPlanName": "other"})},
            "made for the plan sparehub, not for other: nothing was done",
        ),
        (
            {
                "RecoveryPlanContext": json.dumps(
                    {**CONTEXT, "FailoverDirection": "SecondaryToPrimary"}
                )
            },
            "made for PrimaryToSecondary, not SecondaryToPrimary: nothing was done",
        ),
        ({"RecoveryPlanContext": "{"}, "Conversion from JSON failed"),
    ],
)
def test_any_other_context_is_refused(
    world: SwitchWorld, parameters: dict[str, str], problem: str
) -> None:
    """The job is Failed, the other runbook is not started, nothing is written."""
    permit(world)
    before = len(world.writes())

    job, count = run(world, parameters)

    assert (job["status"], count) == ("Failed", 1)
    assert problem in job["exception"]
    assert network_writes(world, before) == []


def test_an_identity_without_a_role_fails_the_job(world: SwitchWorld) -> None:
    """Nothing is written; the exception has Azure's words."""
    before = len(world.writes())

    job, _ = run(world, {"RecoveryPlanContext": json.dumps(CONTEXT)})

    assert job["status"] == "Failed"
    assert network_writes(world, before) == []


def test_a_switch_that_stops_fails_the_job_of_the_plan(world: SwitchWorld) -> None:
    """The PowerShell job says where to look; its output has the lines of the other."""
    permit(world)
    world.publish("edited")

    job, count = run(world, {"RecoveryPlanContext": json.dumps(CONTEXT)})

    assert (job["status"], count) == ("Failed", 2)
    assert "the network is not switched: job" in job["exception"]
    assert "was edited" in job["exception"]

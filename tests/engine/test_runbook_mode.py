"""The recovery plan switches the network by its runbook, and both stacks follow (one life).

Everything is the real thing but Azure: the Pulumi engine, the generated PowerShell and Python, run
by the worker of the local Azure over HTTP under the rights of the Automation account's identity.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from sparehub.azure.settings import LOCAL_SUBSCRIPTION
from sparehub.simulator import control
from sparehub.simulator.arm.service import Azure
from sparehub.simulator.automation.worker import working
from sparehub.simulator.http.server import Connections, application
from sparehub.stacks.stack_files import read_stack
from sparehub.topology.replication.direction import Replication, replication
from tests.engine.conftest import STACKS, Engine, until
from tests.engine.machines import NAMES, deploy, describe, everywhere, running, succeed
from tests.engine.operator import Operator
from tests.simulator.arm.arm_client import Arm

PATIENCE = 120.0
ACCEPTED = 202
SOUTHEAST = "southeastasia"
TEST_NETWORK = (
    f"/subscriptions/{LOCAL_SUBSCRIPTION}/resourceGroups/rg-test"
    "/providers/Microsoft.Network/virtualNetworks/vnet-test"
)


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    """Return the operator of a pair whose recovery plan is armed."""
    engine = Engine(tmp_path / "home", STACKS)
    describe(engine)
    engine.change(
        "secondary",
        lambda config: config["sparehub:region"]["siteRecovery"].update(
            {"network": "runbook", "automation": {}}
        ),
    )
    deploy(engine)
    return Operator(engine)


@contextmanager
def served(engine: Engine) -> Iterator[None]:
    """Serve the local Azure with its worker, as `sparehub simulate serve` does."""
    azure, connections = Azure(engine.store), Connections()
    config = uvicorn.Config(
        application(azure, connections), port=0, lifespan="off", log_level="critical", ws="none"
    )
    server = connections.server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with working(azure, f"http://127.0.0.1:{port}") as first:
            assert first
            yield
    finally:
        server.should_exit = True
        thread.join(10)
        azure.store.close()


def make_test_network(engine: Engine) -> None:
    """Make a network that no other is peered with, for both machines."""
    place = {"location": SOUTHEAST}
    ranges = {"addressPrefixes": ["10.0.0.0/8"]}
    subnet = {"name": "app", "properties": {"addressPrefix": "10.0.0.0/8"}}
    group = TEST_NETWORK.partition("/providers/")[0]
    for path, properties in (
        (group, {}),
        (TEST_NETWORK, {"addressSpace": ranges, "subnets": [subnet]}),
    ):
        assert engine.arm("PUT", path, {**place, "properties": properties}).status in {200, 201}


class Portal:
    """Somebody who has the portal alone: the requests that it sends."""

    def __init__(self, engine: Engine) -> None:
        self.arm = Arm(engine.store)
        pair = {name: read_stack(engine.rehearsal.project, name) for name in STACKS}
        found = replication(pair, "primary", LOCAL_SUBSCRIPTION)
        assert found
        self.direction: Replication = found

    def start(self, action: str, **properties: Any) -> str:
        """Start the recovery plan; return the path of its job."""
        details = [{"instanceType": "A2A"}]
        body = {"properties": {**properties, "providerSpecificDetails": details}}
        answer = self.arm.send("POST", f"{self.direction.plan}/{action}", body)
        assert answer.status == ACCEPTED, answer.body
        name = answer.headers["x-ms-request-id"].rpartition("/")[2]
        return f"{self.direction.vault}/replicationJobs/{name}"

    def state(self, job: str) -> str:
        return str(self.arm.properties(job)["state"])

    def awaits(self, job: str, *states: str) -> None:
        assert until(lambda: self.state(job) in states, PATIENCE), self.arm.properties(job)

    def answers(self, job: str) -> None:
        """Say that the network is switched."""
        body = {"properties": {"comments": "yes"}}
        assert self.arm.send("POST", f"{job}/resume", body).status == ACCEPTED

    def cleans_up(self) -> None:
        """End the test of the plan."""
        body = {"properties": {"comments": ""}}
        path = f"{self.direction.plan}/testFailoverCleanup"
        assert self.arm.send("POST", path, body).status == ACCEPTED

    def exceptions(self) -> list[str]:
        """Return why jobs of the Automation account failed."""
        account = self.direction.automation
        names = [each["name"] for each in self.arm.get(f"{account}/jobs")["value"]]
        found = (self.arm.properties(f"{account}/jobs/{name}")["exception"] for name in names)
        return [each for each in found if each]

    def jobs(self) -> list[tuple[str, str]]:
        """Return runbook and status of every job of the Automation account."""
        listed = self.arm.get(f"{self.direction.automation}/jobs")["value"]
        return sorted(
            (each["properties"]["runbook"]["name"], each["properties"]["status"]) for each in listed
        )


def network_writes(engine: Engine) -> list[tuple[str, str]]:
    """Return every write of Microsoft.Network so far: operation and name."""
    return [
        (each.operation, each.path.rpartition("/")[2])
        for each in control.read_log(engine.store)
        if "/Microsoft.Network/" in each.path
    ]


def test_a_recovery_plan_switches_the_network_and_both_stacks_follow(operator: Operator) -> None:
    """A test of the plan switches nothing; its failover does, and is then adopted."""
    engine = operator.engine
    portal = Portal(engine)
    make_test_network(engine)
    built = network_writes(engine)
    with served(engine):
        test = portal.start(
            "testFailover",
            failoverDirection="PrimaryToRecovery",
            networkType="VmNetworkAsInput",
            networkId=TEST_NETWORK,
        )
        portal.awaits(test, "Succeeded")
        assert (network_writes(engine), portal.jobs()) == (built, [])
        portal.cleans_up()

        job = portal.start(
            "unplannedFailover",
            failoverDirection="PrimaryToRecovery",
            sourceSiteOperations="NotRequired",
        )
        portal.awaits(job, "Suspended")
        completed = [
            ("sparehub-start-switch", "Completed"),
            ("sparehub-switch-network", "Completed"),
        ]
        assert (portal.exceptions(), portal.jobs()) == ([], completed)
        switched = network_writes(engine)[len(built) :]
        assert switched == [
            ("delete", "con-eastasia-hong-kong"),
            ("create", "con-southeastasia-singapore"),
        ]
        refused = succeed(operator, "resume", "--adopt", "--yes", code=3)
        assert "is still running" in refused
        portal.answers(job)
        portal.awaits(job, "Suspended", "Succeeded")
        if portal.state(job) == "Suspended":  # the question of the stack file
            portal.answers(job)
        portal.awaits(job, "Succeeded")
    assert running(engine)["app1"][-1:] == [SOUTHEAST]
    assert "`sparehub resume --adopt`" in succeed(operator, "status", code=8)

    before = control.read_log(engine.store)
    succeed(operator, "resume", "--adopt", "--yes", code=7)
    assert control.read_log(engine.store) == before
    for stack in STACKS:
        engine.rehearsal.pulumi("preview", "--expect-no-changes", "--stack", stack)

    standing = operator.status()
    assert (standing["active"], standing["operation"]) == (["secondary"], None)
    assert [item["stack"] for item in standing["debts"]] == ["primary"]
    succeed(operator, "commit", "--yes", code=7)
    succeed(operator, "finish-fence", "--yes")
    assert running(engine) == everywhere(SOUTHEAST)
    assert sorted(running(engine)) == [*NAMES]

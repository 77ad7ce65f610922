"""Re-protection on the local Azure: there, back, and there again; nothing is posted twice."""

import shutil
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from sparehub.failover.journal.source_addresses import record_source_addresses
from sparehub.failover.machines.replication.replicate import ReplicationError
from sparehub.failover.machines.replication.replication_preview import preview_replication
from sparehub.failover.machines.reprotection.reprotector import Reprotector
from sparehub.failover.machines.waiting import StillWaitingError
from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from sparehub.site_recovery.job import Job
from sparehub.site_recovery.vault import Body, Contents, Vault
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.replication.direction import Replication
from sparehub.topology.replication.protected_item import ProtectedItem
from sparehub.topology.replication.reconcile import items_by_machine
from tests.failover.machines.reprotection.conftest import FailedOver
from tests.failover.memory_backend.state import Died
from tests.replicated_pair import ReplicatedPair, pair_of
from tests.site_recovery_files import MACHINES, protected, recovery

NIC = "/providers/Microsoft.Network/networkInterfaces/app1-nic"


def reprotector(estate: ReplicatedPair, way: Replication, **more: Any) -> Reprotector:
    old = estate.away if way == estate.back else estate.back
    return Reprotector(
        **{
            "vault": estate.vault,
            "way": way,
            "old": old,
            "record": estate.record,
            "wait": estate.wait,
            "expected": 3200.0,
            "command": "sparehub failback --prepare",
            **more,
        }
    )


def switches(estate: ReplicatedPair) -> list[str]:
    """Return the locations of the containers whose switches Azure has accepted."""
    return [
        line.path.split("/replicationFabrics/")[1].partition("/")[0]
        for line in control.read_log(estate.directory)
        if line.path.lower().endswith("/switchprotection") and line.status < 300
    ]


def places(estate: ReplicatedPair, way: Replication) -> dict[str, list[tuple[str, str]]]:
    """Return where each item is replicated from, and the addresses where it arrives."""
    return {
        item.machine: [(item.container.name, nic.address) for nic in item.interfaces]
        for item in estate.vault.contents().items
        if item.container == way.container
    }


def address(estate: ReplicatedPair, way: Replication, name: str) -> str:
    """Return the address of a machine where it has arrived."""
    machine = estate.arm.properties(str(way.machine(name).arrives))
    (nic,) = machine["networkProfile"]["networkInterfaces"]
    (configuration,) = estate.arm.properties(nic["id"])["ipConfigurations"]
    return str(configuration["properties"]["privateIPAddress"])


def plans(estate: ReplicatedPair) -> list[str]:
    return [way.plan.name for way in (estate.away, estate.back) if estate.vault.plan(way.plan)]


def test_machines_go_there_and_back_and_there_again(moved: FailedOver) -> None:
    """SR-53 to SR-56: found each time, switched once each time, at the addresses of the files."""
    estate = moved.estate
    seen = [(plans(estate), address(estate, estate.away, "app1"))]
    for way in (estate.back, estate.away):
        reprotector(estate, way).run()
        assert preview_replication(estate.vault, way).is_empty
        assert sorted(places(estate, way)) == ["app1", "dc1"]
        moved.fail_over(way)
        moved.commit(way)
        seen.append((plans(estate), address(estate, way, "app1")))

    assert seen == [
        (["sparehub"], "10.2.0.10"),
        (["sparehub-back"], "10.2.0.10"),
        (["sparehub"], "10.2.0.10"),
    ]
    names = [way.fabric.name for way in (estate.away, estate.back)]
    assert switches(estate) == [names[0]] * 2 + [names[1]] * 2
    failovers = [
        line.path.rpartition("/replicationRecoveryPlans/")[2]
        for line in control.read_log(estate.directory)
        if line.path.endswith("/unplannedFailover")
    ]
    assert failovers == [
        "sparehub/unplannedFailover",
        "sparehub-back/unplannedFailover",
        "sparehub/unplannedFailover",
    ]


def test_what_was_left_is_gone_and_the_plan_is_that_of_the_way_back(moved: FailedOver) -> None:
    estate = moved.estate
    reprotector(estate, estate.back).run()

    assert estate.arm.send("GET", MACHINES.format("app1")).status == 404
    plan = estate.vault.plan(estate.back.plan)
    assert plan
    groups = [group for group in plan["properties"]["groups"] if group["groupType"] == "Boot"]
    assert [len(group["replicationProtectedItems"]) for group in groups] == [1, 1]


def test_a_second_run_writes_nothing(moved: FailedOver) -> None:
    estate = moved.estate
    reprotector(estate, estate.back).run()
    before = len(control.read_log(estate.directory))

    reprotector(estate, estate.back).run()

    assert len(control.read_log(estate.directory)) == before


def test_a_machine_returns_to_the_address_that_it_had(
    estate: ReplicatedPair, tmp_path: Path
) -> None:
    """The rejected twin is the first test: where nothing is recorded it follows from the files."""
    moved = FailedOver(estate, tmp_path)
    nic = MACHINES.format("app1").replace(
        "Compute/virtualMachines/app1", "Network/networkInterfaces/app1-nic"
    )
    body = estate.arm.get(nic)
    body["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"] = "10.2.0.77"
    estate.arm.put(nic, body)
    moved.replicate()
    items = items_by_machine(estate.away, estate.vault.contents().items)
    record_source_addresses(moved.session().journal.append, estate.away, items)
    moved.fail_over(estate.away)
    moved.commit(estate.away)

    for _ in range(2):  # what the machines have in the other region is not recorded
        way = moved.opened().back
        reprotector(estate, way).run()
        items = items_by_machine(way, estate.vault.contents().items)
        record_source_addresses(moved.session().journal.append, way, items)

    assert places(estate, moved.opened().back) == {
        "app1": [(way.container.name, "10.2.0.77")],
        "dc1": [(way.container.name, "10.1.0.10")],
    }


def test_an_answer_that_is_lost_switches_no_machine_twice(moved: FailedOver) -> None:
    estate = moved.estate
    control.add_fault(estate.directory, FaultRequest("lost-response", count=2))

    reprotector(estate, estate.back).run()

    assert switches(estate) == [estate.away.fabric.name] * 2
    assert preview_replication(estate.vault, estate.back).is_empty


def test_a_switch_that_ends_failed_is_named_and_the_others_go_on(moved: FailedOver) -> None:
    """A machine that is stopped is not re-protected; run again after its start, it is."""
    estate = moved.estate
    app1 = str(estate.back.machine("app1").id)
    estate.arm.send("POST", f"{app1}/deallocate")

    with pytest.raises(ReplicationError, match="app1: re-protection: Failed") as refused:
        reprotector(estate, estate.back).run()

    assert str(refused.value).endswith("`sparehub failback --prepare` tries these again")
    assert sorted(places(estate, estate.back)) == ["dc1"]
    assert plans(estate) == ["sparehub", "sparehub-back"]
    states = {item.machine: item.state for item in estate.vault.contents().items}
    assert states["dc1"] == "Protected"

    estate.arm.send("POST", f"{app1}/start")
    reprotector(estate, estate.back).run()

    assert preview_replication(estate.vault, estate.back).is_empty
    assert plans(estate) == ["sparehub-back"]


def test_a_region_that_fails_meanwhile_ends_every_switch(moved: FailedOver) -> None:
    """SR-79: nothing is lost by it; the machines run where they are."""
    estate = moved.estate
    control.add_fault(
        estate.directory, FaultRequest("region-down", region=estate.back.target_location)
    )

    with pytest.raises(ReplicationError, match="app1: re-protection: Failed"):
        reprotector(estate, estate.back).run()

    assert places(estate, estate.back) == {}
    control.clear_faults(estate.directory)
    reprotector(estate, estate.back).run()
    assert preview_replication(estate.vault, estate.back).is_empty


@pytest.mark.parametrize("written", [False, True])
def test_a_run_that_dies_at_any_record_is_finished_by_the_next(
    moved: FailedOver,
    tmp_path_factory: pytest.TempPathFactory,
    written: bool,  # noqa: FBT001 - of the record that the run dies at
) -> None:
    """Before a record is written, and after it: each machine is switched once."""
    for kill_at in range(1, 40):
        # Beside the store, never below it: a copy must not hold the copies before.
        copied = tmp_path_factory.mktemp("copy")
        for file in moved.estate.directory.glob("azure.sqlite*"):
            shutil.copy(file, copied)
        estate = ReplicatedPair(copied, moved.estate.pair)
        slow = _SlowVault(estate.azure, estate.away.vault, lambda: None)
        killed = _Killed(kill_at, written=written)
        with suppress(Died):
            reprotector(estate, estate.back, vault=slow, record=killed.record).run()
        reprotector(estate, estate.back, vault=slow, posted=killed.posted).run()

        assert (kill_at, switches(estate)) == (kill_at, [estate.away.fabric.name] * 2)
        assert preview_replication(estate.vault, estate.back).is_empty
        assert plans(estate) == ["sparehub-back"]
        shutil.rmtree(copied)
        if killed.records < kill_at:  # it has ended before
            break
    assert 15 < kill_at < 39


class _Killed:
    """A journal whose process dies at one of its records, before or after it is written."""

    def __init__(self, at: int, *, written: bool) -> None:
        self.at, self.written, self.records = at, written, 0
        self.posted: dict[str, str] = {}

    def record(self, event: str, **data: Any) -> None:
        self.records += 1
        dies = self.records == self.at
        if dies and not self.written:
            raise Died
        if event == "replicate-posted" and data["action"] == "switch":
            self.posted[data["machine"]] = data["job"]
        if dies:
            raise Died


def test_a_run_that_is_stopped_says_what_goes_on(moved: FailedOver) -> None:
    estate = moved.estate
    stopping = type(estate.wait)(vault=estate.vault, note=estate.notes.append, stop=lambda: True)

    with pytest.raises(StillWaitingError, match="the re-protection of app1, dc1 is not done"):
        reprotector(estate, estate.back, wait=stopping).run()
    reprotector(estate, estate.back).run()

    assert switches(estate) == [estate.away.fabric.name] * 2


def test_each_write_is_between_two_records(moved: FailedOver) -> None:
    estate = moved.estate
    estate.records.clear()
    reprotector(estate, estate.back).run()

    sent = [
        (event, data.get("machine"), data["action"])
        for event, data in estate.records
        if "action" in data
    ]
    assert sent == [
        ("replicate-intent", "app1", "switch"),
        ("replicate-posted", "app1", "switch"),
        ("replicate-intent", "dc1", "switch"),
        ("replicate-posted", "dc1", "switch"),
        ("replicate-intent", "app1", "set"),
        ("replicate-posted", "app1", "set"),
        ("replicate-intent", "dc1", "set"),
        ("replicate-posted", "dc1", "set"),
        ("replicate-intent", "", "plan"),
        ("replicate-posted", "", "plan"),
        ("replicate-intent", "", "delete plan"),
        ("replicate-posted", "", "delete plan"),
    ]


def test_ten_machines_are_switched_at_once(tmp_path: Path) -> None:
    """SR-75: as many as the portal takes; the others follow as these end."""
    files = protected()
    machines = files["sparehub:region"]["replicate"]["machines"]
    for number in range(11, 21):
        name = f"app{number}"
        machines[name] = {
            "virtualMachineId": MACHINES.format(name),
            "spoke": "spoke2",
            "networkInterfaces": {
                f"{name}-nic": {"subnet": "app", "ipAddress": f"10.2.0.{number}"}
            },
        }
    estate = ReplicatedPair(tmp_path, pair_of(files, recovery())).deploy()
    moved = FailedOver(estate, tmp_path)
    moved.replicate()
    moved.fail_over(estate.away)
    moved.commit(estate.away)

    slow = _SlowVault(estate.azure, estate.away.vault, lambda: None)
    reprotector(estate, estate.back, vault=slow).run()

    assert (len(switches(estate)), max(slow.at_once)) == (12, 10)
    assert preview_replication(estate.vault, estate.back).is_empty


@dataclass(frozen=True)
class _SlowVault(Vault):
    """A vault whose switches go on until their job was read once, as they do in Azure.

    The clock of the local Azure would put each to its end with the next request.
    """

    running: dict[str, ProtectedItem] = field(default_factory=dict)
    """By job: the item as it is meanwhile."""
    at_once: list[int] = field(default_factory=list)

    def switch_protection(self, container: ResourceId, body: Body) -> str:
        name = body["properties"]["replicationProtectedItemName"]
        before = next(item for item in self.contents().items if item.id.name == name)
        job = super().switch_protection(container, body)
        self.running[job] = replace(
            before, scenario="Switch", scenario_job=job, allowed=frozenset()
        )
        self.at_once.append(len(self.running))
        return job

    def contents(self) -> Contents:
        found = super().contents()
        busy = {item.machine: item for item in self.running.values()}
        return replace(found, items=tuple(busy.get(item.machine, item) for item in found.items))

    def job(self, job: str) -> Job:
        found = super().job(job)
        return replace(found, state="InProgress") if self.running.pop(job, None) else found

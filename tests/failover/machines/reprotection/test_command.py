"""``failback --prepare``: what forbids it, one message each; what is confirmed; what it prints."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import typer

from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.machines.reprotection import command
from sparehub.failover.session import Session
from sparehub.output import Output
from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import (
    HalfwayError,
    InterlockError,
    PreflightError,
    SparehubError,
    UnknownNameError,
    UnreachableError,
)
from sparehub.topology.model.logical_names import REGION
from sparehub.topology.planning.plan import PlanKind
from sparehub.topology.replication import requests
from sparehub.topology.replication.reconcile import items_by_machine
from tests.failover.machines.reprotection.conftest import FailedOver
from tests.replicated_pair import ReplicatedPair
from tests.site_recovery_files import MACHINES

Prepare = Callable[..., int]
NIC = MACHINES.replace("Compute/virtualMachines", "Network/networkInterfaces")
BOTH = ("app1", "dc1")
ITEM = {
    "id": "op-primary",
    "stack": "primary",
    "target": "secondary",
    "unfenced": False,
    "prefixes": [],
    "fences": [],
}
UNDERWAY = {
    "kind": "failback",
    "mode": "planned",
    "source": "secondary",
    "target": "primary",
    "plan": "",
    "configuration": "",
}


@pytest.fixture
def prepare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[FailedOver], Prepare]:
    """Return what runs the command on an estate."""

    def of(moved: FailedOver) -> Prepare:
        @contextmanager
        def opened(_directory: Path, _output: Output, *, exclusive: bool) -> Iterator[Session]:
            assert exclusive
            yield moved.session()

        monkeypatch.setattr(command, "open_session", opened)

        def run(
            *confirmed: str,
            kind: PlanKind = PlanKind.FAILBACK,
            yes: bool = True,
            output: Output | None = None,
        ) -> int:
            return command.prepare(
                tmp_path, output or Output(), kind=kind, yes=yes, confirmed=confirmed
            )

        return run

    return of


Of = Callable[[FailedOver], Prepare]


def writes(estate: ReplicatedPair) -> int:
    return len(control.read_log(estate.directory))


def refused(
    moved: FailedOver, prepare: Of, kind: type[SparehubError], *confirmed: str, **more: Any
) -> str:
    """Return the message of a refusal that has written nothing, in Azure or the journal."""
    before = writes(moved.estate), len(moved.session().journal.records)
    with pytest.raises(kind) as refusal:
        prepare(moved)(*confirmed, **more)
    assert (writes(moved.estate), len(moved.session().journal.records)) == before
    return str(refusal.value)


def test_a_script_names_what_is_deleted_and_gets_one_document(
    moved: FailedOver, prepare: Of, capsys: pytest.CaptureFixture[str]
) -> None:
    code = prepare(moved)(*BOTH, output=Output(as_json=True))

    printed = capsys.readouterr()
    back = moved.estate.back
    assert code == 0
    assert json.loads(printed.out) == {
        "from": back.source_location,
        "to": back.target_location,
        "machines": [
            {
                "name": name,
                "stage": "switched",
                "state": "Protected",
                "item": str(items_by_machine(back, moved.estate.vault.contents().items)[name].id),
            }
            for name in BOTH
        ],
        "deleted": [
            {
                "machine": name,
                "id": MACHINES.format(name),
                "networkInterfaces": [NIC.format(f"{name}-nic")],
                "runs": False,
            }
            for name in BOTH
        ],
        "recoveryPlan": "sparehub-back",
    }
    assert f"  app1: {MACHINES.format('app1')} with app1-nic" in printed.err.splitlines()


def test_the_journal_has_each_switch_and_its_end(moved: FailedOver, prepare: Of) -> None:
    prepare(moved)(*BOTH)

    records = moved.session().journal.records
    events = [record.event for record in records]
    assert (events[1], events[-1]) == (
        "reprotect",
        "reprotect-ended",
    )  # the first names the project
    jobs = [
        record.data["machine"]
        for record in records
        if record.event == "replicate-posted" and record.data["action"] == "switch"
    ]
    assert jobs == [*BOTH]


def test_it_can_be_repeated_without_a_name(moved: FailedOver, prepare: Of) -> None:
    """Nothing is left to be deleted then."""
    prepare(moved)(*BOTH)
    before = writes(moved.estate)

    assert prepare(moved)() == 0
    assert writes(moved.estate) == before


def test_both_ways(moved: FailedOver, prepare: Of) -> None:
    """After the failback `failover --prepare` replicates to the secondary region again."""
    prepare(moved)(*BOTH)
    moved.fail_over(moved.estate.back)
    moved.commit(moved.estate.back)

    assert prepare(moved)(*BOTH, kind=PlanKind.FAILOVER) == 0
    items = items_by_machine(moved.estate.away, moved.estate.vault.contents().items)
    assert {item.container for item in items.values()} == {moved.estate.away.container}


def test_yes_alone_deletes_nothing(moved: FailedOver, prepare: Of) -> None:
    said = refused(moved, prepare, PreflightError, "app1")

    assert said == (
        f"at the end Azure deletes these machines in {moved.estate.back.target_location}; nothing "
        "was done. --confirm-deletion app1,dc1 confirms that:\n"
        f"  app1: {MACHINES.format('app1')} with app1-nic\n"
        f"  dc1: {MACHINES.format('dc1')} with dc1-nic"
    )


def test_the_region_is_typed_at_a_terminal(
    moved: FailedOver, prepare: Of, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    typed = iter(["elsewhere", moved.estate.back.target_location])
    monkeypatch.setattr(typer, "prompt", lambda *_text, **_how: next(typed))

    said = refused(moved, prepare, PreflightError, yes=False)
    code = prepare(moved)(yes=False)

    assert said == f"'elsewhere' is not '{moved.estate.back.target_location}'; nothing was done"
    assert code == 0


def test_without_a_terminal_it_takes_names(moved: FailedOver, prepare: Of) -> None:
    with pytest.raises(typer.BadParameter, match="give --yes --confirm-deletion app1,dc1"):
        prepare(moved)(yes=False)


def test_an_unknown_name_confirms_nothing(moved: FailedOver, prepare: Of) -> None:
    said = refused(moved, prepare, UnknownNameError, "app1", "web")

    assert said == "there is no machine 'web'; there are: app1, dc1"


def test_a_region_that_is_down_refuses_it(moved: FailedOver, prepare: Of) -> None:
    """SR-79; the rejected twin is the run after its return."""
    location = moved.estate.back.target_location
    control.add_fault(moved.estate.directory, FaultRequest("region-down", region=location))

    said = refused(moved, prepare, UnreachableError, *BOTH)

    assert said == (
        f"primary ({location}) does not answer, and machines cannot be replicated to it before it "
        "does (SR-79); nothing was changed"
    )
    control.clear_faults(moved.estate.directory)
    assert prepare(moved)(*BOTH) == 0


def test_a_failover_that_is_not_committed_refuses_it(
    estate: ReplicatedPair, tmp_path: Path, prepare: Of
) -> None:
    moved = FailedOver(estate, tmp_path)
    moved.replicate()
    moved.fail_over(estate.away)

    said = refused(moved, prepare, PreflightError, *BOTH)

    assert said.startswith("app1, dc1: the failover is not committed: `sparehub commit` first.")


def test_machines_that_run_where_they_were_refuse_it(
    estate: ReplicatedPair, tmp_path: Path, prepare: Of
) -> None:
    moved = FailedOver(estate, tmp_path)
    moved.replicate()

    said = refused(moved, prepare, PreflightError)

    assert said.startswith(f"no machine was failed over to {estate.back.source_location}, so there")


def test_an_unfinished_failover_refuses_it(moved: FailedOver, prepare: Of) -> None:
    moved.session().journal.append(JournalEvent.ITEM_OPENED, operation="op", **ITEM)

    said = refused(moved, prepare, InterlockError, *BOTH)

    assert said.endswith("`sparehub finish-fence` first, which stops what still runs there")


def test_an_operation_under_way_refuses_it(moved: FailedOver, prepare: Of) -> None:
    moved.session().journal.append(JournalEvent.BEGUN, operation="op", **UNDERWAY)

    said = refused(moved, prepare, HalfwayError, *BOTH)

    assert said.endswith("is under way: `sparehub resume` first")


def test_a_machine_of_a_stack_refuses_it(moved: FailedOver, prepare: Of) -> None:
    """SR-56: Azure would delete it under Pulumi."""
    moved.managed["primary"]["app1-interface"] = ResourceId.parse(NIC.format("app1-nic"))

    said = refused(moved, prepare, PreflightError, *BOTH)

    assert said.endswith(f"\n  {NIC.format('app1-nic')} is app1-interface of stack primary")


@pytest.mark.parametrize(
    ("level", "scope", "purpose"),
    [
        ("CanNotDelete", "machines", "delete app1"),
        ("ReadOnly", "recovered", "install the agent of app1"),
    ],
)
def test_a_lock_refuses_it(
    moved: FailedOver, prepare: Of, level: str, scope: str, purpose: str
) -> None:
    """SR-78: on the machines that are left, and on those that run."""
    machine = moved.estate.back.machine("app1")
    group = machine.arrives.group if scope == "machines" else machine.id.group
    lock = f"{group}/providers/Microsoft.Authorization/locks/keep"
    moved.estate.arm.put(lock, {"properties": {"level": level}})

    said = refused(moved, prepare, PreflightError, *BOTH)

    assert f"the lock 'keep' ({level}) at {group} forbids to {purpose} (" in said


def test_a_lock_against_deletion_may_stay_where_the_machines_run(
    moved: FailedOver, prepare: Of
) -> None:
    """The rejected twin."""
    group = moved.estate.back.machine("app1").id.group
    lock = f"{group}/providers/Microsoft.Authorization/locks/keep"
    moved.estate.arm.put(lock, {"properties": {"level": "CanNotDelete"}})

    assert prepare(moved)(*BOTH) == 0


def test_a_missing_cache_account_refuses_it(moved: FailedOver, prepare: Of) -> None:
    back = moved.estate.back
    moved.estate.arm.send("DELETE", str(back.cache_account))

    said = refused(moved, prepare, PreflightError, *BOTH)

    assert said == (
        f"the cache account stsparehubcache2 of secondary ({back.source_location}) does not exist: "
        "`pulumi up` of secondary makes it, unless the file names one by its id"
    )


def test_a_machine_that_runs_on_the_side_that_was_left_is_said(
    moved: FailedOver, prepare: Of, capsys: pytest.CaptureFixture[str]
) -> None:
    moved.estate.arm.send("POST", MACHINES.format("app1") + "/start")

    prepare(moved)(*BOTH)

    assert (
        f"warning: app1 runs in {moved.estate.back.target_location} although it was failed over: "
        "what it has written since is lost"
    ) in capsys.readouterr().err


def test_a_machine_that_was_not_failed_over_is_left_alone(
    estate: ReplicatedPair, tmp_path: Path, prepare: Of, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its recovery plan stays as well: it can be failed over still."""
    moved = FailedOver(estate, tmp_path)
    moved.replicate()
    item = items_by_machine(estate.away, estate.vault.contents().items)["dc1"]
    body = requests.plan_failover(shutdown=True)
    body["properties"]["providerSpecificDetails"] = {"instanceType": "A2A"}
    estate.wait.until_done(estate.vault.fail_over(item.id, body), "failover")
    estate.wait.until_done(estate.vault.commit(item.id), "commit")

    code = prepare(moved)("dc1")

    assert code == 0
    assert "warning: app1 is left alone: not failed over" in capsys.readouterr().err
    items = items_by_machine(estate.back, estate.vault.contents().items)
    assert {name: (each.state, each.container) for name, each in items.items()} == {
        "app1": ("Protected", estate.away.container),
        "dc1": ("Protected", estate.back.container),
    }
    assert estate.vault.plan(estate.away.plan)
    assert "recovery plan sparehub stays: app1" in estate.notes


@pytest.mark.parametrize("power", ["start", "deallocate"])
def test_an_nva_that_does_not_run_is_said(
    moved: FailedOver, prepare: Of, capsys: pytest.CaptureFixture[str], power: str
) -> None:
    """SR-68: agents of the machines get out through it."""
    estate = moved.estate
    region = estate.pair["secondary"].region
    machine, hub = _nva(estate)
    moved.managed["secondary"][REGION.hub.network] = hub
    estate.arm.send("POST", f"{machine}/{power}")

    prepare(moved)(*BOTH)

    said = f"warning: the NVA {region.nva.ip_address} of secondary: nva does not run. The agents"
    assert (said in capsys.readouterr().err) is (power == "deallocate")


def _nva(estate: ReplicatedPair) -> tuple[ResourceId, ResourceId]:
    """Make the hub of the region where the machines run, and its NVA; return the ids of both."""
    stack = estate.pair["secondary"]
    nva, location = stack.region.nva, stack.region.location
    network = stack.region.hub
    group = estate.back.machines[0].network.group
    hub = ResourceId.parse(f"{group}/providers/Microsoft.Network/virtualNetworks/{network.name}")
    subnets = [
        {"name": subnet.name, "properties": {"addressPrefix": str(subnet.address_prefix)}}
        for subnet in network.subnets
    ]
    space = [str(prefix) for prefix in network.address_space]
    properties = {"addressSpace": {"addressPrefixes": space}, "subnets": subnets}
    estate.arm.put(str(hub), {"location": location, "properties": properties})
    nic = f"{group}/providers/Microsoft.Network/networkInterfaces/nva-nic"
    address = {
        "subnet": {"id": f"{hub}/subnets/{nva.subnet}"},
        "privateIPAllocationMethod": "Static",
        "privateIPAddress": str(nva.ip_address),
    }
    configurations = [{"name": "default", "properties": address}]
    interface = {"enableIPForwarding": True, "ipConfigurations": configurations}
    estate.arm.put(nic, {"location": location, "properties": interface})
    machine = ResourceId.parse(f"{group}/providers/Microsoft.Compute/virtualMachines/nva")
    disk = {"name": "nva-os", "createOption": "FromImage", "osType": "Linux"}
    hardware = {
        "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
        "storageProfile": {"osDisk": disk},
        "networkProfile": {"networkInterfaces": [{"id": nic}]},
    }
    estate.arm.put(str(machine), {"location": location, "properties": hardware})
    return machine, hub

"""``sparehub replicate`` on the local Azure: machines come to be as the files want them."""

import pytest

from sparehub.failover.machines.replication.end_replication import end_replication, preview_ending
from sparehub.failover.machines.replication.replicate import ReplicationError, Replicator
from sparehub.failover.machines.replication.replication_preview import (
    ReplicationPreview,
    preview_replication,
)
from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from sparehub.topology.errors import PreflightError, UnknownNameError
from sparehub.topology.replication.reconcile import Need
from tests.replicated_pair import ReplicatedPair, pair_of
from tests.site_recovery_files import MACHINES, protected, recovery


def replicator(estate: ReplicatedPair) -> Replicator:
    return Replicator(
        vault=estate.vault,
        replication=estate.away,
        record=estate.record,
        wait=estate.wait,
        expected=1800,
    )


def writes(estate: ReplicatedPair, method: str, ending: str) -> list[str]:
    """Return the paths of some writes that Azure has accepted."""
    log = control.read_log(estate.directory)
    return [
        line.path.rpartition("/")[2] if method == "PUT" else line.path
        for line in log
        if line.method == method and ending in line.path and line.status < 300
    ]


def test_machines_are_enabled_set_and_put_into_the_plan(estate: ReplicatedPair) -> None:
    before = preview_replication(estate.vault, estate.away)
    replicator(estate).run()
    after = preview_replication(estate.vault, estate.away)

    assert [each.need for each in before.needs] == [Need.ENABLE, Need.ENABLE]
    assert after.is_empty
    items = {item.machine: item for item in estate.vault.contents().items}
    shown = {
        name: [(nic.subnet, nic.address, nic.test_address) for nic in item.interfaces]
        for name, item in items.items()
    }
    assert shown == {
        "app1": [("app", "10.2.0.10", "")],
        "dc1": [("app", "10.1.0.10", "10.1.0.10")],
    }
    plan = estate.vault.plan(estate.away.plan)
    assert plan
    groups = [group for group in plan["properties"]["groups"] if group["groupType"] == "Boot"]
    names = [
        [item["id"].rpartition("/")[2] for item in group["replicationProtectedItems"]]
        for group in groups
    ]
    assert names == [["dc1"], ["app1"]]
    actions = [action["customDetails"]["description"] for action in groups[0]["endGroupActions"]]
    assert actions == ["Do domain controllers answer?"]


def test_a_second_run_writes_nothing(estate: ReplicatedPair) -> None:
    replicator(estate).run()
    before = len(control.read_log(estate.directory))

    replicator(estate).run()

    assert len(control.read_log(estate.directory)) == before


def test_each_write_is_between_two_records(estate: ReplicatedPair) -> None:
    replicator(estate).run()

    sent = [
        (event, data.get("machine"), data["action"])
        for event, data in estate.records
        if "action" in data
    ]
    assert sent == [
        (event, machine, action)
        for machine, action in (
            ("app1", "enable"),
            ("dc1", "enable"),
            ("app1", "set"),
            ("dc1", "set"),
            ("", "plan"),
        )
        for event in ("replicate-intent", "replicate-posted")
    ]
    assert [data["machine"] for event, data in estate.records if event == "machine-protected"] == [
        "app1",
        "dc1",
    ]


def test_an_answer_that_is_lost_enables_no_machine_twice(estate: ReplicatedPair) -> None:
    """Azure has accepted the write: the vault shows the item."""
    control.add_fault(estate.directory, FaultRequest("lost-response", count=2))

    replicator(estate).run()

    assert sorted(writes(estate, "PUT", "/replicationProtectedItems/")) == ["app1", "dc1"]
    assert preview_replication(estate.vault, estate.away).is_empty


def test_a_changed_address_is_set_again(estate: ReplicatedPair) -> None:
    replicator(estate).run()
    files = protected()
    machines = files["sparehub:region"]["replicate"]["machines"]
    machines["app1"]["networkInterfaces"]["app1-nic"]["ipAddress"] = "10.2.0.20"
    changed = ReplicatedPair(estate.directory, pair_of(files, recovery()))

    found = {each.machine.name: each for each in changed_preview(changed).needs}
    replicator(changed).run()

    assert found["app1"].differences == ("app1-nic address: 10.2.0.10, wanted 10.2.0.20",)
    assert found["dc1"].need is Need.NOTHING
    assert changed_preview(changed).is_empty


def changed_preview(estate: ReplicatedPair) -> ReplicationPreview:
    return preview_replication(estate.vault, estate.away)


def test_enabling_that_ends_failed_is_named_and_the_others_go_on(estate: ReplicatedPair) -> None:
    """A machine that is stopped cannot be enabled; run again after its start, it is."""
    estate.arm.send("POST", MACHINES.format("app1") + "/deallocate")

    with pytest.raises(ReplicationError, match="app1: enable replication: Failed"):
        replicator(estate).run()

    states = {item.machine: item.state for item in estate.vault.contents().items}
    assert states["dc1"] == "Protected"

    estate.arm.send("POST", MACHINES.format("app1") + "/start")
    replicator(estate).run()

    assert preview_replication(estate.vault, estate.away).is_empty


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"virtualMachineId": MACHINES.format("gone")},
            "app1: there is no machine " + MACHINES.format("gone"),
        ),
        ({"disks": ["data"]}, "app1 has no disk data: it has app1-os"),
        (
            {"networkInterfaces": {"other": {"subnet": "app", "ipAddress": "10.2.0.10"}}},
            "app1 has no network interface other: it has app1-nic",
        ),
    ],
)
def test_what_cannot_be_replicated_begins_nothing(
    estate: ReplicatedPair, change: dict[str, object], said: str
) -> None:
    files = protected()
    region = files["sparehub:region"]
    replicate = region["replicate"]
    machine = replicate["machines"]["app1"] | change
    region["replicate"] = replicate | {"machines": replicate["machines"] | {"app1": machine}}
    wrong = ReplicatedPair(estate.directory, pair_of(files, recovery()))
    before = len(control.read_log(estate.directory))

    with pytest.raises(PreflightError) as refused:
        changed_preview(wrong)

    assert str(refused.value) == said
    assert len(control.read_log(estate.directory)) == before


def test_replication_ends_in_azures_order(estate: ReplicatedPair) -> None:
    """First the recovery plan, then the items; the last machine takes the plan along."""
    replicator(estate).run()
    for name in ("app1", "dc1"):
        ending = preview_ending(estate.vault, estate.away, [name])
        end_replication(estate.vault, estate.away, ending, estate.wait, estate.record)

    log = control.read_log(estate.directory)
    ends = [
        f"{line.method} {line.path.rpartition('/replication')[2]}"
        for line in log
        if line.method in {"POST", "DELETE", "PATCH"}
    ]
    assert ends[-4:] == [
        "PATCH RecoveryPlans/sparehub",
        "POST ProtectedItems/app1/remove",
        "DELETE RecoveryPlans/sparehub",
        "POST ProtectedItems/dc1/remove",
    ]
    assert estate.vault.contents().items == ()


def test_only_a_machine_that_is_replicated_can_be_ended(estate: ReplicatedPair) -> None:
    replicator(estate).run()

    with pytest.raises(UnknownNameError, match="there is no machine 'web'; there are: app1, dc1"):
        preview_ending(estate.vault, estate.away, ["web"])

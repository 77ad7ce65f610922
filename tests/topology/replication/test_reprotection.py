"""How far the re-protection of a machine is, from what the vault shows of it."""

from dataclasses import replace

import pytest

from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import PreflightError
from sparehub.topology.replication.direction import Replication, replication
from sparehub.topology.replication.protected_item import ProtectedItem
from sparehub.topology.replication.reprotection import Stage, refuse_reprotection, stages
from tests.replicated_pair import SUBSCRIPTION, pair_of
from tests.site_recovery_files import protected, recovery


def direction(source: str) -> Replication:
    found = replication(pair_of(protected(), recovery()), source, SUBSCRIPTION)
    assert found
    return found


AWAY, BACK = direction("primary"), direction("secondary")


def item(name: str, container: ResourceId = AWAY.container) -> ProtectedItem:
    """Return the item of a machine that was failed over, and committed."""
    machine = AWAY.machine(name)
    return replace(
        ProtectedItem.of({}),
        id=container.child("replicationProtectedItems", name),
        machine=name,
        machine_id=machine.id,
        arrived=machine.arrives,
        active="Recovery",
        allowed=frozenset({"SwitchProtection", "DisableProtection"}),
    )


APP1 = item("app1")
SWITCHED = replace(item("app1", BACK.container), active="Primary", allowed=frozenset())


@pytest.mark.parametrize(
    ("shown", "stage"),
    [
        (APP1, Stage.SWITCH),
        (replace(APP1, scenario="Commit", scenario_job="job", allowed=frozenset()), Stage.BUSY),
        (replace(APP1, allowed=frozenset({"DisableProtection"})), Stage.REFUSED),
        (replace(APP1, active="Primary"), Stage.NOT_FAILED_OVER),
        (SWITCHED, Stage.SWITCHED),
        (replace(SWITCHED, active="Recovery"), Stage.NOT_FAILED_OVER),
    ],
)
def test_the_stage_follows_from_the_item(shown: ProtectedItem, stage: Stage) -> None:
    found = {each.machine.name: each.stage for each in stages(BACK, [shown])}

    assert found == {"app1": stage, "dc1": Stage.NOT_REPLICATED}


def test_a_mixed_pair_may_be_re_protected() -> None:
    """The rejected twins are below."""
    left = replace(item("dc1"), active="Primary")

    refuse_reprotection(BACK, stages(BACK, [APP1, left]))


def test_machines_that_are_not_committed_are_named() -> None:
    waiting = replace(APP1, allowed=frozenset({"Commit", "SwitchProtection"}))

    with pytest.raises(PreflightError) as refused:
        refuse_reprotection(BACK, stages(BACK, [waiting, item("dc1")]))

    assert str(refused.value) == (
        "app1: the failover is not committed: `sparehub commit` first. Re-protection would commit "
        "it by itself, which ends the choice of recovery point (SR-53)"
    )


def test_an_item_of_another_container_is_not_ours() -> None:
    other = BACK.container.parent.child("replicationProtectionContainers", "portal")

    with pytest.raises(PreflightError, match="from another container than the pair's: app1 "):
        refuse_reprotection(BACK, stages(BACK, [item("app1", other)]))


@pytest.mark.parametrize("items", [[], [replace(APP1, active="Primary")]])
def test_without_a_failover_there_is_nothing_to_do(items: list[ProtectedItem]) -> None:
    with pytest.raises(PreflightError, match="no machine was failed over to southeastasia"):
        refuse_reprotection(BACK, stages(BACK, items))

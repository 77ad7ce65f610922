"""The steps of replicated machines, among those of the network."""

import pytest

from sparehub.topology.planning.failover import plan
from sparehub.topology.planning.plan import Mode, Plan, PlanKind
from tests.replicated_pair import pair_of
from tests.site_recovery_files import protected, recovery


def planned(
    mode: Mode = Mode.PLANNED,
    kind: PlanKind = PlanKind.FAILOVER,
    *,
    order: str = "parallel",
    network_only: bool = False,
) -> Plan:
    files = recovery()
    files["sparehub:region"]["siteRecovery"]["network"] = order
    pair = pair_of(protected(), files)
    return plan(pair["primary"], pair["secondary"], kind, mode, network_only=network_only)


def order_of(found: Plan) -> list[tuple[str, tuple[str, ...]]]:
    return [(step.id, step.after) for step in found.steps]


def test_a_planned_failover_waits_for_points_and_stops_each_source() -> None:
    """The network is switched while the machines are moved, once none of the source runs."""
    found = planned()

    assert order_of(found) == [
        ("quiesce", ()),
        ("await-recovery-points", ("quiesce",)),
        ("fail-over-machines", ("await-recovery-points",)),
        ("fence-primary", ("fail-over-machines",)),
        ("stop-source-machines", ("fail-over-machines",)),
        ("activate-secondary", ("fence-primary", "stop-source-machines")),
        ("await-machines", ("fail-over-machines",)),
        ("verify-machines", ("activate-secondary", "await-machines")),
    ]
    assert found.recovery.critical_path[-1] == "verify-machines"
    assert found.step("fail-over-machines").needs == ("primary", "secondary")


def test_the_network_is_switched_first_on_request() -> None:
    found = planned(order="before")

    assert order_of(found) == [
        ("quiesce", ()),
        ("await-recovery-points", ("quiesce",)),
        ("fence-primary", ("await-recovery-points",)),
        ("stop-source-machines", ("await-recovery-points",)),
        ("activate-secondary", ("fence-primary", "stop-source-machines")),
        ("fail-over-machines", ("activate-secondary",)),
        ("await-machines", ("fail-over-machines",)),
        ("verify-machines", ("activate-secondary", "await-machines")),
    ]
    assert "NotRequired" in found.step("fail-over-machines").action
    assert "deallocate each" in found.step("stop-source-machines").action


@pytest.mark.parametrize(
    ("order", "begins"), [("parallel", "fence-primary"), ("before", "activate-secondary")]
)
def test_an_unplanned_failover_waits_for_no_machine_of_the_source(order: str, begins: str) -> None:
    """No shutdown, no recovery points; and none is moved where no fence holds."""
    found = planned(Mode.UNPLANNED, order=order)

    assert found.step("fail-over-machines").after == (begins,)
    assert found.step("fail-over-machines").needs == ("secondary",)
    assert {step.id for step in found.steps} == {
        "probe-primary",
        "fence-primary",
        "fail-over-machines",
        "activate-secondary",
        "await-machines",
        "verify-machines",
    }


def test_a_failback_mirrors_the_failover() -> None:
    there, back = order_of(planned()), order_of(planned(kind=PlanKind.FAILBACK))

    swap = {"primary": "secondary", "secondary": "primary"}

    def mirrored(text: str) -> str:
        stem, _, last = text.rpartition("-")
        return f"{stem}-{swap[last]}" if last in swap else text

    assert [(mirrored(name), tuple(map(mirrored, after))) for name, after in there] == back


def test_machines_can_be_left_alone_on_purpose() -> None:
    found = planned(network_only=True)

    assert not found.moves_machines
    assert [step.id for step in found.steps] == ["fence-primary", "activate-secondary"]
    assert any(each.startswith("--network-only") for each in found.assumptions)
    assert found.id != planned().id
    assert planned().moves_machines


def test_recovery_takes_the_longer_of_network_and_machines() -> None:
    """Two groups: the second starts 40 s after the first (SR-58)."""
    found = planned(Mode.UNPLANNED)
    seconds = {step.id: step.seconds.typical for step in found.steps}

    assert seconds["await-machines"] == 143 + 40
    assert found.recovery.seconds.typical == sum(
        seconds[name]
        for name in ("probe-primary", "fence-primary", "await-machines", "verify-machines")
    )

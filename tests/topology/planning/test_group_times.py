"""When the machines of each recovery group are there, by a plan."""

from sparehub.topology.azure.durations import RECOVERY_GROUP, Duration
from sparehub.topology.planning.failover import plan
from sparehub.topology.planning.plan import Plan, PlanKind
from tests.configurations import shipped
from tests.replicated_pair import pair_of
from tests.site_recovery_files import protected, recovery


def planned(
    objectives: dict[str, int] | None = None, *, last: int = 2, network_only: bool = False
) -> Plan:
    """Return the plan of a failover; ``last`` is the group of app1, dc1 is in the first."""
    here, there = protected(), recovery()
    here["sparehub:region"]["replicate"]["machines"]["app1"]["group"] = last
    there["sparehub:region"]["siteRecovery"]["objectives"] = objectives or {}
    pair = pair_of(here, there)
    return plan(pair["primary"], pair["secondary"], PlanKind.FAILOVER, network_only=network_only)


def test_an_earlier_group_is_there_earlier_if_the_machines_decide() -> None:
    """By what each group before the last one takes, at most until the network decides."""
    found = planned(last=7).recovery
    whole, first = found.groups[7], found.groups[1]

    assert "await-machines" in found.critical_path
    assert whole == found.seconds
    assert 0 < whole.typical - first.typical <= 6 * RECOVERY_GROUP.typical


def test_every_group_is_there_at_the_same_time_if_the_network_decides() -> None:
    """With --network-only no machine moves, so that no group has a time."""
    found = planned().recovery

    assert "await-machines" not in found.critical_path
    assert found.groups == {1: found.seconds, 2: found.seconds}
    assert planned(network_only=True).recovery.groups == {}


def test_the_plan_has_a_verdict_for_each_group_with_an_objective() -> None:
    """Typical seconds count; the worst ones are shown beside them."""
    whole = planned().recovery.groups
    limit = -(-whole[2].typical // 60) - 1  # a minute too short for the last group

    found = planned({"recoveryTimeInMinutes": limit})

    assert [each.group for each in found.objectives] == [1, 2]
    assert found.objectives[1].verdict == "missed"
    assert found.objectives[1].value == round(whole[2].typical / 60, 1)
    assert [each.verdict for each in planned({"recoveryTimeInMinutes": 600}).objectives] == [
        "met",
        "met",
    ]
    assert planned().objectives == ()
    assert planned({"recoveryTimeInMinutes": 1}, network_only=True).objectives == ()


def test_the_document_has_times_and_objectives_where_machines_move() -> None:
    """They are part of what the id of the plan is made of."""
    found = planned({"recoveryTimeInMinutes": 600})
    document = found.document()
    pair = pair_of(shipped("primary"), shipped("secondary"))
    plain = plan(pair["primary"], pair["secondary"], PlanKind.FAILOVER).document()

    assert document["objectives"] == [each.document() for each in found.objectives]
    assert {
        group: Duration(**each) for group, each in document["recoveryTime"]["groups"].items()
    } == {"1": found.recovery.groups[1], "2": found.recovery.groups[2]}
    assert "objectives" not in plain
    assert "groups" not in plain["recoveryTime"]

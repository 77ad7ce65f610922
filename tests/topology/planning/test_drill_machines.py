"""A drill with machines as a plan: test failover, validation and clean-up are steps with times."""

from typing import Any

from sparehub.topology.azure import durations
from sparehub.topology.azure.durations import NO_TIME
from sparehub.topology.planning.drill import plan_drill
from sparehub.topology.planning.plan import Plan, StepAction
from tests.site_recovery_files import protected, recovery
from tests.topology.rules.rule_inputs import stack


def planned(primary: dict[str, Any], secondary: dict[str, Any]) -> Plan:
    return plan_drill(stack(primary, "primary"), stack(secondary, "secondary"))


def test_machines_are_tested_group_after_group_and_cleaned_up() -> None:
    """Each group takes as long as one machine: ten are tested at the same time."""
    plan = planned(protected(), recovery())

    assert [(step.id, step.act, step.seconds, step.writes) for step in plan.steps[1:-1]] == [
        ("test-group-1", StepAction.TEST, durations.TEST_FAILOVER, "1 a machine"),
        ("test-group-2", StepAction.TEST, durations.TEST_FAILOVER, "1 a machine"),
        ("validate-drill", StepAction.HAND, NO_TIME, "none"),
        ("clean-up-tests", StepAction.CLEAN_UP, durations.TEST_CLEANUP, "1 a machine"),
    ]
    start, *between, stop = plan.steps
    chain = [start.id, *(step.id for step in between)]
    assert [step.after for step in (*between, stop)] == [(each,) for each in chain]
    assert plan.recovery.critical_path == (start.id, "test-group-1", "test-group-2")
    assert plan.recovery.seconds == start.seconds + durations.TEST_FAILOVER * 2
    assert plan.assumptions[0].startswith("the machines are small")


def test_eleven_machines_of_a_group_take_two_rounds() -> None:
    primary = protected()
    machines = primary["sparehub:region"]["replicate"]["machines"]
    for number in range(10):
        machines[f"dc{number + 2}"] = machines["dc1"]

    (first, *_) = (
        step for step in planned(primary, recovery()).steps if step.act == "test-failover"
    )

    assert first.seconds == durations.TEST_FAILOVER * 2


def test_groups_without_a_validation_are_named() -> None:
    """A drill does not pass without one."""
    secondary = recovery()
    groups = secondary["sparehub:region"]["siteRecovery"]["recoveryPlan"]["groups"]
    groups["1"]["validation"] = {"manual": "Do domain controllers answer?"}

    action = planned(protected(), secondary).step("validate-drill").action

    assert action == "`sparehub drill validate`: the validation of each group; none in group 2"


def test_machines_of_the_secondary_are_not_tested_there() -> None:
    """A drill is in the secondary's region: what is replicated from there arrives elsewhere."""
    primary, secondary = recovery(), protected()
    one, two = protected(), recovery()
    for target, source in ((primary, one), (secondary, two)):
        region = source["sparehub:region"]
        for key in ("replicate", "siteRecovery"):
            region.pop(key, None)
        mine = target["sparehub:region"]
        kept = {key: mine[key] for key in ("replicate", "siteRecovery") if key in mine}
        target["sparehub:region"] = region | kept

    steps = planned(primary, secondary).steps

    assert [step.act for step in steps] == [
        StepAction.SWITCH,
        StepAction.HAND,
        StepAction.SWITCH,
    ]

"""A plan as a picture: where each bar begins, and which of them decide."""

from dataclasses import replace

from sparehub.report.drawing.plan_picture import draw_plan
from sparehub.topology.azure.durations import NO_TIME
from sparehub.topology.planning.failover import plan
from sparehub.topology.planning.plan import Mode, Plan, PlanKind
from tests.replicated_pair import pair_of
from tests.site_recovery_files import protected, recovery


def planned() -> Plan:
    pair = pair_of(protected(), recovery())
    return plan(pair["primary"], pair["secondary"], PlanKind.FAILOVER, Mode.PLANNED)


def test_a_step_begins_where_the_steps_before_it_end() -> None:
    """Steps that do not wait for each other begin at the same place."""
    found = planned()
    picture = draw_plan(found)
    bars = dict(zip((step.id for step in found.steps), picture.bars, strict=True))

    begins = {name: bar.x for name, bar in bars.items()}
    assert begins["quiesce"] == begins["await-recovery-points"]  # which takes no time
    assert begins["fence-primary"] == begins["stop-source-machines"] == begins["await-machines"]
    fence = bars["fence-primary"]
    assert abs(begins["activate-secondary"] - (fence.x + fence.width)) < 0.2
    assert sorted(bar.y for bar in picture.bars) == [bar.y for bar in picture.bars]
    assert max(bar.x + bar.width for bar in picture.bars) <= picture.width


def test_the_critical_path_is_marked_and_said() -> None:
    """Not by colour alone: its title says it."""
    found = planned()
    picture = draw_plan(found)

    assert (
        tuple(step.id for step, bar in zip(found.steps, picture.bars, strict=True) if bar.critical)
        == found.recovery.critical_path
    )
    assert all(bar.critical == ("critical path" in bar.title) for bar in picture.bars)
    assert picture.summary.endswith(" > ".join(found.recovery.critical_path))


def test_a_plan_that_takes_no_time_is_drawn() -> None:
    """Every bar has its least width."""
    found = planned()
    steps = tuple(replace(step, seconds=NO_TIME) for step in found.steps)

    picture = draw_plan(replace(found, steps=steps))

    assert {bar.width for bar in picture.bars} == {3.0}
    assert {bar.x for bar in picture.bars} == {picture.labels + 8}

"""``--clean-drill``: tests that are left are cleaned up before the machines are failed over."""

import pytest

from sparehub.topology.azure import durations
from sparehub.topology.errors import OptionsError
from sparehub.topology.planning.failover import plan
from sparehub.topology.planning.plan import Mode, Plan, PlanKind
from tests.configurations import shipped
from tests.site_recovery_files import protected, recovery
from tests.topology.rules.rule_inputs import stack


def planned(mode: Mode, *, clean: bool, before: bool = False) -> Plan:
    secondary = recovery()
    if before:
        secondary["sparehub:region"]["siteRecovery"]["network"] = "before"
    pair = stack(protected(), "primary"), stack(secondary, "secondary")
    return plan(*pair, PlanKind.FAILOVER, mode, clean_drill=clean)


def added(mode: Mode, *, before: bool = False) -> tuple[str, str]:
    """Return the steps before and after the clean-up."""
    ids = [step.id for step in planned(mode, clean=True, before=before).steps]
    place = ids.index("clean-up-tests")
    assert ids[:place] + ids[place + 1 :] == [
        step.id for step in planned(mode, clean=False, before=before).steps
    ]
    return ids[place - 1] if place else "", ids[place + 1]


def test_tests_are_cleaned_up_before_anything_is_stopped_or_failed_over() -> None:
    """Unplanned behind the fence; planned before an application is stopped."""
    assert added(Mode.PLANNED) == ("", "quiesce")
    assert added(Mode.PLANNED, before=True) == ("", "quiesce")
    assert added(Mode.UNPLANNED)[1] == "fail-over-machines"
    assert added(Mode.UNPLANNED)[0].startswith("fence")
    assert added(Mode.UNPLANNED, before=True) == ("activate-secondary", "fail-over-machines")


def test_the_clean_up_is_in_the_recovery_time() -> None:
    """The network waits for it as well: a run does one step after the other."""
    with_it, without = (planned(Mode.UNPLANNED, clean=each) for each in (True, False))

    assert "clean-up-tests" in with_it.step("activate-secondary").after
    assert with_it.cleans_tests
    assert not without.cleans_tests
    assert (
        with_it.recovery.seconds.typical
        == without.recovery.seconds.typical + durations.TEST_CLEANUP.typical
    )
    assert with_it.id != without.id


def test_without_machines_there_is_nothing_to_clean_up() -> None:
    """Neither where none is replicated, nor where they are left alone."""
    machines = stack(protected(), "primary"), stack(recovery(), "secondary")
    none = stack(shipped("primary"), "primary"), stack(shipped("secondary"), "secondary")
    with pytest.raises(OptionsError, match="this operation moves no machines"):
        plan(*none, PlanKind.FAILOVER, clean_drill=True)
    with pytest.raises(OptionsError, match="this operation moves no machines"):
        plan(*machines, PlanKind.FAILOVER, clean_drill=True, network_only=True)

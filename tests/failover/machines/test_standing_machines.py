"""How the machines of a session stand, read from a vault on the local Azure."""

from pathlib import Path

import pytest

from sparehub.failover.machines import standing_machines as standing
from sparehub.failover.machines.standing_machines import standing_machines
from sparehub.failover.session import Session
from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from sparehub.topology.replication.machine_status import StandingMachines
from sparehub.topology.replication.objectives import Objective, Verdict
from tests.configurations import shipped
from tests.failover.machines.reprotection.conftest import FailedOver
from tests.replicated_pair import ReplicatedPair, pair_of


@pytest.fixture
def pair(estate: ReplicatedPair, tmp_path: Path) -> FailedOver:
    """Return the pair once its machines are replicated."""
    replicated = FailedOver(estate, tmp_path)
    replicated.replicate()
    return replicated


def test_one_list_of_the_vault_says_the_age_of_every_point(pair: FailedOver) -> None:
    """The same as the newest point of each machine, which takes a request for each."""
    control.add_fault(pair.estate.directory, FaultRequest("replication-behind", region="eastasia"))
    control.advance_clock(pair.estate.directory, 3600)
    contents = pair.estate.vault.contents()
    points = {item.machine: pair.estate.vault.newest_point(item) for item in contents.items}

    found = standing_machines(pair.session())

    assert found
    ages = {each.name: each.point_age for each in found.statuses}
    for name, point in points.items():
        assert point
        assert ages[name] == pytest.approx((contents.at - point).total_seconds(), abs=5)
    assert [each.location for each in found.statuses] == ["eastasia", "eastasia"]
    assert [(each.group, each.objective, each.verdict) for each in found.objectives] == [
        (1, Objective.POINT, Verdict.MISSED),
        (2, Objective.POINT, Verdict.MISSED),
    ]


def test_after_a_failover_machines_run_there_and_wait_for_the_commit(pair: FailedOver) -> None:
    """No point counts until they are re-protected."""
    pair.fail_over(pair.estate.away)

    found = standing_machines(pair.session())

    assert found
    assert [
        (each.name, each.location, each.point_age, each.awaits_commit) for each in found.statuses
    ] == [("app1", "southeastasia", None, True), ("dc1", "southeastasia", None, True)]
    assert {each.verdict for each in found.objectives} == {Verdict.UNKNOWN}


def test_a_vault_that_does_not_answer_is_a_problem_and_no_error(pair: FailedOver) -> None:
    control.add_fault(pair.estate.directory, FaultRequest("region-down", region="southeastasia"))

    found = standing_machines(pair.session())

    assert found
    assert found.statuses == ()
    assert "rsv-sparehub" in found.problem


def test_without_the_client_of_a_vault_the_rest_is_still_said(
    pair: FailedOver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The extra is named."""
    missing = "azure.mgmt.recoveryservicessiterecovery"

    def without(_session: Session) -> None:
        raise ModuleNotFoundError(name=missing)

    monkeypatch.setattr(standing, "open_vault", without)

    found = standing_machines(pair.session())

    assert found == StandingMachines(
        problem="azure-mgmt-recoveryservicessiterecovery is not installed: "
        "pip install 'sparehub[siterecovery]'"
    )


def test_a_pair_without_machines_asks_no_vault(pair: FailedOver) -> None:
    plain = pair_of(shipped("primary"), shipped("secondary"))

    assert standing_machines(pair.session().with_pair(plain)) is None

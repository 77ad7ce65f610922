"""Failing over and back on the real engine: what is written, and what is refused."""

import re
from pathlib import Path

import pytest

from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from tests.engine.invariants import journals, live_at_once, lost
from tests.engine.operator import Operator, copied, lose_primary

PRIMARY, SECONDARY = "con-eastasia-hong-kong", "con-southeastasia-singapore"


@pytest.fixture
def operator(pair: Path, tmp_path: Path) -> Operator:
    return Operator(copied(pair, tmp_path / "home"))


def moved(operator: Operator, before: int) -> list[tuple[str, str]]:
    log = control.read_log(operator.engine.store)[before:]
    return [(each.operation, each.path.split("/")[-1]) for each in log]


@pytest.mark.long
def test_there_and_back(operator: Operator) -> None:
    """One deletion and one creation each way, the files right afterwards, nothing live twice."""
    files = {
        name: (operator.project / f"Pulumi.{name}.yaml").read_text()
        for name in ("primary", "secondary")
    }
    before = len(control.read_log(operator.engine.store))
    at = control.read_clock(operator.engine.store).seconds

    over = operator.sparehub(*operator.confirmed("failover"))
    assert (over.returncode, over.stderr.count("done in")) == (0, 2), over.stderr
    assert "once more" not in over.stderr
    assert moved(operator, before) == [("delete", PRIMARY), ("create", SECONDARY)]
    # The plan says 271 s, and that is what Azure took.
    assert control.read_clock(operator.engine.store).seconds - at == 271
    assert operator.status() == {
        "active": ["secondary"],
        "live": ["secondary"],
        "operation": None,
        "debts": [],
        "state": "ACTIVE",
        "problems": [],
        "drill": {"standing": [], "last": None},
    }
    assert operator.engine.up("primary") == []
    assert operator.engine.up("secondary") == []

    back = operator.sparehub(*operator.confirmed("failback"))
    assert back.returncode == 0, back.stderr
    assert moved(operator, before)[2:] == [("delete", SECONDARY), ("create", PRIMARY)]
    for name, text in files.items():
        said = (operator.project / f"Pulumi.{name}.yaml").read_text()
        assert said.replace("  sparehub:generation: 2\n", "") == text
    assert operator.sparehub("commit").returncode == 0
    assert operator.status()["state"] == "COMMITTED"
    assert live_at_once(operator.engine.store) == []
    assert lost(operator.engine.store, operator.project, operator.environment) == set()
    assert [len(each) > 10 for each in journals(operator.engine.rehearsal.home.path)] == [True] * 2


def test_the_shipped_pair_survives_each_of_its_regions(operator: Operator) -> None:
    """Over with the primary's whole region down, fenced at its circuit; back with the other one's.

    Each circuit's record lies in a third region, so nothing is unfenced, and nothing is asked of
    the region that is down but whether it answers.
    """
    store = operator.engine.store
    before = len(control.read_log(store))
    peerings = ("create", "AzurePrivatePeering"), ("update", "AzurePrivatePeering")
    for kind, down, source, gone, made in (
        ("failover", "eastasia", "primary", PRIMARY, SECONDARY),
        ("failback", "southeastasia", "secondary", SECONDARY, PRIMARY),
    ):
        seen = len(control.read_log(store))
        control.add_fault(store, FaultRequest("region-down", region=down))
        done = operator.sparehub(*operator.confirmed(kind, "--unplanned"))
        assert done.returncode == 0, done.stderr
        assert "fenced from outside the region: privatePeering" in done.stderr
        assert [each for each in moved(operator, seen) if each not in peerings] == [
            ("create", made)
        ]
        (item,) = operator.status()["debts"]
        assert (item["stack"], item["unfenced"]) == (source, False)

        control.clear_faults(store)
        finished = operator.sparehub("finish-fence", "--yes")
        assert finished.returncode == 0, finished.stderr
        assert ("delete", gone) in moved(operator, seen)
    assert live_at_once(store) == []
    assert lost(store, operator.project, operator.environment) == set()
    assert operator.status()["active"] == ["primary"]
    assert len(control.read_log(store)) > before


@pytest.mark.long
def test_a_region_that_is_lost_with_its_circuits_record_and_comes_back(
    pair_inside: Path, tmp_path: Path
) -> None:
    """Refused without a reason, done with one, open until the region is back."""
    operator = Operator(copied(pair_inside, tmp_path / "home"))
    store = operator.engine.store
    lose_primary(operator.engine, circuit=True)
    before = len(control.read_log(store))

    planned = operator.sparehub(*operator.confirmed("failover"))
    refused = operator.sparehub(*operator.confirmed("failover", "--unplanned"))
    assert (planned.returncode, refused.returncode) == (6, 6)
    assert "neighbor 172.16.0.2 prefix-list SPAREHUB-FENCE in" in refused.stderr
    assert "set policy-options prefix-list SPAREHUB-FENCE 10.1.0.0/24" in refused.stderr
    assert operator.status()["operation"] is None
    assert moved(operator, before) == []

    accepted = ("--unplanned", "--accept-unfenced", "eastasia burnt down")
    over = operator.sparehub(*operator.confirmed("failover", *accepted))
    assert over.returncode == 7, over.stderr
    assert moved(operator, before) == [("create", SECONDARY)]
    status = operator.sparehub("status", "--json")
    assert status.returncode == 7
    assert '"unfenced": true' in status.stdout
    assert operator.sparehub(*operator.confirmed("failback")).returncode == 4
    assert operator.sparehub("finish-fence", "--yes").returncode == 6

    control.clear_faults(store)
    finished = operator.sparehub("finish-fence", "--yes")
    assert finished.returncode == 0, finished.stderr
    assert moved(operator, before)[1:] == [("delete", PRIMARY)]
    assert operator.status()["debts"] == []
    assert "override" not in (operator.project / "Pulumi.secondary.yaml").read_text()
    assert operator.engine.up("secondary") == []
    assert lost(operator.engine.store, operator.project, operator.environment) == set()

    assert operator.sparehub("report", "-o", "report.html", "--json").returncode == 0
    page = (operator.project / "report.html").read_text()
    assert re.findall("<dd>(eastasia burnt down|primary, UNFENCED|not yet)", page) == [
        "eastasia burnt down",
        "primary, UNFENCED",
    ]
    assert re.findall(r'class="status">(\w+)', page) == ["finished", "withdrawn"]
    assert "by sparehub finish-fence" in page


def test_a_target_that_does_not_answer_is_found_before_anything_is_done(operator: Operator) -> None:
    """Nothing is fenced for a region that cannot take over."""
    control.add_fault(operator.engine.store, FaultRequest("region-down", region="southeastasia"))
    before = len(control.read_log(operator.engine.store))

    done = operator.sparehub(*operator.confirmed("failover"))

    assert (done.returncode, moved(operator, before)) == (6, [])
    assert "secondary (southeastasia) does not answer" in done.stderr


def test_what_somebody_changed_by_hand_is_found(operator: Operator) -> None:
    """Half a peering that is gone would be made anew by the deployment: that is not a failover."""
    group = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups"
    spoke = f"{group}/rg-sparehub-southeastasia/providers/Microsoft.Network/virtualNetworks"
    half = f"{spoke}/vnet-spoke1-southeastasia/virtualNetworkPeerings/peer-spoke1-to-hub"
    assert operator.engine.arm("DELETE", half).status < 300
    before = len(control.read_log(operator.engine.store))

    done = operator.sparehub(*operator.confirmed("failover"))

    assert (done.returncode, moved(operator, before)) == (3, [])
    assert "create region/spoke/spoke1/peering/spoke-to-hub" in done.stderr

"""The machines of a drill on the local Azure: tested in order, proven, cleaned up, once each."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sparehub.drill.machines import DrillFailedError, DrillMachines
from sparehub.failover.journal.drill_record import DrillOutcome
from sparehub.failover.machines.clean_up_tests import CleanUpError
from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from sparehub.topology.errors import PreflightError
from sparehub.topology.replication import requests
from tests.drill.conftest import Died, DrillEstate, files

TEST_NIC = "/resourceGroups/rg-recovered/providers/Microsoft.Network/networkInterfaces/{}-nic-test"
Make = Callable[..., DrillEstate]


def address(drill: DrillEstate, machine: str) -> str:
    nic = f"/subscriptions/{drill.estate.subscription}{TEST_NIC.format(machine)}"
    (configuration,) = drill.estate.arm.properties(nic)["ipConfigurations"]
    return str(configuration["properties"]["privateIPAddress"])


def test_domain_controllers_are_tested_first_and_each_machine_where_the_files_say(
    drill: DrillEstate,
) -> None:
    """The second group begins once the first one runs; networks and addresses are set before."""
    drill.machines().refuse_unready()
    drill.machines().test()

    log = control.read_log(drill.estate.directory)
    tests = [line for line in log if line.path.endswith("/testFailover")]
    assert drill.posted("testFailover") == ["dc1", "app1"]
    assert tests[1].at >= tests[0].at + tests[0].seconds
    assert [address(drill, name) for name in ("dc1", "app1")] == ["10.1.0.10", "10.2.0.10"]
    record = drill.record
    assert record.problems == ()
    assert {name: (each.group, each.objective) for name, each in record.machines.items()} == {
        "dc1": (1, 15),
        "app1": (2, 15),
    }
    assert all(each.age is not None and 0 <= each.age < 900 for each in record.machines.values())
    assert record.test_seconds
    assert record.test_seconds >= sum(each.seconds or 0 for each in record.machines.values())
    assert record.outcome((1, 2)) is DrillOutcome.NOT_VALIDATED


def test_a_second_run_sends_nothing(drill: DrillEstate) -> None:
    """And measures nothing again: the age is that of the first run."""
    drill.machines().test()
    before, log = drill.record.machines, len(control.read_log(drill.estate.directory))
    drill.estate.azure.wait(3600)

    drill.machines().refuse_unready()
    drill.machines().test()

    assert drill.record.machines == before
    assert len(control.read_log(drill.estate.directory)) == log


def test_a_point_that_is_too_old_fails_the_drill(drill: DrillEstate) -> None:
    """SR-50: the machine comes up, and what it would have lost is said."""
    control.add_fault(drill.estate.directory, FaultRequest("replication-behind", "eastasia"))
    drill.estate.azure.wait(3600)

    with pytest.raises(DrillFailedError, match=r"app1: the age of its recovery point is \d+ min"):
        drill.machines().test()

    assert {each.machine for each in drill.record.stale} == {"app1", "dc1"}
    assert drill.record.outcome((1, 2)) is DrillOutcome.FAILED
    with pytest.raises(DrillFailedError):  # also when it is asked once more
        drill.machines().test()


def test_the_objective_of_a_group_counts_before_that_of_all(make: Make) -> None:
    primary, secondary = files()
    groups = secondary["sparehub:region"]["siteRecovery"]["recoveryPlan"]["groups"]
    groups["2"]["objectives"] = {"recoveryPointInMinutes": 600}
    drill = make(primary, secondary).make_networks()
    control.add_fault(drill.estate.directory, FaultRequest("replication-behind", "eastasia"))
    drill.estate.azure.wait(3600)

    with pytest.raises(DrillFailedError, match="dc1: the age"):
        drill.machines().test()

    assert [each.machine for each in drill.record.stale] == ["dc1"]


def test_a_group_that_fails_stops_the_next_one(drill: DrillEstate) -> None:
    control.add_fault(drill.estate.directory, FaultRequest("capacity", "southeastasia"))

    with pytest.raises(DrillFailedError, match="dc1: test failover: Failed"):
        drill.machines().test()

    assert drill.posted("testFailover") == ["dc1"]
    assert drill.record.outcome((1, 2)) is DrillOutcome.FAILED
    with pytest.raises(PreflightError, match=r"dc1 has an earlier test that is left \(TestFail"):
        drill.machines().refuse_unready()


def test_a_machine_that_is_not_ready_refuses_the_drill(drill: DrillEstate) -> None:
    """Each is named with what to do; a test of somebody else, and one that is not replicated."""
    estate = drill.estate
    item = drill.machines().items()["dc1"]
    machine = estate.away.machine("dc1")
    job = estate.vault.test_failover(item.id, requests.test_failover(machine.test_network))
    estate.wait.until_done(job, "test")
    app1 = drill.machines().items()["app1"]
    estate.wait.until_done(estate.vault.delete_plan(estate.away.plan), "plan")
    estate.wait.until_done(estate.vault.disable(app1.id), "end")

    with pytest.raises(PreflightError) as refused:
        drill.machines().refuse_unready()

    assert str(refused.value) == (
        "the failover of these machines cannot be tested: app1 is not replicated: `sparehub "
        "replicate`; dc1 has an earlier test that is left (WaitingForCompletion): `sparehub drill "
        "stop`"
    )


def change_nic(drill: DrillEstate, change: Callable[[dict[str, Any]], None]) -> None:
    nic = f"/subscriptions/{drill.estate.subscription}{TEST_NIC.format('dc1')}"
    body = drill.estate.arm.get(nic)
    change(body["properties"]["ipConfigurations"][0]["properties"])
    drill.estate.arm.put(nic, body)


def test_a_machine_elsewhere_fails_the_drill(drill: DrillEstate) -> None:
    """Another address, an interface in a production network, and a machine that is stopped."""
    drill.machines().test()
    estate = drill.estate
    production = f"{estate.away.machine('dc1').network}/subnets/app"

    change_nic(drill, lambda each: each.update(privateIPAddress="10.1.0.99"))
    with pytest.raises(DrillFailedError, match=r"dc1-nic-test has 10\.1\.0\.99, not 10\.1\.0\.10"):
        drill.machines().test()

    change_nic(
        drill, lambda each: each.update(subnet={"id": production}, privateIPAddress="10.1.0.10")
    )
    with pytest.raises(DrillFailedError, match=r"dc1-nic-test has an address in .*: no test netw"):
        drill.machines().test()

    test = f"/subscriptions/{estate.subscription}/resourceGroups/rg-recovered/providers/"
    estate.arm.send("POST", f"{test}Microsoft.Compute/virtualMachines/app1-test/powerOff")
    with pytest.raises(DrillFailedError, match="app1: app1-test does not run"):
        drill.machines().test()


def test_the_clean_up_names_the_drill_and_leaves_nothing(drill: DrillEstate) -> None:
    """Both at once; the machines of production are replicated as before."""
    drill.machines().test()
    comments = drill.record.id

    drill.machines().clean_up()

    jobs = drill.estate.vault.last_jobs("TestFailoverCleanup")
    read = drill.estate.vault.job
    assert {name: read(job.id).details["comments"] for name, job in jobs.items()} == {
        "app1": comments,
        "dc1": comments,
    }
    events = [record.event for record in drill.journal().records][-6:]
    assert events == ["replicate-intent", "replicate-posted"] * 2 + ["drill-cleaned"] * 2
    assert drill.machines().left == {}
    assert sorted(drill.record.cleaned) == ["app1", "dc1"]
    assert drill.record.clean_up_seconds
    drill.machines().refuse_unready()


def test_a_clean_up_that_fails_is_named_and_the_same_command_goes_on(drill: DrillEstate) -> None:
    drill.machines().test()
    control.add_fault(drill.estate.directory, FaultRequest("test-left", "southeastasia"))

    with pytest.raises(CleanUpError, match="app1: clean-up of the test: Failed"):
        drill.machines().clean_up()

    assert sorted(drill.machines().left) == ["app1", "dc1"]
    control.clear_faults(drill.estate.directory)
    drill.machines().clean_up()
    assert drill.machines().left == {}


def test_answers_that_are_lost_send_nothing_twice(drill: DrillEstate) -> None:
    """Whether a write was accepted is read from the item."""
    control.add_fault(drill.estate.directory, FaultRequest("lost-response", count=99))

    drill.machines().test()
    drill.machines().clean_up()

    assert sorted(drill.posted("testFailover")) == ["app1", "dc1"]
    assert sorted(drill.posted("testFailoverCleanup")) == ["app1", "dc1"]
    assert sorted(drill.record.machines) == ["app1", "dc1"]
    assert sorted(drill.record.cleaned) == ["app1", "dc1"]


def _run(machines: DrillMachines) -> None:
    machines.refuse_unready()
    machines.test()
    machines.clean_up()


@pytest.mark.parametrize("written", [True, False], ids=["written", "not-written"])
def test_a_drill_that_died_at_any_record_goes_on(
    make: Make, tmp_path: Path, *, written: bool
) -> None:
    """Each machine is tested once and cleaned up once, wherever the run was killed.

    Also between a write that Azure has accepted and its record.
    """
    template = make(*files()).make_networks()
    store = tmp_path.parent / f"{tmp_path.name}-store"
    shutil.copytree(tmp_path, store)
    died = 0
    while True:
        shutil.rmtree(tmp_path)
        shutil.copytree(store, tmp_path)
        try:
            _run(template.dying(died, written=written))
            break
        except Died:
            pass
        if template.machines().drill and template.record.problems is None:
            template.machines().refuse_unready()
            template.machines().test()
        template.machines().clean_up()

        assert sorted(template.posted("testFailover")) == ["app1", "dc1"], died
        assert sorted(template.posted("testFailoverCleanup")) == ["app1", "dc1"], died
        assert sorted(template.record.machines) == ["app1", "dc1"], died
        assert {each.age is not None for each in template.record.machines.values()} == {True}, died
        died += 1
    assert died > 10

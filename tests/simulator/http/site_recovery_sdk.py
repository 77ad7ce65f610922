"""Microsoft's own clients lead a replicated machine through its whole life.

``python -m tests.simulator.http.site_recovery_sdk ADDRESS DIRECTORY [SCENE]`` uses the clients
that are first on the path. It prints what it found as JSON. The scenes are ``life``,
``dropped_error`` and ``default_pollers``.

The clients' own pollers are used for PUT, PATCH and DELETE. After a POST they read an address that
no recording has (SR-33), so the life sends its POSTs with a polling method of its own.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from tests.simulator.arm import site_recovery as asr
from tests.simulator.arm.bodies import Body
from tests.simulator.http.sdk_automation import automate, deploy
from tests.simulator.http.sdk_clients import Clients, Trail, call, ended, read
from tests.simulator.http.sdk_vault import build, gone, prepare, remove

AWAY = asr.item("app1")
HOME = AWAY.replace("/primary/", "/recovery/")


def protect(sdk: Clients) -> list[str]:
    """Enable protection; return the states that the item shows until it is Protected."""
    items = sdk.replication.replication_protected_items
    first = ended(items.begin_create, *asr.protection("app1"))
    return [first.properties.protection_state, *until_protected(sdk, AWAY)]


def until_protected(sdk: Clients, path: str) -> list[str]:
    shown: list[str] = []
    while "Protected" not in shown:
        shown.append(item(sdk, path).protection_state)
        assert len(shown) < 10, shown
    return shown


def item(sdk: Clients, path: str) -> Any:
    return call(sdk.replication.replication_protected_items.get, path).properties


def configure(sdk: Clients) -> Body:
    """Set name and address of the machine in the other region, and read what is kept."""
    items = sdk.replication.replication_protected_items
    nic = item(sdk, AWAY).provider_specific_details.vm_nics[0].nic_id
    ended(items.begin_update, AWAY, asr.interface_settings(nic, "app1"))
    shown = item(sdk, AWAY).provider_specific_details.vm_nics[0].ip_configs[0]
    recovery_points = sdk.replication.recovery_points.list_by_replication_protected_items
    points = list(call(recovery_points, AWAY))
    return {
        "address": [shown.recovery_subnet_name, shown.recovery_static_ip_address],
        "points": sorted({point.properties.recovery_point_type for point in points}),
    }


def rehearse(sdk: Clients) -> Body:
    """Test the failover of the item, and clean up."""
    items = sdk.replication.replication_protected_items
    tested = sdk.job(items.begin_test_failover, AWAY, asr.trial())
    waiting = item(sdk, AWAY).test_failover_state
    made = machines(sdk, asr.THERE)
    comments = {"properties": {"comments": "journal 7"}}
    cleaned = sdk.job(items.begin_test_failover_cleanup, AWAY, comments)
    return {
        "jobs": [ended_as(tested), ended_as(cleaned)],
        "states": [waiting, item(sdk, AWAY).test_failover_state],
        "machines": [made, machines(sdk, asr.THERE)],
    }


def ended_as(job: Any) -> list[str]:
    return [job.properties.scenario_name, job.properties.state]


def machines(sdk: Clients, path: str) -> list[str]:
    return [machine.name for machine in call(sdk.compute.virtual_machines.list, path)]


def fail_over(sdk: Clients) -> Body:
    """Fail over by a recovery plan, commit, and replicate the other way."""
    plans = sdk.replication.replication_recovery_plans
    made = ended(plans.begin_create, *asr.plan(["app1"]))
    order = asr.failover(shutdown=True)
    order["properties"]["providerSpecificDetails"] = [asr.A2A]  # of a plan it is a list
    over = sdk.job(plans.begin_unplanned_failover, asr.PLAN, order)
    arrived = item(sdk, AWAY)
    nic = call(sdk.network.network_interfaces.get, asr.there("app1-nic", "networkInterfaces"))
    committed = sdk.job(plans.begin_failover_commit, asr.PLAN)
    return {
        "groups": [group.group_type for group in made.properties.groups],
        "tasks": [task.friendly_name for task in over.properties.tasks],
        "item": [arrived.protection_state, arrived.active_location, arrived.allowed_operations],
        "address": nic.ip_configurations[0].private_ip_address,
        "job": ended_as(committed),
        "committed": item(sdk, AWAY).protection_state,
    } | switch(sdk, AWAY, HOME)


def fail_back(sdk: Clients) -> Body:
    """Fail the item back, commit, and replicate as at first."""
    items = sdk.replication.replication_protected_items
    jobs = [
        sdk.job(items.begin_unplanned_failover, HOME, asr.failover()),
        sdk.job(items.begin_failover_commit, HOME),
    ]
    nic = call(sdk.network.network_interfaces.get, asr.interface("app1")[0])
    return {
        "jobs": [ended_as(job) for job in jobs],
        "address": nic.ip_configurations[0].private_ip_address,
    } | switch(sdk, HOME, AWAY)


def fail_over_again(sdk: Clients) -> Body:
    """There once more, by the item itself: the id and the way are those of the first time."""
    items = sdk.replication.replication_protected_items
    over = sdk.job(items.begin_unplanned_failover, AWAY, asr.failover(shutdown=True))
    arrived = item(sdk, AWAY)
    return {
        "job": ended_as(over),
        "item": [arrived.protection_state, arrived.active_location],
        "machines": [machines(sdk, path) for path in (asr.HERE, asr.THERE)],
    }


def switch(sdk: Clients, here: str, other: str) -> Body:
    """Re-protect: the item moves, and the machine that it came from is deleted."""
    path, body = asr.switch("app1", back=here == HOME)
    containers = sdk.replication.replication_protection_containers
    switched = sdk.job(containers.begin_switch_protection, path.rpartition("/")[0], body)
    return {
        "switched": ended_as(switched),
        "gone": gone(sdk.replication.replication_protected_items.get, here),
        "shown": until_protected(sdk, other),
        "machines": [machines(sdk, path) for path in (asr.HERE, asr.THERE)],
    }


def protected(sdk: Clients) -> None:
    build(sdk)
    prepare(sdk)
    protect(sdk)


def life(sdk: Clients, directory: Path) -> Body:
    """The whole life, from the vault to its removal."""
    del directory
    packages = ("recoveryservicessiterecovery", "recoveryservices")
    return {
        "versions": [version(f"azure-mgmt-{package}") for package in packages],
        "built": build(sdk),
        "prepared": prepare(sdk),
        "protected": protect(sdk),
        "configured": configure(sdk),
        "rehearsed": rehearse(sdk),
        "failed over": fail_over(sdk),
        "failed back": fail_back(sdk),
        "there again": fail_over_again(sdk),
        "automated": automate(sdk),
        "deployed": deploy(sdk),
        "removed": remove(sdk),
    }


def dropped_error(sdk: Clients, directory: Path) -> Body:
    """A failover that succeeds with an error: what the poller returns, and what Azure shows."""
    protected(sdk)
    control.add_fault(directory, FaultRequest("succeeded-with-error", region=asr.TARGET))
    items = sdk.replication.replication_protected_items
    trail = Trail()
    poller = call(items.begin_unplanned_failover, AWAY, asr.failover(), raw_response_hook=trail)
    result = poller.result()
    status = read(trail.first["azure-asyncoperation"])
    return {
        "poller": [poller.status(), result.properties.protection_state],
        "job": ended_as(sdk.job_of(trail.first)),
        "status": [status["status"], status["error"]["code"]],
    }


def default_pollers(sdk: Clients, directory: Path) -> Body:
    """Every POST by the clients' own pollers: what they read after it."""
    del directory
    protected(sdk)
    items = sdk.replication.replication_protected_items
    containers = sdk.replication.replication_protection_containers
    found = {}
    comments = {"properties": {"comments": ""}}
    path, body = asr.switch("app1")
    for method, of, *bodies in (
        (items.begin_test_failover, AWAY, asr.trial()),
        (items.begin_test_failover_cleanup, AWAY, comments),
        (items.begin_unplanned_failover, AWAY, asr.failover()),
        (items.begin_failover_commit, AWAY),
        (containers.begin_switch_protection, path.rpartition("/")[0], body),
        (items.begin_delete, HOME, {"properties": {}}),
    ):
        trail = Trail()
        result = ended(method, of, *bodies, raw_response_hook=trail)
        found[method.__name__] = [result.name if result else None, *trail.answers]
    return found


SCENES = {scene.__name__: scene for scene in (life, dropped_error, default_pollers)}


def run(address: str, directory: Path, scene: str = "life") -> Body:
    return SCENES[scene](Clients(address, asr.VAULT), directory)


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])))  # noqa: T201  its report

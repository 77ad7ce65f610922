"""Failover tests of ExpressRoute: a circuit without one of its links, a gateway without a site.

Names and shapes: https://learn.microsoft.com/dotnet/api/azure.resourcemanager.network
.expressroutecircuitresource.startcircuitlinkfailovertestasync, Az.Network's
Start-AzVirtualNetworkGatewaySiteFailoverTest, and azure-mgmt-network 33.1.0. The data plane obeys a
test that runs.
"""

from datetime import UTC, datetime
from typing import Any

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import express_route as refusals
from sparehub.simulator.arm.routing import bgp
from sparehub.simulator.arm.routing.on_premises import advertised
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.transaction import Resource
from sparehub.simulator.arm.types.base import ActionContext
from sparehub.simulator.arm.types.express_route.circuit import CONNECTION, peering_location

_CATEGORIES = ("BgpDisconnect", "ASPathPrepend")


def start_link_test(call: ActionContext) -> str:
    """Start a test of a circuit's link; return the test's GUID."""
    link, category = call.query.get("linkType", ""), call.query.get("circuitTestCategory", "")
    if link not in bgp.LINKS or category not in _CATEGORIES:
        problem = f"linkType is one of {bgp.LINKS}, circuitTestCategory one of {_CATEGORIES}"
        raise refusals.FAILOVER_TEST(id=call.resource.id.text, problem=problem)
    return _start(call, {"linkType": link, "circuitTestCategory": category})


def stop_link_test(call: ActionContext) -> str:
    """Stop the test of a circuit's link."""
    return _stop(call, ("linkType", "circuitTestCategory"))


def start_site_test(call: ActionContext) -> str:
    """Start a test of a gateway without the circuits of one peering location."""
    location = call.query.get("peeringLocation", "")
    locations = {peering_location(circuit).lower() for circuit in circuits_of(call)}
    if location.lower() not in locations:
        problem = f"it has no circuit at peering location '{location}'"
        raise refusals.FAILOVER_TEST(id=call.resource.id.text, problem=problem)
    test_type = call.query.get("type", "SingleSiteFailover")
    return _start(call, {"peeringLocation": location, "testType": test_type})


def stop_site_test(call: ActionContext) -> str:
    """Stop the test of a gateway."""
    return _stop(call, ("peeringLocation",))


def all_tests(call: ActionContext) -> list[JsonObject]:
    """Return the tests of a circuit or gateway, the last one only if ``fetchLatest`` is true."""
    test_type = call.query.get("type", "All").lower()
    tests = [
        _shown(test) | _at_site(call, test)
        for test in call.resource.private.get("tests", [])
        if test_type in ("all", str(test.get("testType", test_type)).lower())
    ]
    return tests[-1:] if call.query.get("fetchLatest", "").lower() == "true" else tests


def single_test(call: ActionContext) -> list[JsonObject]:
    """Return one test, with the routes that have no redundant path."""
    wanted = call.query.get("failoverTestId") or call.query.get("testId", "")
    for test in call.resource.private.get("tests", []):
        if test["testGuid"] == wanted:
            return [_details(call, test)]
    problem = f"there is no test '{wanted}'"
    raise refusals.FAILOVER_TEST(id=call.resource.id.text, problem=problem)


def _start(call: ActionContext, what: JsonObject) -> str:
    if "test" in call.resource.private:
        problem = "a test runs already"
        raise refusals.FAILOVER_TEST(id=call.resource.id.text, problem=problem)
    tests = call.resource.private.setdefault("tests", [])
    identity = guid("failover test", call.resource.key, len(tests))
    test = what | {"testGuid": identity, "status": "Running", "started": call.now}
    call.resource.private["test"] = test
    tests.append(test)
    call.transaction.touch(call.resource)
    return identity


def _stop(call: ActionContext, names: tuple[str, ...]) -> str:
    """End the running test, which the body must name."""
    test = call.resource.private.pop("test", None)
    given = [str(call.body.get(name, "")).lower() for name in names]
    if test is None or given != [str(test[name]).lower() for name in names]:
        problem = f"no test with this {' and '.join(names)} runs"
        raise refusals.FAILOVER_TEST(id=call.resource.id.text, problem=problem)
    ended = {
        "status": "Completed",
        "ended": call.now,
        "successful": bool(call.body.get("wasSimulationSuccessful", False)),
    }
    call.resource.private["tests"][-1] = test | ended
    call.transaction.touch(call.resource)
    return str(test["testGuid"])


def _shown(test: JsonObject) -> JsonObject:
    names = ("testGuid", "testType", "peeringLocation", "linkType", "circuitTestCategory", "status")
    shown = {name: test[name] for name in names if name in test}
    ended = {"endTime": time_text(test["ended"])} if "ended" in test else {}
    return shown | {"startTime": time_text(test["started"]), "issues": []} | ended


def _at_site(call: ActionContext, test: JsonObject) -> JsonObject:
    """Return the circuits of a tested peering location and their connections; of links nothing."""
    if "peeringLocation" not in test:
        return {}
    status = "Disconnected" if test["status"] == "Running" else "Connected"
    changed = time_text(test["ended"] if "ended" in test else test["started"])
    circuits, connections = [], []
    for connection in call.transaction.referrers(call.resource.key, CONNECTION):
        _, circuit = bgp.ends_of(call.transaction, connection)
        if circuit is None or peering_location(circuit).lower() != test["peeringLocation"].lower():
            continue
        link = {"nrpResourceUri": circuit.id.text, "name": circuit.id.name}
        circuits.append(link | {"connectionName": connection.id.name})
        mine = {"nrpResourceUri": connection.id.text, "name": connection.id.name}
        connections.append(mine | {"status": status, "lastUpdatedTime": changed})
    return {"circuits": circuits, "connections": connections}


def _details(call: ActionContext, test: JsonObject) -> JsonObject:
    """Return a test, with the prefixes that have a redundant path by another site or link."""
    tested = test.get("peeringLocation", "").lower()
    cut: set[str] = set()
    kept: set[str] = set()
    for circuit in circuits_of(call) if tested else []:
        location = peering_location(circuit).lower()
        prefixes = {str(prefix) for prefix in advertised(call.transaction, circuit)}
        (cut if location == tested else kept).update(prefixes)
    details: dict[str, Any] = {
        "status": test["status"],
        "startTimeUtc": time_text(test["started"]),
        "wasSimulationSuccessful": test.get("successful", False),
        "redundantRoutes": sorted(cut & kept),
        "nonRedundantRoutes": sorted(cut - kept),
    }
    for name in ("peeringLocation", "linkType", "circuitTestCategory"):
        if name in test:
            details[name] = test[name]
    if "ended" in test:
        details["endTimeUtc"] = time_text(test["ended"])
    return details


def circuits_of(call: ActionContext) -> list[Resource]:
    """Return the circuits of a gateway."""
    linked = call.transaction.referrers(call.resource.key, CONNECTION)
    circuits = [bgp.ends_of(call.transaction, connection)[1] for connection in linked]
    return [circuit for circuit in circuits if circuit is not None]


def time_text(seconds: float) -> str:
    """Return a time as Azure writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

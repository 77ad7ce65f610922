"""How resilient a gateway's routes are: ExpressRoute's insights.

Shapes: the REST specifications of Microsoft.Network from 2024-10-01 on, by azure-mgmt-network
33.1.0 (``GatewayResiliencyInformation``, ``GatewayRouteSetsInformation``). How the score is made:
https://learn.microsoft.com/azure/expressroute/resiliency-insights (2025-03-26), read on 2026-11-30.
How Azure writes scores and how often it computes them no source says: here they are whole numbers,
computed at each request.
"""

from collections import defaultdict
from typing import Any

from sparehub.simulator.arm.actions.failover_tests import circuits_of, time_text
from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.routing import bgp
from sparehub.simulator.arm.storage.transaction import Resource
from sparehub.simulator.arm.types.base import ActionContext
from sparehub.simulator.arm.types.express_route.circuit import peering_location

_DAY = 86_400.0
_ROUTE, _ROUTE_METRO, _ROUTE_SINGLE = 20, 10, 5
_MULTIPLIERS = ((30, 4), (60, 3), (90, 2))
_ZONES = {
    "Basic": 0,
    "Standard": 0,
    "HighPerformance": 0,
    "UltraPerformance": 2,
    "ErGw1AZ": 10,
    "ErGw2AZ": 10,
    "ErGw3AZ": 10,
}
_ZONES_OF_FEW_UNITS, _MOST_FEW, _ZONES_AT_MOST = 8, 2, 10
_ADVICE = 10


def resiliency_information(call: ActionContext) -> JsonObject:
    """Return the gateway's score and its components."""
    circuits = _working(call)
    route = _route_score(circuits) * _multiplier(call, circuits)
    best = _ROUTE * _MULTIPLIERS[0][1]
    zones = _zone_score(call.resource)
    components = [
        _component("RouteResiliency", route, best),
        _component("ZoneRedundantGateway", zones, _ZONES_AT_MOST),
        _component("ResiliencyRecommendations", _ADVICE, _ADVICE),
    ]
    gains = [gain for gain in (best - route, _ZONES_AT_MOST - zones) if gain]
    return {
        "overallScore": str(route + zones + _ADVICE),
        "scoreChange": "0",
        "minScoreFromRecommendations": str(min(gains, default=0)),
        "maxScoreFromRecommendations": str(sum(gains)),
        "lastComputedTime": time_text(call.now),
        "nextEligibleComputeTime": time_text(call.now),
        "components": components,
    }


def routes_information(call: ActionContext) -> JsonObject:
    """Return the route sets: prefixes that the gateway learns over the same circuits."""
    store, circuits = call.transaction, circuits_of(call)
    over: dict[str, set[str]] = defaultdict(set)
    for route in bgp.learned(store, call.resource, call.now):
        _, circuit = bgp.ends_of(store, route.connection)
        if circuit is not None:
            over[str(route.prefix)].add(circuit.key)
    sets: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for prefix, keys in sorted(over.items()):
        sets[tuple(sorted(keys))].append(prefix)
    known = {circuit.key: circuit for circuit in circuits}
    return {
        "lastComputedTime": time_text(call.now),
        "nextEligibleComputeTime": time_text(call.now),
        "routeSetVersion": "1",
        "routeSets": [
            {
                "name": f"RouteSet{number}",
                "locations": sorted({peering_location(known[key]) for key in keys}),
                "details": {
                    prefix: [_source(call, known[key]) for key in keys] for prefix in prefixes
                },
            }
            for number, (keys, prefixes) in enumerate(sorted(sets.items()), start=1)
        ],
        "circuitsMetadataMap": {
            circuit.id.text: {
                "name": circuit.id.name,
                "link": circuit.id.text,
                "location": peering_location(circuit),
            }
            for circuit in circuits
        },
    }


def _component(name: str, score: int, best: int) -> dict[str, Any]:
    return {
        "name": name,
        "currentScore": str(score),
        "maxScore": str(best),
        "recommendations": [],
    }


def _source(call: ActionContext, circuit: Resource) -> JsonObject:
    up = bgp.links_up(call.transaction, circuit, call.now)
    primary, secondary = ("Active" if link in up else "Passive" for link in bgp.LINKS)
    return {"circuit": circuit.id.text, "pri": primary, "sec": secondary}


def _working(call: ActionContext) -> list[Resource]:
    """Return the gateway's circuits with both links up: a failed link makes the score zero."""
    links = len(bgp.LINKS)
    return [
        circuit
        for circuit in circuits_of(call)
        if len(bgp.links_up(call.transaction, circuit, call.now)) == links
    ]


def _route_score(circuits: list[Resource]) -> int:
    locations = {peering_location(circuit).lower() for circuit in circuits}
    if len(locations) > 1:
        return _ROUTE
    if any(location.endswith(" metro") for location in locations):
        return _ROUTE_METRO
    return _ROUTE_SINGLE if locations else 0


def _multiplier(call: ActionContext, circuits: list[Resource]) -> int:
    """Return the factor of the route score for tests of both sites; for one site, half of it."""
    tested: dict[str, float] = {}
    for test in call.resource.private.get("tests", []):
        if test.get("successful") and "peeringLocation" in test:
            tested[test["peeringLocation"].lower()] = test["ended"]
    locations = {peering_location(circuit).lower() for circuit in circuits}
    ended = [tested[location] for location in locations if location in tested]
    if not ended:
        return 1
    days = (call.now - min(ended)) / _DAY
    factor = next((times for most, times in _MULTIPLIERS if days <= most), 1)
    return factor if len(ended) > 1 else max(1, factor // 2)


def _zone_score(gateway: Resource) -> int:
    sku = gateway.properties["sku"].get("name", "Basic")
    bounds = gateway.properties.get("autoScaleConfiguration", {}).get("bounds", {})
    few = bounds.get("min", 1) <= _MOST_FEW
    return _ZONES.get(sku, _ZONES_OF_FEW_UNITS if few else _ZONES_AT_MOST)

"""The networks of a drill as a stack recorded them, for the proof that they are isolated."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from typing import Any

from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.drill.isolation import IsolatedNetwork, PeeringHalf
from sparehub.topology.model.resources import SecurityRule
from sparehub.topology.state.resources import Resources

_NETWORK = "azure-native:network:"


def recorded_networks(resources: Resources, resource_group: str) -> list[IsolatedNetwork]:
    """Return what a stack recorded of the networks in a resource group."""
    found = [
        (resource["type"].removeprefix(_NETWORK), resource.get("outputs") or {})
        for resource in resources.values()
        if str(resource.get("type", "")).startswith(_NETWORK)
    ]
    by_id = {_id_of(out): (kind, out) for kind, out in found}
    tables = {key: out for key, (kind, out) in by_id.items() if kind == "RouteTable"}
    groups = {key: out for key, (kind, out) in by_id.items() if kind == "NetworkSecurityGroup"}
    peerings = {k: out for k, (kind, out) in by_id.items() if kind == "VirtualNetworkPeering"}
    drill = {
        identity: str(network.get("name"))
        for identity, (kind, network) in by_id.items()
        if kind == "VirtualNetwork" and _is_in(identity, resource_group)
    }
    networks = []
    for identity in sorted(drill, key=lambda each: each.key):
        _, network = by_id[identity]
        subnets = {
            str(out.get("name")): out
            for key, (each, out) in by_id.items()
            if each == "Subnet" and _is_below(key, identity)
        }
        # Subnets that the network itself shows and the stack does not know are not isolated.
        unknown = {str(each.get("name")): each for each in network.get("subnets") or ()}
        # Halves that the network itself shows count as well, each once.
        shown = {_id_of(each): each for each in network.get("virtualNetworkPeerings") or ()}
        halves = tuple(_halves(identity, shown | peerings, drill))
        networks.append(_recorded(network, unknown | subnets, tables, groups, halves))
    return networks


def _recorded(
    network: Mapping[str, Any],
    subnets: Mapping[str, Mapping[str, Any]],
    tables: Mapping[ResourceId, Mapping[str, Any]],
    groups: Mapping[ResourceId, Mapping[str, Any]],
    peerings: tuple[PeeringHalf, ...],
) -> IsolatedNetwork:

    def linked(
        subnet: Mapping[str, Any], key: str, known: Mapping[ResourceId, Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        return known.get(_id_of(subnet.get(key)), {})

    tables_of = {name: linked(subnet, "routeTable", tables) for name, subnet in subnets.items()}
    rules = {
        name: tuple(_rules(linked(subnet, "networkSecurityGroup", groups)))
        for name, subnet in subnets.items()
    }
    return IsolatedNetwork(
        name=str(network.get("name")),
        address_space=tuple(
            IPv4Network(prefix)
            for prefix in (network.get("addressSpace") or {}).get("addressPrefixes") or ()
        ),
        peerings=peerings,
        routes={
            name: {
                IPv4Network(route["addressPrefix"]): str(route["nextHopType"])
                for route in table.get("routes") or ()
            }
            for name, table in tables_of.items()
        },
        learns=frozenset(
            name for name, table in tables_of.items() if not table.get("disableBgpRoutePropagation")
        ),
        rules=rules,
        endpoints=frozenset(n for n, subnet in subnets.items() if subnet.get("serviceEndpoints")),
    )


def _halves(
    network: ResourceId,
    halves: Mapping[ResourceId, Mapping[str, Any]],
    drill: Mapping[ResourceId, str],
) -> Iterator[PeeringHalf]:
    """Yield a network's own halves, and those at networks outside of the drill that lead to it.

    The half at another test network is that network's own.
    """
    for identity, half in halves.items():
        remote = _id_of(half.get("remoteVirtualNetwork"))
        name = str(half.get("name"))
        if _is_below(identity, network):
            flags = ("allowForwardedTraffic", "allowGatewayTransit", "useRemoteGateways")
            beyond = any(half.get(flag) for flag in flags)
            yield PeeringHalf(name=name, other=drill.get(remote, ""), alone=not beyond)
        elif remote == network and not any(_is_below(identity, each) for each in drill):
            yield PeeringHalf(name=name)


def _is_in(identity: ResourceId, resource_group: str) -> bool:
    return identity.resource_group.lower() == resource_group.lower()


def _is_below(identity: ResourceId, network: ResourceId) -> bool:
    return identity.key.startswith(f"{network.key}/")


def _id_of(item: Mapping[str, Any] | None) -> ResourceId:
    return ResourceId.of(str((item or {}).get("id", "")))


def _rules(group: Mapping[str, Any]) -> Iterator[SecurityRule]:
    for rule in group.get("securityRules") or ():
        if rule["access"] == "Deny" and _either(rule, "sourcePortRange") != ("*",):
            continue  # a denial of some ports is none of all
        yield SecurityRule(
            name=str(rule.get("name")),
            priority=int(rule["priority"]),
            direction=rule["direction"],
            access=rule["access"],
            source_address_prefixes=_either(rule, "sourceAddressPrefix"),
            destination_address_prefixes=_either(rule, "destinationAddressPrefix"),
            protocol=str(rule.get("protocol")),
            destination_ports=_either(rule, "destinationPortRange"),
        )


def _either(rule: Mapping[str, Any], singular: str) -> tuple[str, ...]:
    """Return the plural property, or else the singular one."""
    plural = "es" if singular.endswith("x") else "s"
    return tuple(rule.get(singular + plural) or ()) or (str(rule.get(singular) or "*"),)

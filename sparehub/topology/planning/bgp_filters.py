"""BGP prefix filters for on-premises routers, while a lost region may still advertise.

Text for a person to paste, in the syntax of two vendors. The neighbours are Microsoft's
ends of the circuit's private peering: the second host of each /30 (ER-10,
https://learn.microsoft.com/azure/expressroute/expressroute-routing).
"""

from collections.abc import Iterator
from ipaddress import IPv4Network

from sparehub.topology.model.circuit_ids import circuit_id
from sparehub.topology.model.resources import Circuit, Region

NAME = "SPAREHUB-FENCE"


def on_premises_filters(source: Region, target: Region, prefixes: tuple[str, ...]) -> str:
    """Return the filters that keep a region's prefixes away from on-premises.

    On a circuit that both regions use no filter helps: the routes of both come from the same
    neighbour.
    """
    others = [circuit_id(circuit) for circuit in target.circuits]
    lines = [f"On-premises must not accept {', '.join(prefixes)} from {source.location}."]
    for circuit in source.circuits:
        shared = any(circuit_id(circuit).is_same(other) for other in others)
        lines.append("")
        if shared:
            lines.append(
                f"Circuit {circuit.key} also carries {target.location}: both regions advertise by "
                "one neighbour, and no prefix filter can separate them. Have your provider shut "
                f"the link to {source.location}, or wait with the failover."
            )
            continue
        lines += [
            f"Circuit {circuit.key} at {circuit.peering_location}",
            *_cisco(circuit, prefixes),
        ]
        lines += ["", *_juniper(circuit, prefixes)]
    return "\n".join(lines)


def _cisco(circuit: object, prefixes: tuple[str, ...]) -> Iterator[str]:
    yield "Cisco IOS XE:"
    for number, prefix in enumerate(prefixes, start=1):
        longer = (
            "" if IPv4Network(prefix).prefixlen == IPv4Network(prefix).max_prefixlen else " le 32"
        )
        yield f"  ip prefix-list {NAME} seq {5 * number} deny {prefix}{longer}"
    yield f"  ip prefix-list {NAME} seq {5 * len(prefixes) + 5} permit 0.0.0.0/0 le 32"
    yield f"  router bgp {_own_asn(circuit)}"
    yield "   address-family ipv4"
    for neighbour in _neighbours(circuit):
        yield f"    neighbor {neighbour} prefix-list {NAME} in"
    yield "  end"
    for neighbour in _neighbours(circuit):
        yield f"  clear ip bgp {neighbour} soft in"


def _juniper(circuit: object, prefixes: tuple[str, ...]) -> Iterator[str]:
    yield "Juniper Junos:"
    for prefix in prefixes:
        yield f"  set policy-options prefix-list {NAME} {prefix}"
    term = f"  set policy-options policy-statement {NAME} term lost"
    yield f"{term} from prefix-list-filter {NAME} orlonger"
    yield f"{term} then reject"
    for neighbour in _neighbours(circuit):
        yield f"  set protocols bgp group <group> neighbor {neighbour} import {NAME}"
    yield "  commit"


def _own_asn(circuit: object) -> str:
    peering = circuit.private_peering if isinstance(circuit, Circuit) else None
    return str(peering.peer_asn) if peering else "<your ASN>"


def _neighbours(circuit: object) -> tuple[str, ...]:
    peering = circuit.private_peering if isinstance(circuit, Circuit) else None
    if peering is None:
        return ("<Microsoft's address, primary link>", "<Microsoft's address, secondary link>")
    links = (peering.primary_peer_address_prefix, peering.secondary_peer_address_prefix)
    return tuple(str(link[2]) for link in links)

"""The resources that a deployment of a region makes, by logical name."""

from pathlib import Path
from typing import Any

from sparehub.azure.settings import LOCAL_SUBSCRIPTION
from sparehub.stacks.program_digest import read_program
from sparehub.stacks.stack_files import read_stack, stack_file
from sparehub.topology.config.enums import Activation
from sparehub.topology.model.circuit_ids import circuit_id
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import CircuitReference, Region
from sparehub.topology.planning.operations import CIRCUIT, CONNECTION, GATEWAY, PEERING
from sparehub.topology.planning.plan import Program

NETWORK = "azure-native:network:VirtualNetwork"
PAIR = {"primary": "secondary", "secondary": "primary"}
Resource = dict[str, Any]
_READ: dict[tuple[str, str], Stack] = {}
_PROGRAMS: dict[str, Program] = {}


def stack_in(directory: Path, stack: str) -> Stack:
    """Return what a stack file describes; a text that was read before is not read again."""
    key = stack, stack_file(directory, stack).read_text(encoding="utf-8")
    if key not in _READ:
        _READ[key] = read_stack(directory, stack)
    return _READ[key]


def program_in(directory: Path) -> Program:
    """Return what carries out a plan of a project, read once for each text of its Pulumi.yaml."""
    text = (directory / "Pulumi.yaml").read_text(encoding="utf-8")
    if text not in _PROGRAMS:
        _PROGRAMS[text] = read_program(directory)
    return _PROGRAMS[text]


def resources_of(region: Region) -> dict[str, Resource]:
    """Return what a deployment of a region makes, by logical name."""
    group = f"/subscriptions/{LOCAL_SUBSCRIPTION}/resourceGroups/{region.resource_group}"
    network = f"{group}/providers/Microsoft.Network"

    def entry(kind: str, identity: str, **more: Any) -> Resource:
        name = identity.rsplit("/", maxsplit=1)[-1]
        return {"type": kind, "id": identity, "outputs": {"id": identity, "name": name, **more}}

    def space(prefixes: Any) -> dict[str, Any]:
        return {"addressPrefixes": [str(prefix) for prefix in prefixes]}

    hub = f"{network}/virtualNetworks/{region.hub.name}"
    found = {
        "region/hub/network": entry(NETWORK, hub, addressSpace=space(region.hub.address_space))
    }
    for circuit in region.circuits:
        if isinstance(circuit, CircuitReference):
            continue
        identity = f"/subscriptions/{LOCAL_SUBSCRIPTION}{circuit_id(circuit)}"
        provider = {"bandwidthInMbps": circuit.bandwidth_in_mbps}
        found[f"region/circuit/{circuit.key}/circuit"] = entry(
            CIRCUIT, identity, location=circuit.location, serviceProviderProperties=provider
        )
    for spoke in region.spokes:
        each = f"{network}/virtualNetworks/{spoke.virtual_network.name}"
        found[f"region/spoke/{spoke.key}/network"] = entry(
            NETWORK, each, addressSpace=space(spoke.virtual_network.address_space)
        )
        found[f"region/spoke/{spoke.key}/peering/spoke-to-hub"] = entry(
            PEERING,
            f"{each}/virtualNetworkPeerings/{spoke.spoke_to_hub.name}",
            useRemoteGateways=spoke.spoke_to_hub.use_remote_gateways,
        )
    if region.gateway:
        found["region/expressroute/gateway"] = entry(
            GATEWAY,
            f"{network}/virtualNetworkGateways/{region.gateway.name}",
            ipConfigurations=[{"subnet": {"id": f"{hub}/subnets/GatewaySubnet"}}],
        )
    for connection in region.connections:
        lent = {each.key: each.id for each in region.circuits if isinstance(each, CircuitReference)}
        owned = found.get(f"region/circuit/{connection.key}/circuit", {})
        peer = lent.get(connection.key) or owned["id"]
        found[f"region/connection/{connection.key}/connection"] = entry(
            CONNECTION, f"{network}/connections/{connection.name}", peer={"id": peer}
        )
    return found


def activation_in_file(directory: Path, stack: str) -> Activation:
    """Return what a stack file says."""
    return stack_in(directory, stack).config.activation

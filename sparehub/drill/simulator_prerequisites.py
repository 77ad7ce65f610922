"""Prepares copies of real stack files for a local Azure, and creates what they refer to.

It cannot read their secrets, and does not have the circuits and groups that they only refer to.
"""

from collections.abc import Iterator
from typing import Any

from sparehub.azure.answers import Azure
from sparehub.azure.connect import azure_of
from sparehub.azure.settings import LOCAL_SUBSCRIPTION, Settings
from sparehub.drill.workspace import Rehearsal
from sparehub.files.replace_file import replace_file
from sparehub.stacks.stack_document import StackDocument
from sparehub.stacks.stack_file_edit import DRILL, OVERRIDE
from sparehub.stacks.stack_files import read_stack_file, stack_file
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.config.secrets import is_secret
from sparehub.topology.errors import SparehubError
from sparehub.topology.model.names import PRIVATE_PEERING

_PEERING = {
    "peeringType": PRIVATE_PEERING,
    "peerASN": 65001,
    "vlanId": 4000,
    "primaryPeerAddressPrefix": "192.0.2.0/30",
    "secondaryPeerAddressPrefix": "192.0.2.4/30",
}


class PrerequisiteError(SparehubError):
    """The local Azure does not take what a stack file refers to."""


def make_ready(rehearsal: Rehearsal, stack: str) -> None:
    """Change a copied stack file as little as possible, and create what it refers to.

    Secrets are removed, and so are keys that only other subscriptions need (ER-14). Circuits and
    security groups that somebody else owns are created in the local Azure's own subscription.

    Raises:
        PrerequisiteError: where the local Azure refuses one of them.
    """
    document = StackDocument(read_stack_file(rehearsal.project, stack), stack)
    config = document.config
    for key in [key for key, value in config.items() if is_secret(value)]:
        del config[key]
    for key in (OVERRIDE, DRILL, "azure-native:subscriptionId"):
        config.pop(key, None)
    azure = azure_of(Settings(environment=rehearsal.home.variables()), "")
    location = str(config["azure-native:location"])
    region = config["sparehub:region"]
    for connection in region["expressRoute"]["connections"].values():
        circuit = connection["circuit"]
        if "id" in circuit:
            circuit.pop("authorizationKey", None)
            circuit["id"] = _own(circuit["id"])
            make(azure, _circuit(circuit, circuit.get("location", location)))
    for peering in region["hub"].get("peerings", {}).values():
        peering["id"] = _own(peering["id"])
    for subnet in _subnets(region):
        if "networkSecurityGroupId" in subnet:
            subnet["networkSecurityGroupId"] = _own(subnet["networkSecurityGroupId"])
            body = {"location": location, "properties": {}}
            make(azure, [(subnet["networkSecurityGroupId"], body)])
    for machine in (region.get("replicate") or {}).get("machines", {}).values():
        machine["virtualMachineId"] = _own(machine["virtualMachineId"])
        for key in ("diskEncryptionSetId", "capacityReservationGroupId"):
            machine.pop(key, None)
    replace_file(stack_file(rehearsal.project, stack), document.text())


def _subnets(region: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for network in (region["hub"], *region.get("spokes", {}).values()):
        yield from network["subnets"].values()


def _own(identity: str) -> str:
    """Return an id in the local Azure's subscription."""
    _, _, _, rest = identity.split("/", maxsplit=3)
    return f"/subscriptions/{LOCAL_SUBSCRIPTION}/{rest}"


def _circuit(circuit: dict[str, Any], location: str) -> list[tuple[str, dict[str, Any]]]:
    tier = circuit["sku"]["tier"]
    provider = {
        "serviceProviderName": "Equinix",
        "peeringLocation": circuit["peeringLocation"],
        "bandwidthInMbps": circuit["bandwidthInMbps"],
    }
    sku = {"name": f"{tier}_MeteredData", "tier": tier, "family": "MeteredData"}
    made = {
        "location": location,
        "sku": sku,
        "properties": {"serviceProviderProperties": provider},
    }
    peering = f"{circuit['id']}/peerings/{PRIVATE_PEERING}"
    return [(circuit["id"], made), (peering, {"properties": _PEERING})]


def make(azure: Azure, wanted: list[tuple[str, dict[str, Any]]]) -> None:
    """Create what does not exist yet, and its resource group."""
    for identity, body in wanted:
        if azure.send("GET", identity).accepted:
            continue
        group = str(ResourceId.parse(identity).group)
        location = {"location": body.get("location", "eastasia")}
        for path, content in ((group, location), (identity, body)):
            answer = azure.send("GET", path)
            if not answer.accepted:
                answer = azure.send("PUT", path, content)
            if not answer.accepted:
                message = f"the local Azure does not take {path}: {answer.problem}"
                raise PrerequisiteError(message)

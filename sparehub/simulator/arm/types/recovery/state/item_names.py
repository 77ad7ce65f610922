"""Names that an item's settings give to what a failover makes (SR-44)."""

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.types.attached.network_interface import NetworkInterface
from sparehub.simulator.arm.types.attached.virtual_machine import VirtualMachine
from sparehub.simulator.arm.types.base import ResourceType


def check_names(settings: JsonObject) -> None:
    """Refuse a name that a machine or an interface cannot have; an empty one is none (SR-45).

    Raises:
        Refusal: As Azure refuses it of a machine or an interface that is made.

    """
    details = settings.get("providerSpecificDetails", {})
    _check(VirtualMachine, settings.get("recoveryAzureVMName"))
    _check(VirtualMachine, details.get("tfoAzureVMName"))
    for nic in settings.get("vmNics", []):
        for prefix in ("recovery", "tfoRecovery"):
            _check(NetworkInterface, nic.get(f"{prefix}NicName"))


def _check(resource_type: type[ResourceType], name: str | None) -> None:
    if name and not resource_type.name_pattern.fullmatch(name):
        raise refusals.NAME_INVALID(name=name, longest=resource_type.longest_name)

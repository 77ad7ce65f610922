"""Settings of a protected item: how and where its machine arrives (SR-44, SR-45)."""

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import common, replicated_machines
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.attached.network_interface import NetworkInterface
from sparehub.simulator.arm.types.attached.virtual_machine import VirtualMachine
from sparehub.simulator.arm.types.base import ResourceType
from sparehub.simulator.arm.types.body_schema import Spec
from sparehub.simulator.arm.types.recovery.state.item_state import state_of

_ADDRESSES: Spec = {
    "ipConfigName": str,
    "isPrimary": bool,
    "isSeletedForFailover": bool,
    **{
        f"{prefix}{name}": kind
        for prefix in ("recovery", "tfo")
        for name, kind in (
            ("SubnetName", str),
            ("StaticIPAddress", str),
            ("PublicIPAddressId", str),
            ("LBBackendAddressPoolIds", [str]),
        )
    },
}
_INTERFACE: Spec = {
    "nicId": str,
    "ipConfigs": [_ADDRESSES],
    "selectionType": str,
    "enableAcceleratedNetworkingOnRecovery": bool,
    "enableAcceleratedNetworkingOnTfo": bool,
    "recoveryNetworkSecurityGroupId": str,
    "recoveryNicName": str,
    "recoveryNicResourceGroupName": str,
    "reuseExistingNic": bool,
    "tfoNetworkSecurityGroupId": str,
    "tfoRecoveryNicName": str,
    "tfoRecoveryNicResourceGroupName": str,
    "tfoReuseExistingNic": bool,
}
SCHEMA: Spec = {
    "properties": {
        "recoveryAzureVMName": str,
        "recoveryAzureVMSize": str,
        "selectedRecoveryAzureNetworkId": str,
        "selectedTfoAzureNetworkId": str,
        "licenseType": str,
        "vmNics": [_INTERFACE],
        "providerSpecificDetails": {
            "instanceType": str,
            "tfoAzureVMName": str,
            "recoveryCapacityReservationGroupId": str,
        },
    }
}
"""Of the body of a PATCH."""
_GROUPS = ("recoveryNicResourceGroupName", "tfoRecoveryNicResourceGroupName")


def check(transaction: Transaction, item: Resource, properties: JsonObject, now: float) -> None:
    """Refuse an update of what is not protected, of an unknown interface, or to no name (SR-44).

    After a failover that failed, settings can be changed: they may have let it fail.
    """
    state = state_of(transaction, item, now)
    if not state.protected:
        raise refusals.NOT_ALLOWED(
            operation="UpdateVmProperties",
            name=item.id.name,
            state=state.name,
            allowed=", ".join(state.operations),
        )
    _check_names(properties)
    known = {nic["guid"].lower(): nic for nic in item.private["machine"]["nics"]}
    for nic in properties.get("vmNics", []):
        _check_groups(nic)
        identity = str(nic.get("nicId", ""))
        if not known:  # a recording that begins later than the item does not show them
            continue
        if identity.lower() not in known:
            _refuse("nicId", identity, "the machine has no such interface")
        names = [found["name"] for found in known[identity.lower()]["configurations"]]
        for configuration in nic.get("ipConfigs", []):
            name = str(configuration.get("ipConfigName", ""))
            if name not in names:
                _refuse("ipConfigName", name, f"the interface has {', '.join(names)}")


def _check_names(settings: JsonObject) -> None:
    """Refuse a name that a machine or an interface cannot have; an empty one is none (SR-45)."""
    details = settings.get("providerSpecificDetails", {})
    _check_name(VirtualMachine, settings.get("recoveryAzureVMName"))
    _check_name(VirtualMachine, details.get("tfoAzureVMName"))
    for nic in settings.get("vmNics", []):
        for prefix in ("recovery", "tfoRecovery"):
            _check_name(NetworkInterface, nic.get(f"{prefix}NicName"))


def _check_name(resource_type: type[ResourceType], name: str | None) -> None:
    if name and not resource_type.name_pattern.fullmatch(name):
        raise common.NAME_INVALID(name=name, longest=resource_type.longest_name)


def _check_groups(nic: JsonObject) -> None:
    for setting in _GROUPS:
        name = str(nic.get(setting) or "")
        if "/" in name:
            _refuse(setting, name, "a name has no slash")


def _refuse(setting: str, value: str, problem: str) -> None:
    raise replicated_machines.SETTING(setting=setting, value=value, problem=problem)


def after(item: Resource, properties: JsonObject) -> JsonObject:
    """Return the settings after an update: what is sent replaces what there was of its name."""
    before: JsonObject = item.private["settings"]
    sent = dict(properties)
    details = dict(sent.pop("providerSpecificDetails", {}))
    interfaces = {
        str(nic.get("nicId", "")).lower(): {
            **{name: value for name, value in nic.items() if name not in ("nicId", "ipConfigs")},
            "configurations": {
                str(found.get("ipConfigName", "")): found for found in nic.get("ipConfigs", [])
            },
        }
        for nic in sent.pop("vmNics", [])
    }
    details.pop("instanceType", None)
    nics: JsonObject = before.get("nics", {})
    settings: JsonObject = {**before, **sent, **details, "nics": nics | interfaces}
    return settings

"""What the second region's file says of Site Recovery, where the first replicates machines."""

from collections.abc import Iterator, Mapping
from typing import Any

from sparehub.topology.azure.site_recovery_limits import STORAGE_ACCOUNT_NAME_LENGTH
from sparehub.topology.config.enums import AgentEgress
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.config.site_recovery import ReplicateConfig
from sparehub.topology.derivation.notes import Note, NoteKind
from sparehub.topology.derivation.remap import Remap

KEY = "siteRecovery"
OF_ONE_DIRECTION = ("replicate", KEY)
"""Keys that no other region takes over."""


def derive_site_recovery(
    replicate: ReplicateConfig | None, there: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Note]]:
    """Return ``siteRecovery`` of the second region, and what has to be confirmed.

    Args:
        replicate: of the first region.
        there: what the second region's file says already, which is kept.

    """
    if replicate is None or there:
        return dict(there), []
    account = replicate.cache_storage_account
    first = account.name or ResourceId.parse(account.id or "").name
    name = f"{first[: STORAGE_ACCOUNT_NAME_LENGTH - 1]}2"
    keys = ("region", KEY, "cacheStorageAccount", "name")
    message = f"{name}: names of storage accounts are unique in all of Azure"
    derived: dict[str, Any] = {"cacheStorageAccount": {"name": name}}
    if replicate.agent_egress is not AgentEgress.NVA:
        derived["agentEgress"] = replicate.agent_egress.value
    return derived, [Note(NoteKind.CONFIRM, keys, message)]


def address_notes(replicate: ReplicateConfig | None, remap: Remap, primary: str) -> Iterator[Note]:
    """Yield the recovery addresses of the first region's file that the moves leave behind.

    A machine arrives in the second region's subnet, whose addresses are moved; the file that says
    its address is not the one that is written (SR-44). An address that is not given is chosen by
    Azure, in that subnet.
    """
    for name, machine in (replicate.machines if replicate else {}).items():
        for key, interface in machine.network_interfaces.items():
            address = interface.ip_address
            if address is None or remap.address(address) == address:
                continue
            keys = ("region", "replicate", "machines", name, "networkInterfaces", key, "ipAddress")
            message = (
                f"{address} in the file of {primary} is not moved, its subnet in the second region "
                f"is: write {remap.address(address)} there"
            )
            yield Note(NoteKind.DO, keys, message)

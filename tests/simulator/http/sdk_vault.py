"""What Microsoft's clients make before a replicated machine, and remove after it."""

from typing import Any

from azure.core.exceptions import ResourceNotFoundError

from tests.simulator.arm import site_recovery as asr
from tests.simulator.arm.bodies import Body, Written
from tests.simulator.http.sdk_clients import Clients, call, ended, names
from tests.simulator.http.sdk_topology import model

ROLES = {
    "b24988ac-6180-42a0-ab88-20f7382dd24c": "11111111-1111-4111-8111-111111111111",
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe": "22222222-2222-4222-8222-222222222222",
}
"""Contributor and Storage Blob Data Contributor, and the names of their assignments."""
VAULT = {
    "location": asr.TARGET,
    "sku": {"name": "Standard"},
    "identity": {"type": "SystemAssigned"},
    "properties": {},
}
PARTS: tuple[tuple[str, Written], ...] = (
    ("replication_fabrics", asr.fabric(asr.PRIMARY, asr.SOURCE)),
    ("replication_fabrics", asr.fabric(asr.RECOVERY, asr.TARGET)),
    ("replication_policies", asr.policy()),
    ("replication_protection_containers", asr.container(asr.CONTAINER)),
    ("replication_protection_containers", asr.container(asr.BACK)),
    ("replication_protection_container_mappings", asr.container_mapping(asr.CONTAINER, asr.BACK)),
    ("replication_protection_container_mappings", asr.container_mapping(asr.BACK, asr.CONTAINER)),
    (
        "replication_network_mappings",
        asr.network_mapping(asr.PRIMARY, asr.SPOKE[0], asr.ARRIVAL[0]),
    ),
    (
        "replication_network_mappings",
        asr.network_mapping(asr.RECOVERY, asr.ARRIVAL[0], asr.SPOKE[0]),
    ),
)
REMOVED = {
    "replication_fabrics": "begin_delete",
    "replication_protection_containers": "begin_delete",
    "replication_policies": "begin_delete",
    "replication_network_mappings": "begin_delete",
}
"""How parts are deleted that are not purged."""


def build(sdk: Clients) -> Body:
    """Make both regions with networks, a machine and caches, and the vault with its roles."""
    groups = [
        sdk.resources.resource_groups.create_or_update(*names(path), {"location": location})
        for path, location in ((asr.HERE, asr.SOURCE), (asr.THERE, asr.TARGET))
    ]
    for path, body in (asr.SPOKE, asr.ARRIVAL, asr.TEST):
        written = model("VirtualNetwork", body)
        ended(sdk.network.virtual_networks.begin_create_or_update, path, written)
    path, body = asr.interface("app1", "10.1.0.10")
    interfaces = sdk.network.network_interfaces
    nic = ended(interfaces.begin_create_or_update, path, model("NetworkInterface", body))
    machine = ended(sdk.compute.virtual_machines.begin_create_or_update, *asr.machine("app1"))
    profile = machine.storage_profile
    accounts = sdk.storage.storage_accounts
    keyless = asr.account(asr.CACHE, asr.SOURCE, allowSharedKeyAccess=False)
    caches = [
        ended(accounts.begin_create, *written)
        for written in (keyless, asr.account(asr.CACHE_BACK, asr.TARGET))
    ]
    vault = ended(sdk.vaults.begin_create_or_update, asr.VAULT, VAULT)
    return {
        "groups": [group.properties.provisioning_state for group in groups],
        "address": nic.ip_configurations[0].private_ip_address,
        "disks": [
            disk.managed_disk.id.rpartition("/")[2]
            for disk in (profile.os_disk, *profile.data_disks)
        ],
        "caches": [[cache.name, cache.allow_shared_key_access] for cache in caches],
        "keys": [key.key_name for key in call(accounts.list_keys, asr.CACHE_BACK).keys_property],
        "vault": [vault.name, vault.properties.provisioning_state],
        "roles": [assign(sdk, role, vault.identity.principal_id) for role in ROLES],
    }


def assign(sdk: Clients, role: str, principal: str) -> str:
    """Assign a role to the vault's identity at the cache; return the assignment's scope."""
    definition = f"{asr.HERE}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    properties = {"principalId": principal, "roleDefinitionId": definition}
    assignments = sdk.authorization.role_assignments
    made = assignments.create(asr.CACHE, ROLES[role], {"properties": properties})
    return str(made.scope)


def prepare(sdk: Clients) -> Body:
    """Make what is in the vault before an item, and read it by the lists of the vault."""
    of = sdk.replication
    ids = [
        ended(getattr(of, operations).begin_create, *written).id for operations, written in PARTS
    ]

    def listed(operations: str) -> list[Any]:
        return [found.properties for found in call(getattr(of, operations).list, asr.VAULT)]

    (policy,) = listed("replication_policies")
    mappings = listed("replication_protection_container_mappings")
    return {
        "ids": ids,
        "fabrics": [fabric.friendly_name for fabric in listed("replication_fabrics")],
        "containers": [
            container.pairing_status for container in listed("replication_protection_containers")
        ],
        "mappings": [[mapping.state, mapping.health] for mapping in mappings],
        "networks": [network.state for network in listed("replication_network_mappings")],
        "kept": policy.provider_specific_details.recovery_point_history,
    }


def gone(method: Any, path: str) -> str:
    """Return the code by which a client shows that something does not exist."""
    try:
        call(method, path)
    except ResourceNotFoundError as problem:
        return str(problem.error.code) if problem.error else ""
    return ""


def remove(sdk: Clients) -> Body:
    """Disable protection, and delete everything in Azure's order (SR-80)."""
    replication = sdk.replication
    jobs = sorted(
        job.properties.scenario_name for job in call(replication.replication_jobs.list, asr.VAULT)
    )
    ended(replication.replication_recovery_plans.begin_delete, asr.PLAN)
    items = replication.replication_protected_items
    disabled = sdk.job(items.begin_delete, asr.item("app1"), {"properties": {}})
    for kind in ("mappings", "containers", "policies", "fabrics"):
        for operations, (path, _) in PARTS:
            if operations.endswith(kind):
                take_down(sdk, operations, path)
    ended(sdk.vaults.begin_delete, asr.VAULT)
    vault = gone(sdk.vaults.get, asr.VAULT)
    groups = sdk.resources.resource_groups
    for path in (asr.HERE, asr.THERE):
        ended(groups.begin_delete, path)
    return {
        "jobs": jobs,
        "disabled": [disabled.properties.scenario_name, disabled.properties.state],
        "vault": vault,
        "groups": [groups.check_existence(*names(path)) for path in (asr.HERE, asr.THERE)],
    }


def take_down(sdk: Clients, operations: str, path: str) -> None:
    of = getattr(sdk.replication, operations)
    method = getattr(of, REMOVED.get(operations, "begin_purge"))
    if operations in ("replication_protection_containers", "replication_fabrics"):
        sdk.job(method, path)  # a POST
    else:
        ended(method, path)

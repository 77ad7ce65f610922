"""Storage accounts (recorded in azure-cli-extensions, 2023-01; azure-mgmt-storage's models)."""

import re
from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.storage.clock import date_text
from sparehub.simulator.arm.storage.resource_id import ResourceId
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import (
    ActionContext,
    AnswerStyle,
    Durations,
    ResourceType,
    Write,
)
from sparehub.simulator.arm.types.body_schema import Spec
from sparehub.simulator.arm.types.storage.role_assignment import (
    ROLE_ASSIGNMENT,
    applies_to,
    role_name,
)

STORAGE_ACCOUNT = "Microsoft.Storage/storageAccounts"
_ENDPOINTS = ("dfs", "blob", "queue", "table", "file")
_CACHE_KINDS = ("StorageV2", "BlockBlobStorage", "Storage")
_KINDS = ("Storage", "StorageV2", "BlobStorage", "FileStorage", "BlockBlobStorage")
_SKUS = (
    "Standard_LRS",
    "Standard_GRS",
    "Standard_RAGRS",
    "Standard_ZRS",
    "Standard_GZRS",
    "Standard_RAGZRS",
    "Premium_LRS",
    "Premium_ZRS",
)
"""https://learn.microsoft.com/rest/api/storagerp/storage-accounts/create (SkuName, Kind)."""
_CACHE_ROLES = {
    "Standard": ("Contributor", "Storage Blob Data Contributor"),
    "Premium": ("Contributor", "Storage Blob Data Owner"),
}


class StorageAccount(ResourceType):
    """A storage account; its data are not simulated."""

    name = STORAGE_ACCOUNT
    answers = AnswerStyle.IMMEDIATE
    created_status = 200
    accepts: ClassVar[Spec] = {
        "accessTier": str,
        "allowBlobPublicAccess": bool,
        "allowCrossTenantReplication": bool,
        "allowSharedKeyAccess": bool,
        "defaultToOAuthAuthentication": bool,
        "encryption": dict,
        "isHnsEnabled": bool,
        "minimumTlsVersion": str,
        "networkAcls": dict,
        "publicNetworkAccess": str,
        "supportsHttpsTrafficOnly": bool,
    }
    patches: ClassVar[Spec] = {
        "tags": dict,
        "identity": dict,
        "kind": str,
        "sku": {"name": str},
        "properties": accepts,
    }
    seconds = Durations(create=20, update=2, delete=0)
    has_location = True
    verb = "PutStorageAccountOperation"

    @property
    def body(self) -> Spec:
        """The schema of a PUT."""
        return {
            "identity": dict,
            "kind": str,
            "location": str,
            "sku": {"name": str, "tier": str},
            "tags": dict,
            "properties": self.accepts,
        }

    def check_name(self, identity: ResourceId) -> None:
        """Refuse a name that is not 3 to 24 digits and small letters."""
        if not re.fullmatch(r"[a-z0-9]{3,24}", identity.name):
            raise refusals.ACCOUNT_NAME(name=identity.name)

    def check(self, write: Write) -> None:
        """Refuse an unknown SKU or kind, and a name that another group has: they are worldwide."""
        sent = write.body
        for what, value, known in (
            ("SKU", sent.get("sku", {}).get("name"), _SKUS),
            ("kind", sent.get("kind"), _KINDS),
        ):
            if value is not None and _spelled(value, known) not in known:
                raise refusals.ACCOUNT_SKU(value=value, what=what)
        for other in write.transaction.of_type(STORAGE_ACCOUNT):
            if other.id.name == write.id.name and other.key != write.id.key:
                raise refusals.ACCOUNT_TAKEN(name=write.id.name)

    def compute(self, write: Write) -> JsonObject:
        """Add what Azure computes; the date is that of the creation."""
        before = write.existing.properties if write.existing else {}
        created = before.get("creationTime", date_text(write.now))
        name = write.id.name
        hosts = {kind: f"https://{name}.{kind}.core.windows.net/" for kind in _ENDPOINTS}
        service = {"keyType": "Account", "enabled": True, "lastEnabledTime": created}
        defaults: JsonObject = {
            "keyCreationTime": {"key1": created, "key2": created},
            "privateEndpointConnections": [],
            "minimumTlsVersion": "TLS1_0",
            "allowBlobPublicAccess": True,
            "networkAcls": {
                "bypass": "AzureServices",
                "virtualNetworkRules": [],
                "ipRules": [],
                "defaultAction": "Allow",
            },
            "supportsHttpsTrafficOnly": True,
            "accessTier": "Hot",
            "creationTime": created,
            "primaryEndpoints": {**hosts, "web": f"https://{name}.z13.web.core.windows.net/"},
            "primaryLocation": write.location,
            "statusOfPrimary": "available",
        }
        encryption = {
            "services": {"file": service, "blob": service},
            "keySource": "Microsoft.Storage",
        }
        kept = before if write.method == "PATCH" else {}
        return defaults | kept | write.properties | {"encryption": encryption}

    def private(self, write: Write) -> JsonObject:
        """Return kind and SKU, which are beside the properties."""
        before = write.existing.private if write.existing else {}
        name = write.body.get("sku", {}).get("name") or before.get("sku", "Standard_LRS")
        kind = write.body.get("kind") or before.get("kind", "StorageV2")
        return {"kind": _spelled(kind, _KINDS), "sku": _spelled(name, _SKUS)}

    def show(
        self, transaction: Transaction, resource: Resource, now: float, *, listed: bool
    ) -> JsonObject:
        """Return the JSON of an account."""
        del transaction, now, listed
        return {
            "sku": {"name": resource.private["sku"], "tier": tier_of(resource)},
            "kind": resource.private["kind"],
            "id": resource.id.text,
            "name": resource.id.name,
            "type": self.name,
            "location": resource.document["location"],
            "tags": resource.document.get("tags", {}),
            "properties": resource.properties | {"provisioningState": "Succeeded"},
        }


def _spelled(value: str, known: tuple[str, ...]) -> str:
    """Return a value as Azure spells it: ARM compares such values without their case."""
    return {name.lower(): name for name in known}.get(value.lower(), value)


def tier_of(account: Resource) -> str:
    """Return ``Standard`` or ``Premium``."""
    return "Premium" if str(account.private["sku"]).startswith("Premium") else "Standard"


def list_keys(call: ActionContext) -> JsonObject:
    """Return the keys of an account: values that open nothing."""
    created = call.resource.properties["creationTime"]
    return {
        "keys": [
            {
                "creationTime": created,
                "keyName": name,
                "value": f"simulated-{call.resource.id.name}-{name}",
                "permissions": "FULL",
            }
            for name in ("key1", "key2")
        ]
    }


def cache_problem(
    transaction: Transaction, account: Resource | None, region: str, vault: Resource | None
) -> str:
    """Return why an account cannot be the cache of machines in a region; empty if it can.

    SR-05 and SR-66: it is in the machines' region, and its key may be used, or the vault's
    identity has the roles.
    """
    if account is None:
        return "does not exist"
    if account.document["location"] != region:
        return f"is in {account.document['location']}, not in {region}"
    if account.private["kind"] not in _CACHE_KINDS:
        return f"is of kind {account.private['kind']}"
    if account.properties.get("allowSharedKeyAccess") is not False:
        return ""
    principal = (vault.private.get("identity") or {}).get("principalId") if vault else None
    if principal is None:
        return "refuses its key, and the vault has no identity"
    roles = {
        role_name(assignment)
        for assignment in transaction.of_type(ROLE_ASSIGNMENT)
        if assignment.properties["principalId"] == principal and applies_to(assignment, account.key)
    }
    missing = [role for role in _CACHE_ROLES[tier_of(account)] if role not in roles]
    return (
        f"refuses its key, and the vault's identity lacks {', '.join(missing)}" if missing else ""
    )

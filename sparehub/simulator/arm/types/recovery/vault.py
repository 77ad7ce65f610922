"""Recovery Services vaults (SR-32, SR-81)."""

import re
from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import AnswerStyle, Deleter, Durations, ResourceType, Write
from sparehub.simulator.arm.types.body_schema import Spec
from sparehub.simulator.arm.types.recovery.job import ALERT_SETTING
from sparehub.simulator.arm.types.recovery.state import durations
from sparehub.simulator.arm.types.recovery.state.jobs import JOB
from sparehub.simulator.arm.types.recovery.state.mappings import VAULT
from sparehub.simulator.arm.types.storage.role_assignment import ROLE_ASSIGNMENT

_GOES_ALONG = frozenset(name.lower() for name in (JOB, ALERT_SETTING, ROLE_ASSIGNMENT))
"""Children that do not keep a vault from being deleted, by type in lower case."""
_RETENTION_DAYS = 14


class Vault(ResourceType):
    """A vault. Its region is that of everything below it."""

    name = VAULT
    answers = AnswerStyle.VAULT
    accepts: ClassVar[Spec] = {
        "encryption": dict,
        "monitoringSettings": {
            "azureMonitorAlertSettings": dict,
            "classicAlertSettings": dict,
        },
        "publicNetworkAccess": str,
        "redundancySettings": dict,
        "restoreSettings": dict,
        "securitySettings": {"softDeleteSettings": dict, "immutabilitySettings": dict},
    }
    seconds = Durations(create=durations.VAULT, update=5, delete=10)
    has_location = True
    has_sku = True
    state_during_write = "Provisioning"
    name_pattern = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,49}", re.ASCII)
    longest_name = 50
    verb = "PutVaultOperation"
    patches: ClassVar[Spec] = {
        "location": str,
        "tags": dict,
        "identity": dict,
        "sku": dict,
        "properties": accepts,
    }

    @property
    def body(self) -> Spec:
        """The schema of a PUT."""
        return {
            "location": str,
            "tags": dict,
            "identity": dict,
            "sku": dict,
            "properties": self.accepts,
        }

    def compute(self, write: Write) -> JsonObject:
        """Add Azure's defaults, as recorded."""
        before = write.existing.properties if write.method == "PATCH" and write.existing else {}
        soft_delete = {
            "softDeleteRetentionPeriodInDays": _RETENTION_DAYS,
            "softDeleteState": "Enabled",
        }
        defaults: JsonObject = {
            "privateEndpointStateForBackup": "None",
            "privateEndpointStateForSiteRecovery": "None",
            "backupStorageVersion": "Unassigned",
            "securitySettings": {
                "immutabilitySettings": None,
                "softDeleteSettings": soft_delete,
                "multiUserAuthorization": "Disabled",
            },
            "publicNetworkAccess": "Enabled",
            "restoreSettings": {
                "crossSubscriptionRestoreSettings": {"crossSubscriptionRestoreState": "Enabled"}
            },
        }
        return defaults | before | write.properties

    def private(self, write: Write) -> JsonObject:
        """Return the identity, which gets a principal when it is turned on."""
        before = dict(write.existing.private) if write.existing else {}
        sent = write.body.get("identity")
        if sent is None:
            return before if write.method == "PATCH" else {}
        if "systemassigned" not in str(sent.get("type", "")).lower():
            return {"identity": sent}
        principal = {
            "principalId": guid("identity", write.id.key),
            "tenantId": guid("tenant"),
        }
        return {"identity": sent | principal}

    def render(
        self, transaction: Transaction, resource: Resource, *, provisioned: bool
    ) -> JsonObject:
        """Leave out what is not there before the vault is provisioned (recorded)."""
        del transaction
        hidden = () if provisioned else ("backupStorageVersion", "securitySettings")
        return {name: value for name, value in resource.properties.items() if name not in hidden}

    def members(self, resource: Resource) -> JsonObject:
        """Return the identity, if there is one."""
        return {"identity": resource.private["identity"]} if "identity" in resource.private else {}

    def check_delete(self, transaction: Transaction, resource: Resource) -> None:
        """Refuse to delete a vault with anything in it (SR-81)."""
        for child in transaction.children(resource.key):
            if child.id.type.lower() not in _GOES_ALONG:
                raise refusals.VAULT_NOT_EMPTY()  # noqa: RSE102  an entry of the catalogue is called

    def on_delete(self, transaction: Transaction, resource: Resource, deleter: Deleter) -> None:
        """Delete its jobs, alert settings and role assignments."""
        for child in transaction.children(resource.key):
            deleter.remove(child)

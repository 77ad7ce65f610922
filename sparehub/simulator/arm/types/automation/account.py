"""Automation accounts, variables and runtime environments (SR-65)."""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.automation.automation_type import ACCOUNT, AutomationType, dated
from sparehub.simulator.arm.types.base import ActionContext, Deleter, Write
from sparehub.simulator.arm.types.body_schema import Spec

_NAMESPACE = "Microsoft.Automation/AutomationAccounts"


class AutomationAccount(AutomationType):
    """An account; its identity gets a principal when it is turned on."""

    name = ACCOUNT
    shown_type = _NAMESPACE
    tagged = True
    has_location = True
    accepts: ClassVar[Spec] = {
        "disableLocalAuth": bool,
        "encryption": dict,
        "publicNetworkAccess": bool,
        "sku": {"name": str, "family": str, "capacity": int},
    }
    patches: ClassVar[Spec] = {
        "identity": dict,
        "location": str,
        "tags": dict,
        "properties": accepts,
    }

    @property
    def body(self) -> Spec:
        """The schema of a PUT."""
        return {"identity": dict, "location": str, "tags": dict, "properties": self.accepts}

    def compute(self, write: Write) -> JsonObject:
        """Add addresses, modules and dates, as recorded."""
        before = write.existing.properties if write.existing else {}
        number = guid("automation", write.id.key)
        host = f"{number}.jrds.{write.location}.azure-automation.net"
        agents = f"{number}.agentsvc.{write.location}.azure-automation.net"
        defaults: JsonObject = {
            "disableLocalAuth": False,
            "sku": {"name": "Basic"},
            "state": "Ok",
            "privateEndpointConnections": [],
            "RegistrationUrl": f"https://{agents}/accounts/{number}",
            "encryption": {
                "keySource": "Microsoft.Automation",
                "identity": {"userAssignedIdentity": None},
            },
            "automationHybridServiceUrl": f"https://{host}/automationAccounts/{number}",
            "RuntimeConfiguration": {
                "powershell": {"builtinModules": {"Az": "11.2.0"}},
                "powershell7": {"builtinModules": {"Az": "8.0.0"}},
                "powershell72": {"builtinModules": {"Az": "11.2.0"}},
            },
            "lastModifiedBy": None,
        }
        kept = before if write.method == "PATCH" else {}
        properties = defaults | kept | write.properties
        sku = {"name": "Basic", "family": None, "capacity": None} | properties["sku"]
        return properties | {"sku": sku} | dated(write.existing, write.now)

    def private(self, write: Write) -> JsonObject:
        """Return the identity."""
        before = dict(write.existing.private) if write.existing else {}
        sent = write.body.get("identity")
        if sent is None:
            return before
        if "systemassigned" not in str(sent.get("type", "")).lower():
            return before | {"identity": sent}
        principal = {"principalId": guid("identity", write.id.key), "tenantId": guid("tenant")}
        return before | {"identity": sent | principal}

    def members(self, resource: Resource) -> JsonObject:
        """Return dates, and the identity if there is one."""
        properties, identity = resource.properties, resource.private.get("identity")
        dates = {
            "createdAt": properties["creationTime"],
            "lastModifiedAt": properties["lastModifiedTime"],
        }
        shown: JsonObject = {"systemData": dates, "etag": None}
        return shown | ({"identity": identity} if identity else {})

    def shown_properties(
        self, transaction: Transaction, resource: Resource, now: float, *, listed: bool
    ) -> JsonObject:
        """Return the properties; a list shows four of them (recorded)."""
        del transaction, now
        if listed:
            names = ("creationTime", "lastModifiedTime", "state", "disableLocalAuth")
            return {name: resource.properties[name] for name in names}
        return dict(resource.properties)

    def answer(self, shown: JsonObject, method: str) -> JsonObject:
        """Leave out what the answer to a write does not show (recorded)."""
        del method
        properties = dict(shown["properties"])
        properties.pop("privateEndpointConnections")
        return shown | {"properties": properties}

    def on_delete(self, transaction: Transaction, resource: Resource, deleter: Deleter) -> None:
        """Delete what is in it."""
        for child in transaction.children(resource.key):
            deleter.remove(child)


def list_keys(call: ActionContext) -> JsonObject:
    """Return the keys of an account: values that open nothing."""
    del call
    return {
        "keys": [
            {"KeyName": name, "Permissions": "Full", "Value": f"simulated-{name.lower()}"}
            for name in ("Primary", "Secondary")
        ]
    }


def linked_workspace(call: ActionContext) -> JsonObject:
    """Return that no workspace is linked (recorded)."""
    del call
    return {"id": None}


class Variable(AutomationType):
    """A variable; the value of an encrypted one is not shown."""

    name = f"{ACCOUNT}/variables"
    shown_type = f"{_NAMESPACE}/Variables"
    accepts: ClassVar[Spec] = {"description": str, "isEncrypted": bool, "value": str}
    patches: ClassVar[Spec] = {"name": str, "properties": {"description": str, "value": str}}

    @property
    def body(self) -> Spec:
        """The schema of a PUT."""
        return {"name": str, "properties": self.accepts}

    def compute(self, write: Write) -> JsonObject:
        """Keep the value apart."""
        before = write.existing.properties if write.existing else {}
        shown = {name: value for name, value in write.properties.items() if name != "value"}
        defaults = {"description": None, "isEncrypted": False}
        return defaults | before | shown | dated(write.existing, write.now)

    def private(self, write: Write) -> JsonObject:
        """Return the value."""
        before = write.existing.private if write.existing else {}
        return before | {"value": write.properties.get("value", before.get("value"))}

    def shown_properties(
        self, transaction: Transaction, resource: Resource, now: float, *, listed: bool
    ) -> JsonObject:
        """Add the value, unless it is encrypted."""
        del transaction, now, listed
        hidden = resource.properties["isEncrypted"]
        return resource.properties | {"value": None if hidden else resource.private["value"]}


class RuntimeEnvironment(AutomationType):
    """A runtime environment: a language, its version and packages."""

    name = f"{ACCOUNT}/runtimeEnvironments"
    shown_type = f"{_NAMESPACE}/RuntimeEnvironments"
    tagged = True
    accepts: ClassVar[Spec] = {
        "defaultPackages": dict,
        "description": str,
        "runtime": {"language": str, "version": str},
    }
    patches: ClassVar[Spec] = {"properties": {"defaultPackages": dict, "description": str}}

    @property
    def body(self) -> Spec:
        """The schema of a PUT."""
        return {"location": str, "tags": dict, "properties": self.accepts}

    def compute(self, write: Write) -> JsonObject:
        """Add defaults and the date."""
        before = write.existing.properties if write.existing else {}
        defaults: JsonObject = {"description": None, "defaultPackages": {}}
        return defaults | before | write.properties | dated(write.existing, write.now)


class Python3Package(AutomationType):
    """A package of Python; its content is not fetched."""

    name = f"{ACCOUNT}/python3Packages"
    shown_type = f"{_NAMESPACE}/Python3Packages"
    tagged = True
    accepts: ClassVar[Spec] = {"contentLink": dict}

    @property
    def body(self) -> Spec:
        """The schema of a PUT."""
        return {"location": str, "tags": dict, "properties": self.accepts}

    def compute(self, write: Write) -> JsonObject:
        """Return what Azure shows before it has fetched the package."""
        return {
            "isGlobal": False,
            "version": None,
            "sizeInBytes": 0,
            "activityCount": 0,
            "provisioningState": "Creating",
            "isComposite": False,
            **dated(write.existing, write.now),
        }

    def answer(self, shown: JsonObject, method: str) -> JsonObject:
        """Show no message of an error, where a GET shows an empty one (recorded)."""
        del method
        error = {"code": None, "message": None}
        return shown | {"properties": shown["properties"] | {"error": error}}

    def members(self, resource: Resource) -> JsonObject:
        """Return the empty entity tag."""
        del resource
        return {"etag": None}

    def show(
        self, transaction: Transaction, resource: Resource, now: float, *, listed: bool
    ) -> JsonObject:
        """Return the JSON; a list shows id, name and properties."""
        shown = super().show(transaction, resource, now, listed=listed)
        if listed:
            return {name: shown[name] for name in ("id", "name", "properties")}
        return shown | {
            "properties": shown["properties"] | {"error": {"code": None, "message": ""}}
        }

"""Authorizations of ExpressRoute circuits: one key, one connection (ER-14)."""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import Deleter, Durations, ResourceType, Write
from sparehub.simulator.arm.types.body_schema import Spec
from sparehub.simulator.arm.types.express_route.circuit import CIRCUIT, CONNECTION

AUTHORIZATION = f"{CIRCUIT}/authorizations"


class Authorization(ResourceType):
    """An authorization. Azure makes its key; a new authorization has a new key."""

    name = AUTHORIZATION
    accepts: ClassVar[Spec] = {}
    # First poll of azure-xplat-cli's recordings, at 30 s.
    seconds = Durations(create=31, update=31, delete=31)
    # https://github.com/MicrosoftDocs/azure-docs/issues/23320: the circuit was left Failed.
    fails_parent = True
    verb = "PutExpressRouteCircuitAuthorizationOperation"

    def compute(self, write: Write) -> JsonObject:
        """Return the key and that it has not been used."""
        if write.existing:
            return write.existing.properties
        made = write.transaction.revision(write.id.key)
        key = guid("authorization key", write.id.key, made)
        return {"authorizationKey": key, "authorizationUseStatus": "Available"}

    def on_delete(self, transaction: Transaction, resource: Resource, deleter: Deleter) -> None:
        """Delete every link of the subscription whose access is revoked, not only the key's own.

        https://learn.microsoft.com/azure/expressroute/expressroute-howto-linkvnet-arm ("Revoking an
        authorization results in all link connections being deleted from the subscription whose
        access was revoked").
        """
        user = transaction.get(resource.properties.get("connectionResourceUri", "").lower())
        circuit = resource.id.parent
        if not user or user.id.type.lower() != CONNECTION.lower() or circuit is None:
            return
        for link in transaction.referrers(circuit.key, CONNECTION):
            if link.id.subscription == user.id.subscription:
                deleter.remove(link)


def use(transaction: Transaction, authorization: Resource, connection: str) -> None:
    """Record that a connection uses the key."""
    authorization.properties["authorizationUseStatus"] = "InUse"
    authorization.properties["connectionResourceUri"] = connection
    authorization.private["used"] = True
    transaction.touch(authorization)


def release(transaction: Transaction, connection: str) -> None:
    """Release the authorization of a connection that is gone.

    Azure releases the authorization
    (https://learn.microsoft.com/azure/expressroute/expressroute-howto-linkvnet-arm), but the key
    is used up: a new connection needs a new one
    (https://github.com/MicrosoftDocs/azure-docs/issues/30810, Microsoft's answer).
    """
    for authorization in transaction.of_type(AUTHORIZATION):
        if authorization.properties.get("connectionResourceUri", "").lower() == connection:
            authorization.properties["authorizationUseStatus"] = "Available"
            del authorization.properties["connectionResourceUri"]
            transaction.touch(authorization)

"""Events of Pulumi's engine: the writes that it announces, and its errors."""

from pulumi.automation import EngineEvent, OpType

from sparehub.topology.planning.operations import ResourceOperation, Verb

_VERBS = {
    OpType.CREATE: Verb.CREATE,
    OpType.UPDATE: Verb.UPDATE,
    OpType.DELETE: Verb.DELETE,
    # A replacement is a deletion, and no step of a failover expects one.
    OpType.REPLACE: Verb.DELETE,
    OpType.CREATE_REPLACEMENT: Verb.CREATE,
    OpType.DELETE_REPLACED: Verb.DELETE,
}
_PROVIDER = "azure-native:"


def operation_of(event: EngineEvent) -> ResourceOperation | None:
    """Return the write that an event announces; None for any other event."""
    announced = event.resource_pre_event
    if announced is None:
        return None
    metadata = announced.metadata
    verb = _VERBS.get(metadata.op)
    if verb is None or not metadata.type.startswith(_PROVIDER):
        return None
    return ResourceOperation(verb, metadata.type, metadata.urn.split("::")[-1])


def problems_of(event: EngineEvent) -> list[str]:
    """Return the error of an event, on one line; nothing for any other event."""
    diagnostic = event.diagnostic_event
    if diagnostic is None or diagnostic.severity != "error":
        return []
    return [" ".join(diagnostic.message.split())]

"""What Pulumi tells while it works: the writes that it announces, and what went wrong."""

from pulumi.automation import EngineEvent, OpType

from sparehub.topology.planning.operations import ResourceOperation, Verb

_VERBS = {
    OpType.CREATE: Verb.CREATE,
    OpType.UPDATE: Verb.UPDATE,
    OpType.DELETE: Verb.DELETE,
    # Whatever replaces is a deletion, and no step of a failover expects one.
    OpType.REPLACE: Verb.DELETE,
    OpType.CREATE_REPLACEMENT: Verb.CREATE,
    OpType.DELETE_REPLACED: Verb.DELETE,
}
_OURS = "azure-native:"


def operation_of(event: EngineEvent) -> ResourceOperation | None:
    """Return the write that an event announces; None for any other event."""
    happening = event.resource_pre_event
    if happening is None:
        return None
    metadata = happening.metadata
    verb = _VERBS.get(metadata.op)
    if verb is None or not metadata.type.startswith(_OURS):
        return None
    return ResourceOperation(verb, metadata.type, metadata.urn.split("::")[-1])


def problems_of(event: EngineEvent) -> list[str]:
    """Return the error that an event tells, on one line; nothing for any other event."""
    diagnostic = event.diagnostic_event
    if diagnostic is None or diagnostic.severity != "error":
        return []
    return [" ".join(diagnostic.message.split())]

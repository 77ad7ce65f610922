"""Whether a lost region can be fenced without disconnecting others (ER-38).

https://learn.microsoft.com/azure/expressroute/expressroute-howto-linkvnet-arm: revoking an
authorization deletes all links of the subscription whose access is revoked.
https://learn.microsoft.com/azure/expressroute/expressroute-howto-reset-peering: a private peering
that is disabled closes the BGP sessions of everyone on the circuit.
"""

from collections.abc import Iterator

from sparehub.topology.config.enums import Activation
from sparehub.topology.config.express_route import ReferencedCircuitConfig
from sparehub.topology.model.circuit_ids import circuit_id
from sparehub.topology.model.pair import Stack, switched
from sparehub.topology.model.resources import CircuitReference
from sparehub.topology.rules.pair.subject import Pair
from sparehub.topology.rules.region.circuits import CONNECTIONS
from sparehub.topology.rules.rule import RuleFault, rule


@rule(
    "ER-38",
    severity="warning",
    why="A lost region without an authorization can be fenced only at the whole circuit.",
)
def connections_to_referenced_circuits_have_their_own_authorization(
    stack: Stack,
) -> Iterator[RuleFault]:
    """So that a fence revokes the authorization; others are likely to use the circuit, too."""
    for key, connection in stack.config.region.express_route.connections.items():
        circuit = connection.circuit
        if isinstance(circuit, ReferencedCircuitConfig) and not circuit.authorization_key:
            message = (
                "missing: if this region is lost, it can be fenced only by disabling the "
                "circuit's private peering, which disconnects everyone on it, and not at all "
                "where both regions share the circuit. Connect it by an authorization of its own; "
                "`sparehub check --live` lists the other users of the circuit"
            )
            yield RuleFault(f"{CONNECTIONS}.{key}.circuit.authorizationKey", message)


@rule(
    "ER-38",
    severity="warning",
    why="Revoking an authorization deletes every link of that subscription to the circuit.",
)
def simultaneous_connections_to_a_circuit_use_different_subscriptions(
    pair: Pair,
) -> Iterator[RuleFault]:
    """Checked where a region on standby keeps its connection."""
    first, second = pair
    if first.config.subscription.lower() != second.config.subscription.lower():
        return
    on_standby = {stack.name: _connected(stack, Activation.STANDBY) for stack in pair}
    for circuit in second.region.circuits:
        for other in first.region.circuits:
            if not circuit_id(circuit).is_same(circuit_id(other)):
                continue
            if circuit.key in on_standby[second.name] or other.key in on_standby[first.name]:
                message = (
                    f"exists together with the connection of {first.name} to the same circuit, in "
                    "the same subscription: revoking an authorization would delete both. Put the "
                    "regions into two subscriptions, or keep the standby disconnected "
                    "(standby.depth)"
                )
                yield RuleFault(f"{CONNECTIONS}.{circuit.key}", message, second.name)


def _connected(stack: Stack, activation: Activation) -> set[str]:
    region = switched(stack, activation).region
    referenced = {c.key for c in region.circuits if isinstance(c, CircuitReference)}
    return {connection.key for connection in region.connections} & referenced


FENCES = (connections_to_referenced_circuits_have_their_own_authorization,)
PAIR_FENCES = (simultaneous_connections_to_a_circuit_use_different_subscriptions,)

"""Whether a region that is lost can be fenced without cutting others (ER-38).

https://learn.microsoft.com/azure/expressroute/expressroute-howto-linkvnet-arm: revoking an
authorization deletes all links of the subscription whose access is revoked.
https://learn.microsoft.com/azure/expressroute/expressroute-howto-reset-peering: a private peering
that is disabled closes the BGP sessions of everybody on the circuit.
"""

from collections.abc import Iterator

from sparehub.topology.config.enums import Activation
from sparehub.topology.config.schema import ReferencedCircuitConfig
from sparehub.topology.model.circuit_ids import circuit_id, same_circuit
from sparehub.topology.model.pair import Stack, switched
from sparehub.topology.model.resources import CircuitReference
from sparehub.topology.rules.pair.subject import Pair
from sparehub.topology.rules.region.circuits import CONNECTIONS
from sparehub.topology.rules.rule import RuleFault, rule


@rule(
    "ER-38",
    severity="warning",
    why="Without an authorization of its own a lost region is fenced at the whole circuit.",
)
def connections_to_circuits_of_others_can_be_revoked(stack: Stack) -> Iterator[RuleFault]:
    """Of circuits that are owned elsewhere: others are likely to be on them."""
    for key, connection in stack.config.region.express_route.connections.items():
        circuit = connection.circuit
        if isinstance(circuit, ReferencedCircuitConfig) and not circuit.authorization_key:
            message = (
                "missing: if this region is lost, it can be fenced only by disabling the "
                "circuit's private peering, which cuts everybody on it, and not at all where both "
                "regions share it. Connect it by an authorization of its own before that; "
                "`sparehub check --live` names who else is on the circuit"
            )
            yield RuleFault(f"{CONNECTIONS}.{key}.circuit.authorizationKey", message)


@rule(
    "ER-38",
    severity="warning",
    why="Revoking an authorization deletes every link of that subscription to the circuit.",
)
def links_that_stand_at_once_are_of_different_subscriptions(pair: Pair) -> Iterator[RuleFault]:
    """Of both regions to one circuit, where the one on standby is connected, too."""
    first, second = pair
    if first.config.subscription.lower() != second.config.subscription.lower():
        return
    standing = {stack.name: _connected(stack, Activation.STANDBY) for stack in pair}
    for circuit in second.region.circuits:
        for other in first.region.circuits:
            if not same_circuit(circuit_id(circuit), circuit_id(other)):
                continue
            if circuit.key in standing[second.name] or other.key in standing[first.name]:
                message = (
                    f"stands beside the connection of {first.name} to the same circuit, of the "
                    "same subscription: a fence by authorization would cut both. Put the regions "
                    "into two subscriptions, or let the standby be unconnected (standby.depth)"
                )
                yield RuleFault(f"{CONNECTIONS}.{circuit.key}", message, second.name)


def _connected(stack: Stack, activation: Activation) -> set[str]:
    region = switched(stack, activation).region
    referenced = {each.key for each in region.circuits if isinstance(each, CircuitReference)}
    return {each.key for each in region.connections} & referenced


FENCES = (connections_to_circuits_of_others_can_be_revoked,)
PAIR_FENCES = (links_that_stand_at_once_are_of_different_subscriptions,)

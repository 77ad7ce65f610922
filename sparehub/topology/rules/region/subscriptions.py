"""Circuits of other subscriptions: a connection to one needs an authorization key."""

from collections.abc import Iterator

from sparehub.topology.config.schema import ReferencedCircuitConfig
from sparehub.topology.model.pair import Stack
from sparehub.topology.rules.region.circuits import CONNECTIONS
from sparehub.topology.rules.rule import RuleFault, rule

_WHY = "Azure connects a gateway to a circuit of another subscription only by a key."


@rule("ER-14", why=_WHY)
def circuits_of_another_subscription_have_a_key(stack: Stack) -> Iterator[RuleFault]:
    """Where the stack's own subscription is known."""
    ours = stack.config.subscription
    for key, theirs in _without_key(stack):
        if ours and theirs.lower() != ours.lower():
            message = (
                f"missing; the circuit is in another subscription than this stack ({theirs}): ask "
                f"its owner for a key, then `pulumi config set --secret --path "
                f"'sparehub:{_path(key)}'`"
            )
            yield RuleFault(_path(key), message)


@rule("ER-14", severity="warning", why=_WHY)
def subscriptions_are_known_where_a_key_is_missing(stack: Stack) -> Iterator[RuleFault]:
    """Else nobody can say whether one is needed."""
    for key, theirs in _without_key(stack):
        if not stack.config.subscription:
            message = (
                f"missing, and needed unless the circuit's subscription ({theirs}) is this stack's "
                "too: say azure-native:subscriptionId"
            )
            yield RuleFault(_path(key), message)


def _without_key(stack: Stack) -> Iterator[tuple[str, str]]:
    """Yield connections to circuits owned elsewhere that have no key, with their subscription."""
    for key, connection in stack.config.region.express_route.connections.items():
        circuit = connection.circuit
        if isinstance(circuit, ReferencedCircuitConfig) and not circuit.authorization_key:
            yield key, circuit.id.split("/")[2]


def _path(key: str) -> str:
    return f"{CONNECTIONS}.{key}.circuit.authorizationKey"


SUBSCRIPTIONS = (
    circuits_of_another_subscription_have_a_key,
    subscriptions_are_known_where_a_key_is_missing,
)

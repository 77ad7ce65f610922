"""Circuits of other subscriptions: a connection to one needs an authorization key."""

from collections.abc import Iterator

from sparehub.topology.config.express_route import ReferencedCircuitConfig
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.pair import Stack
from sparehub.topology.rules.region.circuits import CONNECTIONS
from sparehub.topology.rules.rule import RuleFault, rule

_WHY = "A connection to a circuit of another subscription needs an authorization key."


@rule("ER-14", why=_WHY)
def circuits_of_another_subscription_have_an_authorization_key(stack: Stack) -> Iterator[RuleFault]:
    """Checked where the stack's own subscription is known."""
    own = stack.config.subscription
    for key, subscription in _without_key(stack):
        if own and subscription.lower() != own.lower():
            message = (
                "missing; the circuit is in another subscription than this stack "
                f"({subscription}): ask "
                f"its owner for a key, then `pulumi config set --secret --path "
                f"'sparehub:{_path(key)}'`"
            )
            yield RuleFault(_path(key), message)


@rule("ER-14", severity="warning", why=_WHY)
def subscriptions_are_known_where_a_key_is_missing(stack: Stack) -> Iterator[RuleFault]:
    """Without it the need for a key cannot be checked."""
    for key, subscription in _without_key(stack):
        if not stack.config.subscription:
            message = (
                f"missing, and needed unless the circuit's subscription ({subscription}) is this "
                "stack's: set azure-native:subscriptionId"
            )
            yield RuleFault(_path(key), message)


def _without_key(stack: Stack) -> Iterator[tuple[str, str]]:
    """Yield connections to referenced circuits without a key, with the circuit's subscription."""
    for key, connection in stack.config.region.express_route.connections.items():
        circuit = connection.circuit
        if isinstance(circuit, ReferencedCircuitConfig) and not circuit.authorization_key:
            yield key, ResourceId.parse(circuit.id).subscription


def _path(key: str) -> str:
    return f"{CONNECTIONS}.{key}.circuit.authorizationKey"


SUBSCRIPTIONS = (
    circuits_of_another_subscription_have_an_authorization_key,
    subscriptions_are_known_where_a_key_is_missing,
)

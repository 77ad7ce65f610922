"""Who runs which command: the roles that they have, as permissions of the local Azure's client."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from engine.roles.worlds import LENT
from sparehub.azure.settings import LOCAL_SUBSCRIPTION
from sparehub.simulator import control
from sparehub.simulator.arm.pipeline.access_control import Permission
from sparehub.topology.azure.role_definitions.custom import (
    DEPLOYING,
    DRILLING,
    FENCE,
    OPERATING,
    READING,
    ROLES,
)
from sparehub.topology.model.pair import Stack
from sparehub.topology.planning.rights.role_scopes import assignments

HOLDERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    dict.fromkeys(READING, ("reader",))
    | dict.fromkeys(DEPLOYING, ("reader", "deployer"))
    | dict.fromkeys(DRILLING, ("reader", "deployer", "operator"))
    | dict.fromkeys((*OPERATING, "check --live"), ("reader", "operator"))
)
"""The roles by command. To a reader, ``check --live`` says that the pair is not ready: it may not
write. Everybody has ``fence`` beside them, where a circuit is another team's."""
_KEYED = ("failback", "failover --unplanned")
_KEYS = "Microsoft.Network/expressRouteCircuits/authorizations/write"


def everything(store: Path, pair: Mapping[str, Stack], command: str) -> None:
    """Permit everything."""
    del pair, command
    control.permit(store, [Permission()])


def only_their_roles(store: Path, pair: Mapping[str, Stack], command: str) -> None:
    """Permit what the roles of those who run a command permit, at their scopes."""
    control.permit(store, [*permissions(pair, command)])


def permissions(pair: Mapping[str, Stack], command: str) -> Iterator[Permission]:
    """Yield what a command may do.

    Where a key was used before, a new one is issued, which the other team permits beside ``fence``.
    """
    held = (*HOLDERS[command], FENCE.key)
    for each in assignments(pair, dict.fromkeys(pair, LOCAL_SUBSCRIPTION)):
        if each.role in held:
            yield Permission(scope=each.scope, actions=ROLES[each.role].actions)
    if command in _KEYED:
        yield Permission(scope=LENT, actions=(_KEYS,))

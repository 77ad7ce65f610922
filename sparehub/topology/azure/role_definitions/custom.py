"""The custom roles of Sparehub, with the least actions: recorded ones and additions.

``reader`` is for whoever looks, at the subscriptions. ``deployer`` and ``operator`` add to it what
writes; who has one of them has ``reader``, too. ``fence`` is given at a circuit by the other team
that owns it, ``runbook`` to the identity of the Automation account; both stand alone.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from sparehub.topology.azure.role_definitions.additions import ADDITIONS
from sparehub.topology.azure.role_definitions.recorded import CALLS
from sparehub.topology.azure.role_definitions.role import Role, merged, without

READING = ("check --live", "status", "verify --deployed")
DEPLOYING = ("pulumi destroy", "pulumi up")
DRILLING = ("drill",)
OPERATING = (
    "commit, failback --prepare",
    "failback",
    "failover",
    "failover --unplanned",
    "finish-fence",
    "replicate",
    "replicate --off",
)
_SUBSCRIPTION, _RESOURCE, _THEIRS = "subscription", "resource", "theirs"
_NETWORK, _MACHINES = "Microsoft.Network/", "Microsoft.Compute/virtualMachines/"
_CIRCUITS = f"{_NETWORK}expressRouteCircuits/"
_FENCES = (f"{_CIRCUITS}authorizations/delete", f"{_CIRCUITS}peerings/write")
"""The two writes that fence a region at a circuit (ER-38)."""
_KEYS = (f"{_CIRCUITS}authorizations/write",)
"""What issues a key: it is the other team's to give, on its circuit."""
_OF_RUNBOOK = ("failback", "failover", "failover --unplanned")


def _called(commands: Iterable[str], *places: str) -> tuple[str, ...]:
    return merged(*(CALLS.get((command, place), ()) for command in commands for place in places))


def _added(role: str) -> tuple[str, ...]:
    return merged(*(each.actions for each in ADDITIONS if role in each.roles))


def _is_read(action: str) -> bool:
    return action.endswith("/read")


_LOOKING = merged(
    _called(READING, _SUBSCRIPTION, _RESOURCE, _THEIRS),
    filter(_is_read, _called((*OPERATING, *DEPLOYING, *DRILLING), _SUBSCRIPTION)),
    _added("reader"),
)
_OPERATIONS = without(_called(OPERATING, _RESOURCE), _LOOKING)
_DEPLOYMENTS = without(
    merged(_called(DEPLOYING, _SUBSCRIPTION, _RESOURCE), _added("deployer")), _LOOKING
)
_OF_DRILL = without(_called(DRILLING, _RESOURCE), (*_LOOKING, *_OPERATIONS, *_DEPLOYMENTS))
"""What a drill alone needs. Its networks are deployed, its machines are operated."""
_SWITCH = tuple(
    action
    for action in _called(_OF_RUNBOOK, _RESOURCE, _THEIRS)
    if action.startswith(_NETWORK) and action not in _KEYS
)
_STARTS = tuple(
    action for action in _called(_OF_RUNBOOK, _RESOURCE) if action.startswith(_MACHINES)
)

READER = Role(
    key="reader",
    description="Sparehub: reads what check, status and verify ask; writes nothing.",
    actions=_LOOKING,
)
DEPLOYER = Role(
    key="deployer",
    description="Sparehub: deploys and destroys both stacks, and the networks of a drill.",
    actions=merged(_DEPLOYMENTS, (a for a in _OF_DRILL if a.startswith(_NETWORK))),
)
OPERATOR = Role(
    key="operator",
    description="Sparehub: replicates machines, fails over and back, re-protects, drills.",
    actions=without(
        merged(
            _OPERATIONS,
            (a for a in _OF_DRILL if not a.startswith(_NETWORK)),
            _added("operator"),
        ),
        _LOOKING,
    ),
)
FENCE = Role(
    key="fence",
    description="Sparehub: fences a region at a circuit of another team, and reads that circuit.",
    actions=merged(
        filter(_is_read, _called((*OPERATING, *READING), _THEIRS)), _FENCES, _added("fence")
    ),
)
RUNBOOK = Role(
    key="runbook",
    description="Sparehub: identity of the Automation account whose runbook switches the network.",
    actions=merged(_SWITCH, _STARTS, _added("runbook")),
)
ROLES: Mapping[str, Role] = MappingProxyType(
    {role.key: role for role in (DEPLOYER, FENCE, OPERATOR, READER, RUNBOOK)}
)

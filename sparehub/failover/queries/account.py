"""Who is signed in, held against what both stack files, the environment and both states say.

Pulumi's provider takes subscription and tenant from the stack file, else from ``ARM_*``, else from
the login: https://www.pulumi.com/registry/packages/azure-native/installation-configuration/
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sparehub.azure.answers import Account, Azure
from sparehub.failover.adapters.stack_snapshot import Snapshot
from sparehub.output import Note
from sparehub.topology.config.secrets import SECRET
from sparehub.topology.errors import PreflightError
from sparehub.topology.model.pair import Stack


@dataclass(frozen=True)
class _Named:
    """A subscription or tenant, and what names it; both empty where nothing does."""

    value: str = ""
    place: str = ""


def refuse_other_account(  # noqa: PLR0913 - a pair, its states, and all that names an account
    pair: Mapping[str, Stack],
    snapshots: Mapping[str, Snapshot],
    azure: Azure,
    environment: Mapping[str, str],
    note: Note,
    *,
    unplanned: bool = False,
) -> None:
    """Refuse a tenant or a subscription that is not the one of a stack. Nothing is written.

    Where nobody can say who is signed in, an unplanned operation is warned and goes on.

    Raises:
        PreflightError: naming both, for every stack.
    """
    known: dict[str, Account] = {}
    problems: list[str] = []
    for name, stack in pair.items():
        subscription = _named(stack.config.subscription, "subscriptionId", stack, environment)
        tenant = _named(stack.config.tenant, "tenantId", stack, environment)
        recorded = snapshots[name].subscription if name in snapshots else ""
        if stack.config.provider.get("subscriptionId") == SECRET:
            subscription = _Named(recorded, f"{name} is deployed in it")
        asked = subscription.value or recorded
        if asked not in known:
            known[asked] = azure.account(asked)
        signed_in = known[asked]
        if signed_in.problem:
            wanted = f" to {asked}" if asked else ""
            message = f"{name}: nobody can say who is signed in{wanted}: {signed_in.problem}"
            if unplanned:
                note(f"warning: {message}")
            else:
                problems.append(message)
        problems += _problems(name, subscription, tenant, recorded, signed_in)
    if problems:
        listed = "\n".join(f"  {each}" for each in dict.fromkeys(problems))
        raise PreflightError(
            f"this is not the account of these stacks; nothing was done:\n{listed}"
        )


def _problems(
    name: str, subscription: _Named, tenant: _Named, recorded: str, signed_in: Account
) -> Iterator[str]:
    if recorded and subscription.value and _differ(recorded, subscription.value):
        yield (
            f"{name} is deployed in subscription {recorded}, and {subscription.place} names "
            f"{subscription.value}"
        )
    wanted = subscription if subscription.value else _Named(recorded, f"{name} is deployed in it")
    if signed_in.unseen:
        who = signed_in.user or "whoever is signed in"
        yield (
            f"{name} belongs to subscription {wanted.value} ({wanted.place}), which {who} (tenant "
            f"{signed_in.tenant or 'unknown'}) does not see: sign in as somebody who does"
        )
    if tenant.value and signed_in.tenant and _differ(tenant.value, signed_in.tenant):
        yield (
            f"{name} belongs to tenant {tenant.value} ({tenant.place}), and the login is for "
            f"{signed_in.tenant}: `az login --tenant {tenant.value}`"
        )


def _named(said: str, key: str, stack: Stack, environment: Mapping[str, str]) -> _Named:
    """Return what the provider takes: of the file, else of the environment."""
    variable = {"subscriptionId": "ARM_SUBSCRIPTION_ID", "tenantId": "ARM_TENANT_ID"}[key]
    if said:
        return _Named(said, f"azure-native:{key} of {stack.name}")
    if said := environment.get(variable, ""):
        return _Named(said, variable)
    return _Named()


def _differ(one: str, other: str) -> bool:
    return one.lower() != other.lower()

"""Who is given which role where, from both stack files.

A group that a stack makes does not exist before, so ``deployer`` is given at the subscription.
``runbook`` is missing: the stacks assign it themselves.
https://learn.microsoft.com/azure/role-based-access-control/scope-overview
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sparehub.topology.azure.role_definitions.custom import (
    DEPLOYER,
    FENCE,
    OPERATOR,
    READER,
    ROLES,
)
from sparehub.topology.azure.role_definitions.role import Role
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.recovery.resources import SiteRecovery
from sparehub.topology.model.resources import Circuit, CircuitReference


@dataclass(frozen=True, order=True)
class Assignment:
    """A role at a scope, and what is there."""

    role: str
    scope: str
    what: str


def assignments(
    pair: Mapping[str, Stack], subscriptions: Mapping[str, str]
) -> tuple[Assignment, ...]:
    """Return every assignment that a pair needs, each once.

    Args:
        pair: the stacks by name.
        subscriptions: the subscription of each stack.
    """
    found: dict[tuple[str, str], Assignment] = {}
    for stack in pair.values():
        for each in _of_stack(stack, subscriptions[stack.name]):
            found.setdefault((each.role, each.scope.lower()), each)
    return tuple(sorted(found.values()))


def assignable_scopes(role: Role, wanted: tuple[Assignment, ...]) -> tuple[str, ...]:
    """Return where a definition may be assigned: the subscriptions of its assignments.

    A custom role is assignable at a management group, a subscription or a resource group:
    https://learn.microsoft.com/azure/role-based-access-control/custom-roles#custom-role-properties
    """
    scopes = (each.scope for each in wanted if each.role == role.key)
    return tuple(sorted({"/".join(scope.split("/")[:3]) for scope in scopes}))


def roles_with(action: str) -> tuple[str, ...]:
    """Return the keys of the roles that have an action."""
    wanted = action.lower()
    return tuple(
        key for key, role in ROLES.items() if wanted in {each.lower() for each in role.actions}
    )


def _of_stack(stack: Stack, subscription: str) -> Iterator[Assignment]:
    region = stack.region
    whole = ResourceId(subscription=subscription)
    yield _at(READER, whole, f"subscription of {stack.name}")
    yield _at(DEPLOYER, whole, f"subscription of {stack.name}")
    yield from _operated(whole, region.resource_group, f"network of {stack.name}")
    for circuit in region.circuits:
        yield from _of_circuit(circuit, whole)
    if region.nva.id:
        yield _at(OPERATOR, region.nva.id.group, f"NVA of {stack.name}")
    if region.site_recovery:
        yield from _of_recovery(region.site_recovery, whole)
    replicated = stack.config.region.replicate
    if replicated:
        for name, machine in replicated.machines.items():
            identity = ResourceId.of(machine.virtual_machine_id)
            yield _at(OPERATOR, identity.group, f"machine {name}")
    cache = region.cache_storage_account
    if cache and cache.id:
        yield _at(OPERATOR, ResourceId.of(cache.id), f"cache account {cache.name}")


def _of_circuit(circuit: Circuit | CircuitReference, whole: ResourceId) -> Iterator[Assignment]:
    what = f"circuit {circuit.key}"
    if isinstance(circuit, Circuit):
        yield from _operated(whole, circuit.resource_group, what)
    elif circuit.id.subscription.lower() == whole.subscription.lower():
        yield _at(OPERATOR, circuit.id, what)
    else:
        yield _at(FENCE, circuit.id, f"{what}, of another team")


def _of_recovery(recovery: SiteRecovery, whole: ResourceId) -> Iterator[Assignment]:
    vault = recovery.vault
    if vault.id:
        yield _at(OPERATOR, ResourceId.of(vault.id), f"vault {vault.name}")
    else:
        yield from _operated(whole, vault.resource_group, f"vault {vault.name}")
    yield from _operated(whole, recovery.resource_group, "machines that have arrived")
    if recovery.automation:
        account = recovery.automation
        yield from _operated(whole, account.resource_group, f"Automation account {account.name}")
    if recovery.cache_storage_account.id:
        cache = recovery.cache_storage_account
        yield _at(OPERATOR, ResourceId.of(cache.id), f"cache account {cache.name}")


def _operated(whole: ResourceId, group: str, what: str) -> Iterator[Assignment]:
    yield _at(OPERATOR, _group(whole, group), what)


def _group(whole: ResourceId, name: str) -> ResourceId:
    return ResourceId(subscription=whole.subscription, resource_group=name)


def _at(role: Role, scope: ResourceId, what: str) -> Assignment:
    return Assignment(role=role.key, scope=str(scope), what=what)

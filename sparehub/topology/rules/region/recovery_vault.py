"""Site Recovery's vault in one file: who may reach it, and the actions of its recovery plan."""

from collections.abc import Iterator

from sparehub.topology.config.enums import FailoverKind
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.config.site_recovery import PlanActionConfig
from sparehub.topology.model.pair import Stack
from sparehub.topology.rules.rule import RuleFault, rule

_SITE_RECOVERY = "region.siteRecovery"


@rule("SR-67", why="A vault with private endpoints writes to its storage by its own identity.")
def a_private_vault_has_an_identity(stack: Stack) -> Iterator[RuleFault]:
    """Where ``publicNetworkAccess`` is ``Disabled``."""
    recovery = stack.config.region.site_recovery
    if recovery and _is_private(stack) and recovery.vault.identity == "none":
        message = "with publicNetworkAccess Disabled the vault needs it: write systemAssigned"
        yield RuleFault(f"{_SITE_RECOVERY}.vault.identity", message)


@rule(
    "SR-67",
    severity="warning",
    why="Agents reach a private vault by private endpoints alone, and Sparehub makes none.",
)
def a_private_vault_has_private_endpoints(stack: Stack) -> Iterator[RuleFault]:
    """They are in no stack file, so this is always reported."""
    if _is_private(stack):
        message = (
            "make a private endpoint in both regions before the first machine is replicated: each "
            "takes 7 free addresses, one more for each storage account, and the zone "
            "privatelink.siterecovery.windowsazure.com; Entra ID has none and is reached from the "
            "internet"
        )
        yield RuleFault(f"{_SITE_RECOVERY}.vault.publicNetworkAccess", message)


def _is_private(stack: Stack) -> bool:
    recovery = stack.config.region.site_recovery
    return recovery is not None and recovery.vault.public_network_access == "Disabled"


@rule("SR-65", why="A recovery plan runs runbooks of the vault's own subscription alone.")
def runbooks_are_in_the_subscription_of_the_vault(stack: Stack) -> Iterator[RuleFault]:
    """Checked where the vault's subscription is known: by its id, or by the stack's own."""
    recovery = stack.config.region.site_recovery
    if recovery is None:
        return
    vault = recovery.vault.id
    own = ResourceId.parse(vault).subscription if vault else stack.config.subscription
    for path, action in _actions(stack):
        of_runbook = ResourceId.of(action.runbook_id or "").subscription
        if action.runbook_id and own and of_runbook.lower() != own.lower():
            message = f"is in the subscription {of_runbook}, and the vault is in {own}"
            yield RuleFault(f"{path}.runbookId", message)


@rule("SR-65", why="A recovery plan runs runbooks of the vault's own subscription alone.")
def the_automation_account_is_in_the_subscription_of_the_vault(stack: Stack) -> Iterator[RuleFault]:
    """The stack makes the account in its own; checked where both are known."""
    recovery, own = stack.config.region.site_recovery, stack.config.subscription
    if recovery is None or recovery.automation is None or not recovery.vault.id:
        return
    of_vault = ResourceId.parse(recovery.vault.id).subscription
    if own and of_vault.lower() != own.lower():
        message = (
            f"the account is made in {own}, and the vault is in {of_vault}: use network: parallel"
        )
        yield RuleFault(f"{_SITE_RECOVERY}.automation", message)


@rule(
    "SR-65",
    severity="warning",
    why="The account has to answer when the protected region does not.",
)
def the_automation_account_is_in_the_region_that_takes_over(stack: Stack) -> Iterator[RuleFault]:
    """Its runbook needs that region anyway; another one may be lost as well."""
    built = stack.region.site_recovery
    if built and built.automation and built.automation.location != built.location:
        message = f"is not {built.location}, whose network its runbook connects: remove it"
        yield RuleFault(f"{_SITE_RECOVERY}.automation.location", message)


@rule(
    "SR-62",
    severity="warning",
    why="A runbook that runs in a test failover meets the networks in which production runs.",
)
def runbooks_do_not_run_in_tests(stack: Stack) -> Iterator[RuleFault]:
    """Only an operator knows what a runbook changes: ``ignoredRules`` takes the reason."""
    for path, action in _actions(stack):
        if action.runbook_id and FailoverKind.TEST_FAILOVER in action.types:
            message = (
                "the runbook would run in every drill: remove testFailover, unless it changes "
                "nothing outside the test networks"
            )
            yield RuleFault(f"{path}.types", message)


def _actions(stack: Stack) -> Iterator[tuple[str, PlanActionConfig]]:
    """Yield the actions of the recovery plan, each with its path."""
    recovery = stack.config.region.site_recovery
    for number, group in sorted(recovery.recovery_plan.groups.items()) if recovery else ():
        path = f"{_SITE_RECOVERY}.recoveryPlan.groups.{number}"
        for key, actions in (("before", group.before), ("after", group.after)):
            for index, action in enumerate(actions):
                yield f"{path}.{key}[{index}]", action


RECOVERY_VAULT = (
    a_private_vault_has_an_identity,
    a_private_vault_has_private_endpoints,
    runbooks_are_in_the_subscription_of_the_vault,
    the_automation_account_is_in_the_subscription_of_the_vault,
    the_automation_account_is_in_the_region_that_takes_over,
    runbooks_do_not_run_in_tests,
)

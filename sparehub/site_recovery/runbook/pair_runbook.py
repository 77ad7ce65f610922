"""The runbook of one direction of a pair, from both stack files."""

from collections.abc import Mapping
from dataclasses import dataclass

from sparehub.site_recovery.runbook.render import RunbookFiles, render
from sparehub.topology.config.enums import Activation
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import ConfigurationError, PreflightError, Problem
from sparehub.topology.model.pair import Stack, switched
from sparehub.topology.model.recovery.automation import SwitchNames
from sparehub.topology.model.recovery.build import build_site_recovery
from sparehub.topology.planning.plan import Plan, PlanKind
from sparehub.topology.planning.runbook.switch_data import SwitchData
from sparehub.topology.planning.steps.authorization_keys import keyed_connections
from sparehub.topology.replication.direction import replication

_ENVIRONMENTS = {"gov": "AzureUSGovernment", "china": "AzureChinaCloud"}
"""The cloud of ``Connect-AzAccount`` by a word in the name that azure-native has for it."""
_ENDPOINTS = {
    "AzureCloud": "https://management.azure.com",
    "AzureUSGovernment": "https://management.usgovcloudapi.net",
    "AzureChinaCloud": "https://management.chinacloudapi.cn",
}
"""Of Azure Resource Manager, by that cloud:
https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure and
https://learn.microsoft.com/azure/china/resources-developer-guide"""


class SubscriptionError(PreflightError):
    """No subscription of a region is known."""


@dataclass(frozen=True, kw_only=True)
class PairRunbook:
    """What is published of one direction, and under which names.

    Attributes:
        pair: both stacks by name.
        plan: the unplanned plan of the direction.
        subscriptions: that of each stack's region.
        cloud: the name that azure-native has for the cloud; empty for the public one.
    """

    pair: Mapping[str, Stack]
    plan: Plan
    subscriptions: Mapping[str, str]
    cloud: str = ""

    def __post_init__(self) -> None:
        for stack, subscription in self.subscriptions.items():
            if not subscription:
                raise SubscriptionError(
                    f"the subscription of {stack} is unknown: write azure-native:subscriptionId "
                    f"into Pulumi.{stack}.yaml, or give --subscription"
                )

    @property
    def names(self) -> SwitchNames:
        """The names of the runbooks and variables."""
        return SwitchNames(back=self.plan.kind is PlanKind.FAILBACK)

    @property
    def account(self) -> ResourceId:
        """The Automation account, which the stack of the recovery region makes.

        Raises:
            ConfigurationError: No file names one.
        """
        for name, stack in self.pair.items():
            recovery = build_site_recovery(stack.config)
            if recovery and recovery.automation:
                return recovery.automation.id(self.subscriptions[name])
        message = "no Automation account: write network: runbook and automation: {}"
        raise ConfigurationError(
            [Problem("region.siteRecovery.automation", message)], self.plan.target
        )

    @property
    def recovery_plan(self) -> str:
        """The name of the recovery plan.

        Raises:
            ConfigurationError: No machine is replicated.
        """
        found = replication(self.pair, self.plan.source, self.subscriptions[self.plan.source])
        if found is None:
            message = "no machine is replicated, so there is no recovery plan"
            raise ConfigurationError([Problem("region.replicate", message)], self.plan.source)
        return found.plan.name

    @property
    def key_variables(self) -> Mapping[str, str]:
        """The encrypted variable of each authorization key, by the connection's key."""
        target = switched(self.pair[self.plan.target], Activation.ACTIVE).region
        return {each.key: self.names.key(each.key) for each in keyed_connections(target)}

    @property
    def data(self) -> SwitchData:
        """The data of the runbook."""
        return SwitchData(
            pair=self.pair,
            plan=self.plan,
            subscriptions=self.subscriptions,
            recovery_plan=self.recovery_plan,
            key_variables=self.key_variables,
        )

    def files(self) -> RunbookFiles:
        """Return the text of both runbooks, and the data.

        Raises:
            ConfigurationError: The files have no Automation account, or no machine.
            ExportError: The plan has a step that the runbook cannot carry out.
            SizeError: The data is too large for a variable.
        """
        return render(
            self.data,
            account=self.account,
            switch_runbook=self.names.switch,
            variable=self.names.data,
            environment=environment_of(self.cloud),
        )


def require_one(subscriptions: Mapping[str, str]) -> None:
    """Refuse regions of two subscriptions: what is published names one.

    Args:
        subscriptions: that of each stack's region, by stack; empty where it is not known.

    Raises:
        SubscriptionError: There are two.
    """
    if len({each.lower() for each in subscriptions.values() if each}) > 1:
        listed = ", ".join(f"{stack} in {each}" for stack, each in sorted(subscriptions.items()))
        raise SubscriptionError(
            f"the runbook is published for regions of one subscription, not of two ({listed}): use "
            "siteRecovery.network: parallel, or publish the texts of `sparehub runbook export`"
        )


def environment_of(cloud: str) -> str:
    """Return what ``Connect-AzAccount`` calls a cloud.

    https://learn.microsoft.com/powershell/module/az.accounts/connect-azaccount
    """
    return next(
        (name for word, name in _ENVIRONMENTS.items() if word in cloud.lower()), "AzureCloud"
    )


def endpoint_of(cloud: str) -> str:
    """Return the address of Azure Resource Manager in a cloud."""
    return _ENDPOINTS[environment_of(cloud)]

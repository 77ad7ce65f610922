"""The Automation account of ``siteRecovery.network: runbook``, and the names of what it holds.

The account runs the runbooks that switch the network when somebody starts the recovery plan in the
portal. Each direction has a recovery plan of its own, which starts a runbook of its own: after a
re-protection the direction in a plan's context is the same as before (SR-54), so that a runbook
could not know where to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from sparehub.topology.config.resource_ids import ResourceId

BACK = "-back"
"""The suffix of what belongs to the way back."""
POWERSHELL_ENVIRONMENT, PYTHON_ENVIRONMENT = "sparehub-powershell-7-4", "sparehub-python-3-10"
RUNTIMES = {POWERSHELL_ENVIRONMENT: ("PowerShell", "7.4"), PYTHON_ENVIRONMENT: ("Python", "3.10")}
"""Language and version of each runtime environment: the newest that Azure Automation offers.

https://learn.microsoft.com/azure/automation/runtime-environment-overview (read 2026-12-01)
"""
DEFAULT_PACKAGES = {POWERSHELL_ENVIRONMENT: {"Az": "12.3.0"}}
"""What Azure Automation brings along and an environment has only where it is named: without Az
there is no cmdlet of Azure. The same page has the version.
"""


@dataclass(frozen=True, kw_only=True)
class AutomationAccount:
    """An Automation account that a stack makes, with its system-assigned identity."""

    name: str
    resource_group: str
    location: str
    authorization_keys: Mapping[str, SecretStr] = field(default_factory=dict, repr=False)
    """Of the connections of the account's own region, by key: encrypted variables hold them."""

    def id(self, subscription: str = "") -> ResourceId:
        """Return its id; without a subscription where that is not known."""
        return ResourceId(
            subscription=subscription,
            resource_group=self.resource_group,
            provider="Microsoft.Automation",
            types=("automationAccounts",),
            names=(self.name,),
        )


@dataclass(frozen=True, kw_only=True)
class SwitchNames:
    """What an account holds for one direction, by name."""

    back: bool = False

    @property
    def start(self) -> str:
        """The PowerShell runbook that the recovery plan starts."""
        return f"sparehub-start-switch{BACK * self.back}"

    @property
    def switch(self) -> str:
        """The Python runbook that switches the network; the same text in both directions."""
        return "sparehub-switch-network"

    @property
    def data(self) -> str:
        """The variable with the requests of a switch, or the first part of its name."""
        return f"sparehub-switch-data{BACK * self.back}"

    def key(self, connection: str) -> str:
        """Return the encrypted variable with the authorization key of a connection."""
        return f"sparehub-authorization-key-{connection}{BACK * self.back}"

"""The text of the PowerShell runbook that a recovery plan starts (SR-64, SR-65).

Site Recovery hands the context over as an object, the portal's test pane as a string:
https://learn.microsoft.com/azure/site-recovery/site-recovery-runbook-automation
"""

import re
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import SparehubError

DEADLINE_IN_MINUTES = 150
"""Of the Python runbook. Azure Automation ends a job after 3 hours (SR-65):
https://learn.microsoft.com/azure/automation/automation-runbook-execution#fair-share"""
_QUOTES = re.compile("(['\u2018\u2019\u201a\u201b])")
"""What ends a literal of PowerShell, each of them:
https://learn.microsoft.com/powershell/scripting/lang-spec/chapter-02#2352-string-literals"""
_WAITING = 15
"""Minutes that the job of the Python runbook may wait for its start, beside its deadline; then it
is stopped: nothing may begin to switch after the recovery plan has gone on."""
_POLL_SECONDS = 15


class TextError(SparehubError):
    """A name cannot be written into the text of a runbook."""


@dataclass(frozen=True, kw_only=True)
class StartText:
    """What the text of the PowerShell runbook names."""

    recovery_plan: str
    """The one recovery plan that may start it."""
    account: ResourceId
    """Of the Automation account."""
    switch_runbook: str
    """The name of the Python runbook."""
    variable: str
    """The name of the variable that holds the data."""
    digest: str
    """SHA-256 of the data."""
    environment: str = "AzureCloud"
    """Of Connect-AzAccount: AzureCloud, AzureUSGovernment or AzureChinaCloud."""

    def render(self) -> str:
        """Return the text.

        Raises:
            TextError: A name has a control character.
        """
        environment = Environment(
            loader=PackageLoader("sparehub.site_recovery.runbook"),
            undefined=StrictUndefined,
            keep_trailing_newline=True,
            autoescape=False,  # noqa: S701 - PowerShell, not HTML
        )
        environment.filters["literal"] = literal
        return environment.get_template("start_switch.ps1.j2").render(
            recovery_plan=self.recovery_plan,
            account=self.account.name,
            account_id=str(self.account),
            resource_group=self.account.resource_group,
            subscription=self.account.subscription,
            environment=self.environment,
            switch_runbook=self.switch_runbook,
            variable=self.variable,
            digest=self.digest,
            minutes=DEADLINE_IN_MINUTES,
            most_seconds=(DEADLINE_IN_MINUTES + _WAITING) * 60,
            seconds=_POLL_SECONDS,
        )


def literal(text: str) -> str:
    """Return a text as a literal of PowerShell, in which nothing is expanded.

    Raises:
        TextError: It has a control character, such as a line end.
    """
    if not text.isprintable():
        raise TextError(f"{text!r} has a control character: name it otherwise")
    return f"'{_QUOTES.sub(lambda match: match[0] * 2, text)}'"

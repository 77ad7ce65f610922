"""The two runbooks and their data, as text that can be published."""

import json
from dataclasses import dataclass
from pathlib import Path

from sparehub.site_recovery.runbook import switch_network
from sparehub.site_recovery.runbook.start_text import StartText
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import PreflightError
from sparehub.topology.planning.runbook.switch_data import SwitchData, digest_of

_MOST = 1024 * 1024
"""Characters of a variable. No limit of Azure's is documented; its portal shows 1,024 characters,
and its API takes many more: https://github.com/azureautomation/automation-packs/issues/21."""


class SizeError(PreflightError):
    """The data is too large for a variable."""


@dataclass(frozen=True, kw_only=True)
class RunbookFiles:
    """What is published of one direction."""

    start: str
    """The PowerShell runbook that the recovery plan starts."""
    switch: str
    """The Python runbook that switches the network."""
    data: str
    """The requests, as canonical JSON."""
    digest: str
    """SHA-256 of the data in hexadecimal."""

    @property
    def variable(self) -> str:
        """The value of the data's variable: Automation keeps every value as JSON.

        https://learn.microsoft.com/rest/api/automation/variable/create-or-update
        """
        return json.dumps(self.data)


def render(
    data: SwitchData,
    *,
    account: ResourceId,
    switch_runbook: str,
    variable: str,
    environment: str = "AzureCloud",
) -> RunbookFiles:
    """Return the runbooks of a plan and their data.

    Args:
        data: the plan, and what the data is made of besides.
        account: the Automation account.
        switch_runbook: the name of the Python runbook in it.
        variable: the name of the variable of the data.
        environment: the cloud, as ``Connect-AzAccount`` names it.

    Raises:
        ExportError: The plan has a step that the runbook cannot carry out.
        SizeError: The data is too large for a variable.
        TextError: A name has a control character.
    """
    text = data.text()
    digest = digest_of(text)
    files = RunbookFiles(
        start=StartText(
            recovery_plan=data.recovery_plan,
            account=account,
            switch_runbook=switch_runbook,
            variable=variable,
            digest=digest,
            environment=environment,
        ).render(),
        switch=Path(switch_network.__file__).read_text(encoding="utf-8"),
        data=text,
        digest=digest,
    )
    if len(files.variable) > _MOST:
        raise SizeError(
            f"the data of the runbook has {len(files.variable)} characters, and at most {_MOST} "
            "are published: use siteRecovery.network: parallel"
        )
    return files

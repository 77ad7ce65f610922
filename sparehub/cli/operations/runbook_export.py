"""``sparehub runbook export``: what `replicate` publishes, as files."""

import json
from collections.abc import Mapping
from pathlib import Path

from sparehub.azure.settings import LOCAL_SUBSCRIPTION, Settings
from sparehub.failover.plans import read_plan
from sparehub.files.replace_file import replace_file
from sparehub.output import Output
from sparehub.site_recovery.runbook.description import description
from sparehub.site_recovery.runbook.pair_runbook import PairRunbook
from sparehub.stacks.stack_files import STACKS, read_stack
from sparehub.topology.errors import ExitCode, SparehubError
from sparehub.topology.planning.plan import Mode, PlanKind


class UnwritableError(SparehubError):
    """A file cannot be written."""


def export(  # noqa: PLR0913 - one argument an option
    directory: Path,
    out: Path,
    direction: str,
    output: Output,
    *,
    environment: Mapping[str, str],
    subscription: str = "",
) -> int:
    """Write the files of one direction; return the exit code.

    Raises:
        ConfigurationError: A stack file is missing or wrong, or names no Automation account.
        ExportError: The plan has a step that the runbook cannot carry out.
        SubscriptionError: The subscription of a region is unknown.
        UnwritableError: A file cannot be written.
    """
    pair = {name: read_stack(directory, name) for name in STACKS}
    settings = {
        name: Settings(configured=stack.config.provider, environment=environment)
        for name, stack in pair.items()
    }
    runbook = PairRunbook(
        pair=pair,
        plan=read_plan(directory, PlanKind(direction), Mode.UNPLANNED),
        subscriptions={
            name: pair[name].config.subscription
            or subscription
            or each.get("subscriptionId")
            or (LOCAL_SUBSCRIPTION if each.store else "")
            for name, each in settings.items()
        },
        cloud=settings["primary"].get("environment"),
    )
    files = runbook.files()
    texts = {
        "start-switch.ps1": files.start,
        "switch_network.py": files.switch,
        "switch-data.json": files.data,  # no line end: these bytes have the digest
        "plan.json": json.dumps(runbook.plan.document(), indent=2) + "\n",
        "README.md": description(runbook),
    }
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            replace_file(out / name, text)
    except OSError as error:
        message = f"{out} cannot be written ({error.strerror}): name another directory with -o"
        raise UnwritableError(message) from None
    if output.as_json:
        output.document(
            {
                "directory": str(out),
                "files": list(texts),
                "plan": runbook.plan.id,
                "digest": files.digest,
                "direction": direction,
                "recoveryPlan": runbook.recovery_plan,
                "account": str(runbook.account),
            }
        )
        return ExitCode.DONE
    output.table(("file", "bytes"), [(name, str(len(t.encode()))) for name, t in texts.items()])
    output.results.print(f"{out}: plan {runbook.plan.short}, data {files.digest}")
    return ExitCode.DONE

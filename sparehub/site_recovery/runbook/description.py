"""What a runbook does, on one page for a person: before it is needed, and while it runs."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from sparehub.site_recovery.runbook.pair_runbook import PairRunbook, endpoint_of
from sparehub.site_recovery.runbook.start_text import DEADLINE_IN_MINUTES
from sparehub.topology.planning.plan import PlanStep, StepAction
from sparehub.topology.planning.runbook.serial_time import serial_time

_RUNBOOK, _PLAN, _HAND, _LATER = (
    "the runbook",
    "the recovery plan, after your answer",
    "you, by hand",
    "Sparehub, later",
)
_BY_RUNBOOK = (
    StepAction.PROBE,
    StepAction.FENCE,
    StepAction.SWITCH,
    StepAction.STAND_DOWN,
    StepAction.START,
    StepAction.ISSUE,
)


def description(runbook: PairRunbook) -> str:
    """Return the page as Markdown.

    Raises:
        ConfigurationError: The files have no Automation account, or no machine.
        ExportError: The plan has a step that the runbook cannot carry out.
    """
    environment = Environment(
        loader=PackageLoader("sparehub.site_recovery.runbook"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Markdown, not HTML
    )
    environment.filters["cell"] = _cell
    files, data = runbook.files(), runbook.data.document()
    return environment.get_template("description.md.j2").render(
        plan=runbook.plan,
        data=data,
        digest=files.digest,
        names=runbook.names,
        account=runbook.account,
        rows=[
            (step, who, _writes(step))
            for who in (_RUNBOOK, _PLAN, _HAND, _LATER)
            for step in runbook.plan.steps
            if _who(step) == who and step.act is not StepAction.DISARM  # Sparehub's own failover
        ],
        time=serial_time(runbook.plan),
        minutes=DEADLINE_IN_MINUTES,
        parameters=(
            f"endpoint={endpoint_of(runbook.cloud)}",
            f"account={runbook.account}",
            f"data={runbook.names.data}",
            f"digest={files.digest}",
            f"minutes={DEADLINE_IN_MINUTES}",
        ),
    )


def _who(step: PlanStep) -> str:
    """Return who carries a step out; nothing runs in parallel, so this is the order, too."""
    if step.act in _BY_RUNBOOK:
        return _RUNBOOK
    if step.act is StepAction.HOOK:
        return _HAND
    return _LATER if step.act is StepAction.REVOKE else _PLAN


def _writes(step: PlanStep) -> str:
    return str(len(step.change.operations)) if step.change else ""


def _cell(text: str) -> str:
    """Return a text for a cell of a table."""
    return text.replace("|", "\\|").replace("\n", " ")

"""``sparehub drill validate``: do the machines of each group work? A script or a person says it.

That a machine runs is not enough: a group without a validation is *not validated*.
"""

import hashlib
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import typer

from sparehub.drill.machines import DrillMachines
from sparehub.drill.validation_script import LAST_LINES, read_script, run_script
from sparehub.failover.adapters.confirmation import refuse_unprintable
from sparehub.failover.journal.drill_record import DrillOutcome, DrillRecord, Validation
from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.machines.replication.replicate_command import refuse_beside_operation
from sparehub.failover.session import Session, open_session, require_current_files
from sparehub.output import Output
from sparehub.topology.config.printable import printable
from sparehub.topology.config.site_recovery import ValidationConfig
from sparehub.topology.errors import ExitCode, OptionsError, PreflightError, UnknownNameError
from sparehub.topology.planning.drill import TARGET

_ANSWERS = {"yes": DrillOutcome.PASSED, "no": DrillOutcome.FAILED}
_CODES = {
    DrillOutcome.PASSED: ExitCode.DONE,
    DrillOutcome.FAILED: ExitCode.FAILED,
    DrillOutcome.NOT_VALIDATED: ExitCode.REFUSED,
}
Ask = Callable[[str], str]


def validate(
    directory: Path,
    output: Output,
    *,
    groups: Sequence[int] = (),
    answers: Sequence[str] = (),
    approver: str = "",
) -> int:
    """Validate the groups of a drill that have not passed; return the exit code.

    Args:
        directory: the Pulumi project.
        output: where it is printed.
        groups: those that are validated, also if they have passed; all others where empty.
        answers: ``GROUP=yes`` or ``GROUP=no``, and what was seen, for manual validations.
        approver: who answers for it; the account that is signed in where empty.

    Raises:
        PreflightError: where there is no drill with machines, or a script cannot be read.
        OptionsError: where an answer is of no manual validation, or neither yes nor no.
    """
    given = dict(map(_answer, answers))
    for text in (approver, *(note for _, note in given.values())):
        refuse_unprintable(text)
    with open_session(directory, output, exclusive=True) as opened:
        session = require_current_files(opened)
        machines = DrillMachines.of(session, TARGET)
        drill = machines.drill if machines else None
        if machines is None or drill is None or not drill.machines:
            raise PreflightError(
                "there is no drill with machines: `sparehub drill start` tests their failover"
            )
        chosen = _chosen(machines, drill, groups, given)
        refuse_beside_operation(session, output)
        scripts = read_scripts(machines)
        by = approver or _account(session)
        with session.stoppable():
            for group in chosen:
                if session.stop():
                    break
                how = machines.validations[group]
                said = (
                    _by_script(machines, group, how.script, scripts[how.script], by)
                    if how.script
                    else _by_person(group, how, given.get(group), by)
                )
                if said:
                    session.journal.append(JournalEvent.DRILL_VALIDATED, **asdict(said))
                    session.progress.note(f"group {group}: {said.result.value}")
        return _show(output, machines)


def read_scripts(machines: DrillMachines) -> dict[str, str]:
    """Return every script of a validation, by its name in the file.

    Raises:
        PreflightError: where one cannot be read.
    """
    names = [each.script for each in machines.validations.values() if each.script]
    return {name: read_script(machines.session.directory, name) for name in names}


def _answer(text: str) -> tuple[int, tuple[DrillOutcome, str]]:
    """Read ``2=no, port 443 is closed``.

    Raises:
        OptionsError: where it is something else.
    """
    group, _, said = text.partition("=")
    result = _result(said)
    if not group.strip().isdecimal() or result is None:
        raise OptionsError(f"--answer takes GROUP=yes or GROUP=no and what was seen, not {text!r}")
    return int(group), (result, said.strip())


def _result(said: str) -> DrillOutcome | None:
    """Return what an answer means; None where it begins with neither yes nor no."""
    word = said.strip().partition(" ")[0].rstrip(",.:;").lower()
    return _ANSWERS.get(word)


def _chosen(
    machines: DrillMachines,
    drill: DrillRecord,
    groups: Sequence[int],
    given: Mapping[int, tuple[DrillOutcome, str]],
) -> list[int]:
    """Return the groups to validate, in order.

    Raises:
        UnknownNameError: where a group has no machines, or no validation.
        OptionsError: where an answer is of no manual validation.
    """
    known = machines.validations
    for group in groups:
        if group not in known:
            raise UnknownNameError("group with a validation", str(group), map(str, known))
    for group in given:
        if group not in known or not known[group].manual:
            raise OptionsError(f"--answer {group}: group {group} has no manual validation")
    return [
        group
        for group in known
        if (group in groups or group in given)
        or not (groups or drill.result_of(group) is DrillOutcome.PASSED)
    ]


def _by_script(machines: DrillMachines, group: int, name: str, script: str, by: str) -> Validation:
    """Run the script on every machine of a group; all of them have to pass."""
    session = machines.session
    items = machines.items()
    passed, lines = True, []
    for machine in machines.direction.machines:
        if machine.group != group:
            continue
        item = items.get(machine.name)
        if item is None or not item.awaits_cleanup or not item.tested.names:
            passed = False
            lines.append(f"{machine.name}: the vault shows no machine of a test")
            continue
        session.progress.note(f"  group {group}: {name} on {item.tested.name}")
        session.journal.guard()
        result = run_script(session.azure, item.tested, name, script)
        passed = passed and result.passed
        word = "passed" if result.passed else "failed"
        lines.append(f"{machine.name}: {word}")
        lines += [f"  {line}" for line in result.output.splitlines()[-LAST_LINES:]]
    return Validation(
        group=group,
        result=DrillOutcome.PASSED if passed else DrillOutcome.FAILED,
        by=by,
        how="script",
        output="\n".join(lines),
        digest=hashlib.sha256(script.encode()).hexdigest(),
    )


def _by_person(
    group: int,
    how: ValidationConfig,
    given: tuple[DrillOutcome, str] | None,
    by: str,
) -> Validation | None:
    """Have a person answer; return None where nobody does.

    Raises:
        OptionsError: where it is not known who answers.
    """
    if given is None:
        given = _asked(f"group {group}: {how.manual}")
    if given is None:
        return None
    if not by:
        raise OptionsError("nobody is known to be signed in: name who answers with --approver")
    result, said = given
    return Validation(group=group, result=result, by=by, how="manual", output=said)


def _asked(question: str) -> tuple[DrillOutcome, str] | None:
    """Ask at a terminal until the answer is yes, no or nothing; None where nobody is there."""
    if not sys.stdin.isatty():
        return None
    text = f"{printable(question)} yes or no, and what was seen (nothing: not validated)"
    while True:
        said = str(typer.prompt(text, err=True, default="", show_default=False)).strip()
        if not said:
            return None
        if said.isprintable() and (result := _result(said)):
            return result, said


def _account(session: Session) -> str:
    """Return who is signed in; empty where that is not known."""
    subscriptions = (snapshot.subscription for snapshot in session.readable.values())
    account = session.azure.account(next(filter(None, subscriptions), ""))
    return account.user or account.principal


def _show(output: Output, machines: DrillMachines) -> int:
    drill = machines.drill
    if drill is None:
        raise AssertionError("the drill has ended meanwhile")
    groups = machines.groups
    outcome = drill.outcome(groups)
    if output.as_json:
        output.document(drill.document(groups))
    else:
        output.table(
            ("group", "result", "by", "says"),
            [
                (
                    str(group),
                    drill.result_of(group).value,
                    known.by if (known := drill.validations.get(group)) else "",
                    known.output if known else _missing(machines, group),
                )
                for group in groups
            ],
        )
        output.results.print(f"the drill so far: {outcome.value}")
    return _CODES[outcome]


def _missing(machines: DrillMachines, group: int) -> str:
    if group in machines.validations:
        return "not answered yet"
    return f"no validation in siteRecovery.recoveryPlan.groups.{group}: its machines run, no more"

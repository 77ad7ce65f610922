"""Removes what earlier trials of a subscription have left."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sparehub.azure.client import ArmClient
from sparehub.cli.trial.journal import TrialJournal
from sparehub.cli.trial.operation import Confirm, client_of
from sparehub.cli.trial.recording.redaction import Redaction
from sparehub.cli.trial.recording.transport import guarded
from sparehub.cli.trial.removal import Removal
from sparehub.cli.trial.requests.leftovers import Leftover, groups_left, leftovers
from sparehub.cli.trial.requests.names import group_of
from sparehub.files.home import Home
from sparehub.output import Output
from sparehub.topology.errors import ExitCode, OptionsError, PreflightError, SparehubError


def clean_up(
    subscription: str,
    output: Output,
    environment: Mapping[str, str],
    *,
    chosen: Collection[str] = (),
    confirm: Confirm | None,
) -> int:
    """Remove what earlier trials of a subscription have left; return the exit code.

    Found by the journal and by the tag. What was killed before it could be read is found by both.
    What may be the running trial of somebody else is removed only where its id is given.

    Args:
        subscription: its id.
        output: where everything is listed before it is removed.
        environment: of the process.
        chosen: ids of the trials to remove; empty for all.
        confirm: asks; None removes without a question.

    Raises:
        OptionsError: The subscription is not a GUID, or has no such trial.
        PreflightError: The answer was no; nothing was removed.
        SignInError: Nobody is signed in.
        UnreadableError: Azure does not answer the list of resource groups.
    """
    client = client_of(subscription, environment)
    journal = TrialJournal(Home.of(Path(), environment).path)
    found = leftovers(journal.begun(subscription), groups_left(client, subscription))
    wanted = _wanted(found, {each.lower() for each in chosen}, subscription)
    _list(wanted, output)
    selected = _selected(wanted, output, chosen=bool(chosen), confirm=confirm)
    left = [
        f"{each}: it may be running; where it is not, run `sparehub trial --clean-up "
        f"--subscription {subscription} --trial {each.trial}`"
        for each in wanted
        if each not in selected
    ]
    removed = 0
    for each in selected:
        remains = _remove(client, each, output)
        removed += not remains
        if not remains:
            journal.end(each.trial)
        left += remains
    if output.as_json:
        output.document({"trials": [each.trial for each in wanted], "left": left})
    else:
        text = f"{removed} of {len(wanted)} trials removed" if wanted else "no trial is left"
        output.results.print(text)
        for line in left:
            output.results.print(f"not removed: {line}")
    return ExitCode.OPEN_ITEMS if left else ExitCode.DONE


def _wanted(
    found: Sequence[Leftover], chosen: Collection[str], subscription: str
) -> tuple[Leftover, ...]:
    unknown = sorted(set(chosen) - {each.trial for each in found})
    if unknown:
        known = ", ".join(map(str, found)) or "none"
        raise OptionsError(
            f"--trial: nothing of {', '.join(unknown)} is in the subscription {subscription}; "
            f"trials there: {known}"
        )
    return tuple(each for each in found if not chosen or each.trial in chosen)


def _list(trials: Sequence[Leftover], output: Output) -> None:
    for each in trials:
        where = "begun from here" if each.begun_here else "not begun from here"
        output.note(f"trial {each} ({where}), to be deleted after {each.delete_after}:")
        for group in each.groups:
            output.note(f"  {group_of(group)}")


def _selected(
    trials: Sequence[Leftover], output: Output, *, chosen: bool, confirm: Confirm | None
) -> list[Leftover]:
    """Return the trials that are to be removed, after a question where one can be asked."""
    now = datetime.now(UTC)
    running = [] if chosen else [each for each in trials if each.may_run(now)]
    selected = [each for each in trials if each not in running]
    if selected and confirm:
        names = ", ".join(each.trial for each in selected)
        if confirm(f"type yes to remove {names} and all in it").strip().lower() != "yes":
            raise PreflightError("not confirmed with yes; nothing was removed")
    for each in running:
        output.note(f"trial {each} may be running: its time is not over")
        question = f"type {each.trial} to remove it, or nothing to leave it"
        if confirm and confirm(question).strip().lower() == each.trial:
            selected.append(each)
    return selected


def _remove(client: ArmClient, trial: Leftover, output: Output) -> list[str]:
    """Remove one trial; return what is left, or perhaps left, of it."""
    own = guarded(client, trial.trial, Redaction(), None)
    try:
        return Removal(own, output).remove(trial.groups)
    except SparehubError as error:
        return [f"{group}: perhaps; {error}" for group in trial.groups]

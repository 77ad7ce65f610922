"""One trial from its questions to its removal."""

import math
import os
import secrets
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sparehub.azure.client import ArmClient
from sparehub.azure.connect import azure_of
from sparehub.azure.settings import Settings
from sparehub.cli.trial import report
from sparehub.cli.trial.cost import NOTED, UNKNOWN, Estimate, estimate
from sparehub.cli.trial.differences import Comparison, compare
from sparehub.cli.trial.journal import TrialJournal
from sparehub.cli.trial.preflight import Preflight
from sparehub.cli.trial.recording.recording_file import (
    RECORDING,
    PendingRecording,
    RecordingFile,
    UnwritableRecordingError,
)
from sparehub.cli.trial.recording.redaction import Redaction
from sparehub.cli.trial.recording.transport import guarded
from sparehub.cli.trial.removal import Removal
from sparehub.cli.trial.requests.names import Trial, group_of
from sparehub.cli.trial.requests.step import Step
from sparehub.cli.trial.run import Runner, steps_of
from sparehub.files.home import Home
from sparehub.output import Output
from sparehub.simulator.replay.recording import RecordingError
from sparehub.topology.azure.geography import is_known_region
from sparehub.topology.config.resource_ids import is_subscription
from sparehub.topology.errors import ExitCode, OptionsError, PreflightError, SparehubError

_MACHINES = 2
_DAY = timedelta(days=1)
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_PREFLIGHT = "preflight.json"
_SHORT = 8
"""Digits of the subscription that are typed to confirm."""
Confirm = Callable[[str], str]
"""Asks a question, and returns what was typed."""


@dataclass(frozen=True, kw_only=True)
class TrialOptions:
    """The options of the command."""

    subscription: str
    region: str
    pair: str
    machines: bool
    budget: float | None
    out: Path | None


def begin(
    options: TrialOptions, output: Output, environment: Mapping[str, str], confirm: Confirm
) -> int:
    """Carry a trial out, compare, remove it; return the exit code.

    Raises:
        OptionsError: An option is wrong.
        PreflightError: Something is in the way; nothing was made.
    """
    client = client_of(options.subscription, environment)
    _check(options)
    account = client.account(options.subscription)
    trial = _trial(options, account.user)
    directory = options.out or Path(f"sparehub-trial-{trial.id}")
    redaction = Redaction()
    redaction.hide(trial.subscription, account.tenant, account.principal, trial.owner)
    costs = estimate(trial.machines)
    if options.budget is not None and costs.dollars > options.budget:
        raise PreflightError(
            f"the trial may cost {costs.dollars:.2f} US dollars, more than --budget "
            f"{options.budget:.2f}; without --machines it costs nothing"
        )
    journal = TrialJournal(Home.of(Path(), environment).path)
    _refuse_used(directory)
    steps = tuple(steps_of(trial, _public_key() if trial.machines else ""))
    asked = PendingRecording()
    preflight = Preflight(guarded(client, trial.id, redaction, asked), trial, steps, [])
    _refuse_if_hindered(preflight, journal, output)
    _show_cost(trial, costs, output)
    _confirm(trial, confirm)
    file = RecordingFile.begin(directory / RECORDING, "trial", "made by sparehub trial")
    asked.write(directory / _PREFLIGHT, "preflight")
    recorded = guarded(client, trial.id, redaction, file)
    journal.begin(trial)
    output.note(f"trial {trial.id}: {', '.join(map(group_of, trial.groups))}")
    removal = Removal(recorded, output)
    try:
        accepted, problem = _run(Runner(recorded, output), steps)
    except Exception:  # a defect: what was made is removed as well
        _remove(removal, trial, journal, output)
        raise
    left = _remove(removal, trial, journal, output)
    comparison, problem = _compared(file.path, problem)
    result = report.Result(
        trial=trial,
        estimate=costs,
        recording=file.path,
        comparison=comparison,
        accepted=tuple(accepted),
        problem=problem,
        left=tuple(left),
    )
    _, text = report.write(result, redaction)
    _print(result, text, output)
    if left:
        return ExitCode.OPEN_ITEMS
    return ExitCode.FAILED if problem else ExitCode.DONE


def _run(runner: Runner, steps: tuple[Step, ...]) -> tuple[list[str], str]:
    """Carry the steps out; return what was accepted, and why it ended early."""
    try:
        with _interrupted_by_signals():
            runner.run(steps)
    except KeyboardInterrupt:
        return runner.accepted, "interrupted"
    except SparehubError as error:
        return runner.accepted, str(error)
    return runner.accepted, ""


def _remove(removal: Removal, trial: Trial, journal: TrialJournal, output: Output) -> list[str]:
    """Remove the trial; return what is left, with the command that removes it."""
    again = f"`sparehub trial --clean-up --subscription {trial.subscription}`"
    try:
        with _interrupted_by_signals():
            try:
                left = removal.remove(trial.groups)
            except UnwritableRecordingError as error:  # the transport does not record any more
                output.note(str(error))
                left = removal.remove(trial.groups)
    except (KeyboardInterrupt, SparehubError) as error:
        why = str(error) or "interrupted"
        left = [f"{group}: perhaps; {why}" for group in trial.groups]
    if not left:
        journal.end(trial.id)
    else:
        output.note(f"not all is removed: run {again}")
    return left


def _compared(path: Path, problem: str) -> tuple[Comparison | None, str]:
    try:
        return compare(path), problem
    except RecordingError as error:
        return None, problem or str(error)


def _check(options: TrialOptions) -> None:
    for region in (options.region, options.pair):
        if not is_known_region(region):
            raise OptionsError(f"there is no Azure region {region!r}")
    if options.region == options.pair:
        raise OptionsError("--region and --pair name the same region")
    if options.budget is not None and not (math.isfinite(options.budget) and options.budget >= 0):
        raise OptionsError(f"--budget takes US dollars, such as 5, not {options.budget}")


def client_of(subscription: str, environment: Mapping[str, str]) -> ArmClient:
    """Return the client, which signs in as Pulumi's provider does.

    Raises:
        OptionsError: The subscription is not a GUID.
        SignInError: A setting of the chosen way to sign in is missing.
    """
    if not is_subscription(subscription):
        raise OptionsError(f"--subscription takes the id of a subscription, not {subscription!r}")
    settings = Settings(configured={"subscriptionId": subscription}, environment=environment)
    return cast("ArmClient", azure_of(settings, subscription))


def _trial(options: TrialOptions, owner: str) -> Trial:
    now = datetime.now(UTC)
    return Trial(
        id=secrets.token_hex(3),
        subscription=options.subscription.lower(),
        region=options.region,
        pair=options.pair,
        machines=_MACHINES if options.machines else 0,
        owner=owner or "unknown",
        created=now.strftime(_TIME),
        delete_after=(now + _DAY).strftime(_TIME),
    )


def _public_key() -> str:
    """Return the public half of a new key whose private half is dropped."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072).public_key()
    form = serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    return key.public_bytes(*form).decode()


def _refuse_used(directory: Path) -> None:
    if directory.exists() and not directory.is_dir():
        raise OptionsError(f"{directory} is a file: name a directory (-o)")
    for name in (RECORDING, _PREFLIGHT, report.REPORT_JSON, report.REPORT_TEXT):
        if os.path.lexists(directory / name):
            raise OptionsError(
                f"{directory} has {name}, perhaps of an earlier trial: name another directory (-o)"
            )


def _refuse_if_hindered(preflight: Preflight, journal: TrialJournal, output: Output) -> None:
    with output.progress.status("asking what is in the way ..."):
        objections = list(preflight.objections(journal))
    for note in preflight.notes:
        output.note(f"not checked: {note}")
    if objections:
        lines = ["the trial cannot begin, and nothing was made:"]
        raise PreflightError("\n".join([*lines, *(f"  {each}" for each in objections)]))


def _confirm(trial: Trial, confirm: Confirm) -> None:
    begins = trial.subscription[:_SHORT]
    question = f"type the first {_SHORT} characters of the subscription to begin ({begins})"
    typed = confirm(question).strip().lower()
    if len(typed) < _SHORT or not trial.subscription.startswith(typed):
        raise PreflightError(f"{typed!r} does not begin {trial.subscription}; nothing was made")


def _show_cost(trial: Trial, costs: Estimate, output: Output) -> None:
    output.note(
        f"{', '.join(map(group_of, trial.groups))} are made in subscription {trial.subscription}, "
        "and removed at the end"
    )
    for line in costs.lines:
        price = line.price
        output.note(
            f"  {line.count} x {price.what}, {line.units:g} {price.unit}: "
            f"{line.dollars:.2f} US dollars ({price.origin})"
        )
    output.note(
        f"about {costs.dollars:.2f} US dollars for {costs.hours:g} hours, and "
        f"{costs.dollars_a_day:.2f} a day if it is not removed; prices of {NOTED}"
    )
    output.note(UNKNOWN)


def _print(result: report.Result, text: Path, output: Output) -> None:
    if output.as_json:
        output.document(result.document())
        return
    compared = result.comparison
    if compared and compared.differences:
        output.table(
            ("request", "type", "what", "Azure", "local Azure"),
            [
                (f"{d.request} {d.method}", d.type, d.what, str(d.azure), str(d.local))
                for d in compared.differences
            ],
        )
    if compared:
        output.results.print(
            f"{compared.requests} requests compared, {len(compared.differences)} differences"
        )
    for each in result.accepted:
        output.results.print(f"Azure accepted it: {each}")
    if result.problem:
        output.results.print(f"the trial ended early: {result.problem}")
    for each in result.left:
        output.results.print(f"not removed: {each}")
    output.results.print(f"recording: {result.recording}; report: {text}")


@contextmanager
def _interrupted_by_signals() -> Iterator[None]:
    """Let the end of a session interrupt as Ctrl-C does: what was made is then removed."""

    def interrupt(number: int, frame: object) -> None:
        del number, frame
        raise KeyboardInterrupt

    signals = (signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, interrupt) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

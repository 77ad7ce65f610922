"""Removes what earlier trials of a subscription have left."""

from collections.abc import Mapping
from pathlib import Path

from sparehub.cli.trial.journal import TrialJournal
from sparehub.cli.trial.operation import client_of
from sparehub.cli.trial.recording.redaction import Redaction
from sparehub.cli.trial.recording.transport import guarded
from sparehub.cli.trial.removal import Removal, groups_left
from sparehub.files.home import Home
from sparehub.output import Output
from sparehub.topology.errors import ExitCode


def clean_up(subscription: str, output: Output, environment: Mapping[str, str]) -> int:
    """Remove what earlier trials of a subscription have left; return the exit code.

    Found by the journal and by the tag. What was killed before it could be read is found by both.

    Raises:
        OptionsError: The subscription is not a GUID.
        SignInError: Nobody is signed in.
    """
    client = client_of(subscription, environment)
    journal = TrialJournal(Home.of(Path(), environment).path)
    groups: dict[str, dict[str, None]] = {}
    for trial in journal.begun(subscription):
        groups.setdefault(trial.id, {}).update(dict.fromkeys(trial.groups))
    for identity, group in groups_left(client, subscription):
        known = groups.setdefault(identity, {})
        if group.lower() not in map(str.lower, known):
            known[group] = None
    left: list[str] = []
    removed = 0
    for identity, paths in groups.items():
        own = guarded(client, identity, Redaction(), None)
        remains = Removal(own, output).remove(tuple(paths))
        removed += not remains
        if not remains:
            journal.end(identity)
        left += remains
    if output.as_json:
        output.document({"trials": sorted(groups), "left": left})
    else:
        text = f"{removed} of {len(groups)} trials removed" if groups else "no trial is left"
        output.results.print(text)
        for each in left:
            output.results.print(f"not removed: {each}")
    return ExitCode.OPEN_ITEMS if left else ExitCode.DONE

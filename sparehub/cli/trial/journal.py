"""The journal of trials: one file each, written before the first write to Azure.

It is in `$SPAREHUB_HOME/trials`, and is removed when nothing of the trial is left.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from sparehub.cli.trial.requests.names import Trial
from sparehub.failover.journal.journal import JournalError
from sparehub.files.bounded_loading import load_json, read_bounded
from sparehub.files.private_files import replace_private


class TrialJournal:
    """The trials that have begun and of which something may be left."""

    def __init__(self, home: Path) -> None:
        self._directory = home / "trials"

    def begin(self, trial: Trial) -> Path:
        """Note a trial; return its file.

        Raises:
            JournalError: It cannot be written.
        """
        path = self._path(trial)
        try:
            replace_private(path, json.dumps(asdict(trial), indent=1).encode())
        except OSError as error:
            raise JournalError(
                f"{path} cannot be written ({error.strerror}); nothing was made: name a directory "
                "that can be written in SPAREHUB_HOME"
            ) from None
        return path

    def begun(self, subscription: str) -> Iterator[Trial]:
        """Yield the trials of a subscription that have not been removed.

        Raises:
            JournalError: A file is damaged.
        """
        for path in sorted(self._directory.glob("*.json")):
            try:
                trial = Trial(**load_json(read_bounded(path)))
            except (OSError, TypeError, ValueError) as error:
                raise JournalError(
                    f"{path} is damaged ({error}): look for resource groups with the tag "
                    "sparehub-trial, remove them and this file"
                ) from None
            if trial.subscription.lower() == subscription.lower():
                yield trial

    def end(self, identity: str) -> None:
        """Forget a trial of which nothing is left."""
        (self._directory / f"{identity}.json").unlink(missing_ok=True)

    def _path(self, trial: Trial) -> Path:
        return self._directory / f"{trial.id}.json"

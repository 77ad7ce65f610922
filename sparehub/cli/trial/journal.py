"""The journal of trials: one file each, written before the first write to Azure.

It is in `$SPAREHUB_HOME/trials`, and is removed when nothing of the trial is left.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sparehub.cli.trial.requests.names import Trial, group_of, trial_of
from sparehub.failover.journal.journal import JournalError
from sparehub.files.bounded_loading import load_json, read_bounded
from sparehub.files.private_files import replace_private
from sparehub.topology.config.resource_ids import is_subscription


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
                trial = _trial(load_json(read_bounded(path)))
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


def _trial(values: Any) -> Trial:  # noqa: ANN401 - JSON
    """Return the trial of a file.

    Raises:
        TypeError: A value is missing, or of another type.
        ValueError: Its groups are not those of a trial.
    """
    trial = Trial(**values)
    for name, value in asdict(trial).items():
        wanted = int if name == "machines" else str
        if type(value) is not wanted:
            raise TypeError(f"{name} is {value!r}")
    if not is_subscription(trial.subscription):
        raise ValueError(f"subscription is {trial.subscription!r}")
    if any(trial_of(group_of(group)) != trial.id for group in trial.groups):
        raise ValueError(f"id is {trial.id!r}")
    return trial

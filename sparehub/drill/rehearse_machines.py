"""The machines' part of a rehearsal: made, replicated, tested in a drill, re-protected on the way.

All by the real commands, on the local Azure. Scripts of a validation are not run there: they
succeed; and what a person would answer is answered by yes.
"""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sparehub.azure.connect import azure_of
from sparehub.azure.settings import LOCAL_SUBSCRIPTION, Settings
from sparehub.drill.simulator_machines import make_machines
from sparehub.drill.validation_script import read_script
from sparehub.drill.workspace import Rehearsal
from sparehub.simulator.control import LogEntry
from sparehub.stacks.stack_files import STACKS, read_stack
from sparehub.topology.config.site_recovery import ValidationConfig
from sparehub.topology.errors import ExitCode
from sparehub.topology.model.pair import Stack
from sparehub.topology.replication.direction import replicates
from sparehub.topology.replication.plan_actions import manual_actions

_SAID = "rehearsed"
_OF_MACHINES = (
    "/microsoft.recoveryservices/",
    "/microsoft.compute/",
    "/networkinterfaces/",
)
"""What the log has of machines: the plan's writes are those of the stacks."""
Run = Callable[..., str]
"""Runs a command of Sparehub in the copy, with the exit codes that it may end with."""


@dataclass(frozen=True)
class RehearsedMachines:
    """The machines that the files replicate, in the copy."""

    rehearsal: Rehearsal
    run: Run
    pair: Mapping[str, Stack]

    @classmethod
    def of(cls, rehearsal: Rehearsal, run: Run) -> "RehearsedMachines | None":
        """Return them; None where no machine is replicated."""
        pair = {name: read_stack(rehearsal.project, name) for name in STACKS}
        return cls(rehearsal, run, pair) if replicates(pair) else None

    @property
    def source(self) -> str:
        """The stack in whose region the machines run."""
        return next(name for name, each in self.pair.items() if each.config.region.replicate)

    def copy_scripts(self, directory: Path) -> None:
        """Copy the scripts of validations.

        Raises:
            PreflightError: where one cannot be read.
        """
        for validation in self._validations.values():
            if name := validation.script:
                read_script(directory, name)
                copy = self.rehearsal.project / name
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(directory / name, copy)

    def replicate(self) -> None:
        """Make the machines, as somebody else has made the real ones, and replicate them."""
        azure = azure_of(Settings(environment=self.rehearsal.home.variables()), "")
        make_machines(azure, self.pair, LOCAL_SUBSCRIPTION)
        self.run("replicate", "--yes", "--json")

    def drill(self) -> Mapping[str, Any]:
        """Run a drill with its validation; return what ``drill stop --json`` prints."""
        self.run("drill", "start", *self._confirmed())
        answers = [
            f"--answer={group}=yes: {_SAID}"
            for group, validation in self._validations.items()
            if validation.manual
        ]
        not_all = (ExitCode.DONE, ExitCode.REFUSED)
        self.run("drill", "validate", "--json", "--approver", _SAID, *answers, codes=not_all)
        stopped: Mapping[str, Any] = json.loads(
            self.run("drill", "stop", "--result", _SAID, *self._confirmed())
        )
        return stopped

    def _confirmed(self) -> Sequence[str]:
        """Return the options that confirm the drill's plan: its id changes with the switch."""
        plan = json.loads(self.run("plan", "drill", "--json"))
        return ("--yes", "--plan", plan["id"], "--json")

    def prepare(self, kind: str) -> None:
        """Commit the machines, and replicate them the way that an operation leads."""
        replicate = self.pair[self.source].config.region.replicate
        names = ",".join(replicate.machines if replicate else ())
        self.run("commit", "--yes", "--json")
        self.run(kind, "--prepare", "--yes", "--confirm-deletion", names, "--json")

    def options(self) -> Sequence[str]:
        """Return the options that answer for a person during a failover."""
        takes_over = next(
            found for each in self.pair.values() if (found := each.config.region.site_recovery)
        )
        return [f"--confirm={name}={_SAID}" for name in manual_actions(takes_over.recovery_plan)]

    @property
    def _validations(self) -> Mapping[int, ValidationConfig]:
        return {
            number: group.validation
            for each in self.pair.values()
            if each.config.region.site_recovery
            for number, group in each.config.region.site_recovery.recovery_plan.groups.items()
            if group.validation
        }


def of_stacks(entries: Sequence[LogEntry]) -> list[LogEntry]:
    """Return the writes of the stacks: those of machines are not in a plan's changes."""
    return [
        entry for entry in entries if not any(part in entry.path.lower() for part in _OF_MACHINES)
    ]

"""Working files of Pulumi commands: copies of stack files, in a private directory of the home."""

import os
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from sparehub.failover.adapters.protocols import AS_THEY_ARE, Assumed
from sparehub.files.home import Home
from sparehub.files.private_files import scratch_directory
from sparehub.stacks.stack_file_edit import write_variant
from sparehub.topology.config.enums import Activation
from sparehub.topology.errors import PreflightError
from sparehub.topology.planning.plan import StackChange


@dataclass
class WorkingFiles:
    """A private directory, which is made when it is first needed and removed at the end."""

    project: Path
    _kept: ExitStack = field(default_factory=ExitStack, init=False)
    _directory: Path | None = field(default=None, init=False)

    def close(self) -> None:
        """Remove the directory."""
        self._kept.close()

    def directory(self) -> Path:
        """Return the directory.

        Raises:
            PreflightError: where it cannot be made.
        """
        if self._directory is None:
            parent = Home.of(self.project, os.environ).scratch
            try:
                self._directory = self._kept.enter_context(scratch_directory(parent))
            except OSError as error:
                message = (
                    f"no working files can be made in {parent} ({error.strerror}), so nothing was "
                    "done: free it, or name another directory in SPAREHUB_HOME"
                )
                raise PreflightError(message) from None
        return self._directory

    def copy(self, change: StackChange, name: str, assumed: Assumed = AS_THEY_ARE) -> Path:
        """Return a copy of a stack file that says what a change needs.

        Raises:
            PreflightError: where it cannot be written.
        """
        copy = self.directory() / f"Pulumi.{change.stack}.{name}.yaml"
        try:
            active = change.activation is Activation.ACTIVE  # the interlock never refuses standby
            override = assumed.override if active else ""
            write_variant(self.project, change, copy, override, assumed.generation)
        except OSError as error:
            message = f"{copy} cannot be written ({error.strerror}), so nothing is deployed"
            raise PreflightError(message) from None
        return copy

"""The directory of all local files, and the environment of Pulumi for the local Azure."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sparehub.files.private_files import private_directory
from sparehub.simulator.control import install_provider
from sparehub.topology.config.printable import shown
from sparehub.topology.errors import SparehubError

PULUMI = Path(sys.prefix) / "pulumi"
"""Directory of the Pulumi that ``make setup`` installs on a machine without one."""
BEFORE = "SPAREHUB_BEFORE_"
"""Prefix of the variables that keep a shell's values from before ``sparehub simulate env``."""


def pulumi_directory() -> Path | None:
    """Return the directory of the Pulumi from set-up; None where the machine's own is used."""
    return PULUMI if PULUMI.is_dir() else None


@dataclass(frozen=True)
class Home:
    """``$SPAREHUB_HOME``: simulator, states and workspaces, independent of any other home."""

    path: Path

    @classmethod
    def of(cls, project: Path, environment: Mapping[str, str]) -> "Home":
        """Return ``$SPAREHUB_HOME``, by default ``.sparehub/`` in the project."""
        configured = environment.get("SPAREHUB_HOME")
        return cls(Path(configured).absolute() if configured else project.absolute() / ".sparehub")

    @property
    def simulator(self) -> Path:
        """The store and the log of the local Azure."""
        return self.path / "simulator"

    @property
    def executables(self) -> Path:
        """The directory of the local Azure's provider, for PATH."""
        return self.path / "bin"

    @property
    def journal(self) -> Path:
        """The directory of journal and lease; both have a second copy outside the home."""
        return self.path / "journal"

    @property
    def scratch(self) -> Path:
        """The directory of temporary files; the process that creates one removes it."""
        return self.path / "scratch"

    def variables(self) -> dict[str, str]:
        """Return the environment variables for this home, without PATH."""
        return {
            "PULUMI_BACKEND_URL": (self.path / "state").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_HOME": str(self.path / "pulumi"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "SPAREHUB_HOME": str(self.path),
            "SPAREHUB_SIMULATOR": str(self.simulator),
        }

    def search_path(self, current: str) -> str:
        """Return a PATH with the local Azure's provider first, then the Pulumi from set-up."""
        from_setup = pulumi_directory()
        first = [str(self.executables), *([str(from_setup)] if from_setup else [])]
        listed = current.split(os.pathsep) if current else []
        return os.pathsep.join([*first, *(entry for entry in listed if entry not in first)])

    def prepare(self) -> None:
        """Create the directories and the provider's executable.

        Raises:
            SparehubError: The home cannot be written.
        """
        self._refuse_unnameable()
        try:
            for name in ("state", "pulumi", "simulator", "bin"):
                private_directory(self.path / name)
            install_provider(self.executables, Path(sys.executable))
        except OSError as error:
            message = (
                f"{self.path} cannot be written ({error.strerror}): "
                "free it, or name another directory in SPAREHUB_HOME"
            )
            raise SparehubError(message) from None

    def _refuse_unnameable(self) -> None:
        """Refuse a directory that cannot be part of PATH.

        Raises:
            SparehubError: It contains the separator of PATH.
        """
        for directory, remedy in (
            (self.path, "name another in SPAREHUB_HOME"),
            (pulumi_directory(), "move the checkout"),
        ):
            if directory and os.pathsep in str(directory):
                message = (
                    f"{shown(str(directory))} has a {os.pathsep!r}, which separates directories on "
                    f"PATH, so its programs would not be found: {remedy}"
                )
                raise SparehubError(message)

    def environment(self, inherited: Mapping[str, str]) -> dict[str, str]:
        """Return a complete environment for Pulumi with the local Azure."""
        path = self.search_path(inherited.get("PATH", os.defpath))
        return {**inherited, **self.variables(), "PATH": path}

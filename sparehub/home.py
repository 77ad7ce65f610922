"""Where everything local lies, and the environment that points Pulumi at the local Azure."""

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
"""Where ``make setup`` puts a Pulumi, on a machine that has none of its own."""
BEFORE = "SPAREHUB_BEFORE_"
"""Prefix of the variables that keep what a shell had before ``sparehub simulate env``."""


def pulumi_directory() -> Path | None:
    """Return the directory of a Pulumi made by set-up; None where the machine's own serves."""
    return PULUMI if PULUMI.is_dir() else None


@dataclass(frozen=True)
class Home:
    """``$SPAREHUB_HOME``: simulator, state and workspaces of one run; two homes never meet."""

    path: Path

    @classmethod
    def of(cls, project: Path, environment: Mapping[str, str]) -> "Home":
        """Return ``$SPAREHUB_HOME``, by default ``.sparehub/`` in the project."""
        named = environment.get("SPAREHUB_HOME")
        return cls(Path(named).absolute() if named else project.absolute() / ".sparehub")

    @property
    def simulator(self) -> Path:
        """The store and the log of the local Azure."""
        return self.path / "simulator"

    @property
    def executables(self) -> Path:
        """The azure-native provider of the local Azure, for PATH."""
        return self.path / "bin"

    @property
    def journal(self) -> Path:
        """The directory of journal and lease; both have a copy outside the home."""
        return self.path / "journal"

    @property
    def scratch(self) -> Path:
        """The directory of temporary files, each removed by the process that made it."""
        return self.path / "scratch"

    def variables(self) -> dict[str, str]:
        """Return the variables, PATH apart, that make Pulumi use this home."""
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
        """Return a PATH that finds the local Azure's provider first, and some Pulumi."""
        made_by_setup = pulumi_directory()
        first = [str(self.executables), *([str(made_by_setup)] if made_by_setup else [])]
        listed = current.split(os.pathsep) if current else []
        return os.pathsep.join([*first, *(each for each in listed if each not in first)])

    def prepare(self) -> None:
        """Make the directories and the provider's executable.

        Raises:
            SparehubError: where the home cannot be written.
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
        """Refuse a directory that no variable can name.

        Raises:
            SparehubError: where PATH would take it for two.
        """
        for directory, remedy in (
            (self.path, "name another in SPAREHUB_HOME"),
            (pulumi_directory(), "move the checkout"),
        ):
            if directory and os.pathsep in str(directory):
                message = (
                    f"{shown(str(directory))} holds a {os.pathsep!r}, which ends a directory on "
                    f"PATH, so nothing there would be found: {remedy}"
                )
                raise SparehubError(message)

    def environment(self, inherited: Mapping[str, str]) -> dict[str, str]:
        """Return a whole environment for a Pulumi that works against the local Azure."""
        path = self.search_path(inherited.get("PATH", os.defpath))
        return {**inherited, **self.variables(), "PATH": path}

"""A copy of the project that runs against a local Azure of its own, and nothing else."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from sparehub.files.bounded_loading import LoadingError, load_yaml, read_bounded
from sparehub.files.home import Home
from sparehub.files.replace_file import create_file
from sparehub.simulator import control
from sparehub.simulator.control import LogEntry
from sparehub.stacks.program_digest import program_entry
from sparehub.stacks.stack_document import StackDocument
from sparehub.stacks.stack_files import read_stack_file, stack_file
from sparehub.topology.errors import SparehubError

# What Pulumi writes into a stack file when a stack is made; a copy's stacks are made anew.
_OF_PULUMI = ("encryptionsalt", "encryptedkey", "secretsprovider")


_COMPONENTS = "components"
_PROJECT = "Pulumi.yaml"
_MARK = ".sparehub-rehearsal"  # in a directory that is ours to delete


class PulumiFailedError(SparehubError):
    """A pulumi command ended with another code than 0; the text is what it printed."""


@dataclass(frozen=True)
class Rehearsal:
    """One directory that holds everything: project, state, local Azure."""

    home: Home
    inherited: Mapping[str, str]

    @property
    def project(self) -> Path:
        """The copy of the project."""
        return self.home.path / "project"

    @classmethod
    def begin(
        cls, directory: Path, source: Path, stacks: tuple[str, ...], inherited: Mapping[str, str]
    ) -> "Rehearsal":
        """Copy a project into a directory and make its stacks there; an older copy goes.

        Raises:
            SparehubError: where the directory holds anything else, cannot be written, or Pulumi
                fails or would find another Azure than the local one.
        """
        _clear(directory)
        rehearsal = cls(Home(directory), inherited)
        rehearsal.home.prepare()
        (directory / _MARK).touch()
        rehearsal.project.mkdir()
        rehearsal._copy_program(source)
        rehearsal._refuse_other_azure()
        for stack in stacks:
            document = StackDocument(read_stack_file(source, stack), stack)
            for key in _OF_PULUMI:
                document.content.pop(key, None)
            create_file(stack_file(rehearsal.project, stack), document.text())
            rehearsal.pulumi("stack", "init", stack)
        return rehearsal

    def _copy_program(self, source: Path) -> None:
        """Copy the project's file and its program, which may be in another directory (``main``)."""
        entry = program_entry(source)
        shutil.copy(entry, self.project / "__main__.py")
        components = entry.parent / _COMPONENTS
        if components.is_dir():  # a checkout; elsewhere they are in the package
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(components, self.project / _COMPONENTS, ignore=ignored)
        shutil.copy(source / _PROJECT, self.project)
        if entry.parent != source:
            yaml = YAML()
            content = yaml.load(source / _PROJECT)
            del content["main"]
            yaml.dump(content, self.project / _PROJECT)

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run ``pulumi`` in the copy, against its own local Azure; the code is the caller's."""
        environment = self.home.environment(self.inherited)
        executable = shutil.which("pulumi", path=environment["PATH"])
        if executable is None:
            message = "there is no pulumi on PATH: run `make setup`, or install Pulumi"
            raise SparehubError(message)
        return subprocess.run(  # noqa: S603 - our own command, without a shell
            [executable, *arguments, "--non-interactive"],
            cwd=self.project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def pulumi(self, *arguments: str) -> str:
        """Run ``pulumi`` and return what it printed.

        Raises:
            PulumiFailedError: with what it printed.
        """
        done = self.run(*arguments)
        if done.returncode:
            command = " ".join(("pulumi", *arguments))
            message = f"`{command}` failed with code {done.returncode}:\n{done.stdout}{done.stderr}"
            raise PulumiFailedError(message)
        return done.stdout

    def log(self) -> list[LogEntry]:
        """Return every write that the local Azure has seen."""
        return control.read_log(self.home.simulator)

    def minutes(self) -> float:
        """Return the simulated time, in minutes."""
        return control.read_clock(self.home.simulator).seconds / 60

    def _refuse_other_azure(self) -> None:
        """Make sure that the provider which Pulumi would start is that of the local Azure.

        Raises:
            SparehubError: where it is another one.
        """
        path = self.home.search_path(self.inherited.get("PATH", os.defpath))
        found = shutil.which(control.PLUGIN, path=path)
        project = self.project / _PROJECT
        try:
            said = load_yaml(read_bounded(project))
        except (OSError, LoadingError) as error:
            raise SparehubError(f"{project}: {error}") from None
        named = said.get("plugins") if isinstance(said, dict) else None
        if named or found is None or Path(found).parent != self.home.executables:
            other = "the one that Pulumi.yaml names" if named else str(found)
            message = f"a rehearsal uses the local Azure alone, and would find {other}"
            raise SparehubError(message)


def _clear(directory: Path) -> None:
    """Remove an older rehearsal, and never anything else."""
    try:
        if not directory.exists() or not any(directory.iterdir()):
            return
        if not (directory / _MARK).exists():
            message = (
                f"{directory} holds something that is not a rehearsal: move it away, or name "
                "another directory in SPAREHUB_HOME"
            )
            raise SparehubError(message)
        shutil.rmtree(directory)
    except OSError as error:
        message = f"{directory} cannot be emptied ({error.strerror}): remove it and try again"
        raise SparehubError(message) from None

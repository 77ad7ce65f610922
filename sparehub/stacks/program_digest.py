"""Digests of the Pulumi program, its packages and its project file, for the id of a plan.

A plan is computed without reading files; what it depends on besides the stack files is read here.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from importlib import metadata, util
from pathlib import Path
from typing import Any

from sparehub.files.bounded_loading import LoadingError, load_yaml, read_bounded
from sparehub.topology.config.secrets import without_secrets
from sparehub.topology.errors import ConfigurationError, Problem
from sparehub.topology.planning.plan import Program

_PACKAGES = {
    "components": "sparehub.components",
    "sparehub/topology": "sparehub.topology",
}
"""Code of the program: the directory in a checkout, and the package where it is installed."""
_LOCK = "requirements.lock"
_ENTRY = "__main__.py"
_PROJECT = "Pulumi.yaml"
_PROSE = ("author", "description", "license", "website")
"""Keys of a project file that change no deployment:
https://www.pulumi.com/docs/iac/concepts/projects/project-file/"""


def read_program(directory: Path) -> Program:
    """Return the digests of the program in a project directory.

    Raises:
        ConfigurationError: A file cannot be read.
    """
    try:
        project = _project(directory / _PROJECT)
        entry = program_entry(directory)
        return Program(
            digest=_digest(_sources(entry)), packages=_packages(entry.parent), project=project
        )
    except OSError as error:
        message = f"cannot be read ({error.strerror}), so no plan can be identified"
        raise ConfigurationError([Problem(str(error.filename), message)]) from None


def program_entry(directory: Path) -> Path:
    """Return the file that Pulumi runs: in the project, or where ``main`` of its file says.

    https://www.pulumi.com/docs/iac/concepts/projects/project-file/

    Raises:
        ConfigurationError: Pulumi.yaml cannot be read.
    """
    entry = directory / str(_project(directory / _PROJECT).get("main") or "")
    return entry / _ENTRY if entry.is_dir() else entry


def _project(path: Path) -> dict[str, Any]:
    if not path.exists():  # a plan needs the stack files alone; a deployment needs the project
        return {}
    try:
        content = load_yaml(read_bounded(path))
    except LoadingError as error:
        content, problem = None, f": {error}"
    else:
        problem = ""
    if not isinstance(content, dict):
        message = f"is not a YAML mapping{problem}"
        raise ConfigurationError([Problem(path.name, message)])
    plain = {key: value for key, value in without_secrets(content).items() if key not in _PROSE}
    project: dict[str, Any] = json.loads(json.dumps(plain, default=str))  # YAML has dates
    return project


def _sources(entry: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the program's files: beside the entry, where Python looks first, else installed."""
    if entry.is_file():
        yield entry.name, entry.read_bytes()
    for package, installed in _PACKAGES.items():
        for root in [entry.parent / package, *_installed(installed)]:
            if root.is_dir():
                for file in sorted(root.rglob("*.py")):
                    yield f"{package}/{file.relative_to(root).as_posix()}", file.read_bytes()
                break


def _installed(package: str) -> list[Path]:
    spec = util.find_spec(package)
    return [Path(location) for location in (spec and spec.submodule_search_locations) or ()]


def _packages(directory: Path) -> str:
    """Return a digest of the lock file beside the program, else of all installed packages."""
    lock = directory / _LOCK
    if lock.is_file():
        return _digest([(_LOCK, lock.read_bytes())])
    installed = {(package.name.lower(), package.version) for package in metadata.distributions()}
    return _digest((name, version.encode()) for name, version in sorted(installed))


def _digest(parts: Iterable[tuple[str, bytes]]) -> str:
    total = hashlib.sha256()
    for name, content in parts:
        for part in (name.encode(), content):
            total.update(len(part).to_bytes(8, "big"))
            total.update(part)
    return total.hexdigest()

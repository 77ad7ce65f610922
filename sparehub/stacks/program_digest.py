"""What carries a plan out, as digests: the program, its packages and its project file.

A plan is pure; what it rests on besides the stack files is read here and handed to it as data.
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
"""What carries out a plan: the directory in a checkout, the package where it is installed."""
_LOCK = "requirements.lock"
_ENTRY = "__main__.py"
_PROJECT = "Pulumi.yaml"
_PROSE = ("author", "description", "license", "website")
"""Keys of a project file that change nothing:
https://www.pulumi.com/docs/iac/concepts/projects/project-file/"""


def read_program(directory: Path) -> Program:
    """Return what carries out a plan of a project directory.

    Raises:
        ConfigurationError: where a file of it cannot be read.
    """
    try:
        project = _project(directory / _PROJECT)
        entry = directory / str(project.get("main") or "")
        if entry.is_dir():
            entry /= _ENTRY
        return Program(
            digest=_digest(_sources(entry)), packages=_packages(entry.parent), project=project
        )
    except OSError as error:
        message = f"cannot be read ({error.strerror}), so no plan can say what it rests on"
        raise ConfigurationError([Problem(str(error.filename), message)]) from None


def _project(path: Path) -> dict[str, Any]:
    if not path.exists():  # the stack files alone can be planned with, not deployed
        return {}
    try:
        said = load_yaml(read_bounded(path))
    except LoadingError as error:
        said, problem = None, f": {error}"
    else:
        problem = ""
    if not isinstance(said, dict):
        message = f"is not YAML, or no mapping of keys{problem}"
        raise ConfigurationError([Problem(path.name, message)])
    plain = {key: value for key, value in without_secrets(said).items() if key not in _PROSE}
    found: dict[str, Any] = json.loads(json.dumps(plain, default=str))  # YAML knows dates, too
    return found


def _sources(entry: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the program's files: those beside it, where Python finds them first, or installed."""
    if entry.is_file():
        yield entry.name, entry.read_bytes()
    for package, installed in _PACKAGES.items():
        for root in [entry.parent / package, *_installed(installed)]:
            if root.is_dir():
                for file in sorted(root.rglob("*.py")):
                    yield f"{package}/{file.relative_to(root).as_posix()}", file.read_bytes()
                break


def _installed(package: str) -> list[Path]:
    found = util.find_spec(package)
    return [Path(each) for each in (found and found.submodule_search_locations) or ()]


def _packages(directory: Path) -> str:
    """Return a digest of the lock file beside the program, else of all that is installed."""
    lock = directory / _LOCK
    if lock.is_file():
        return _digest([(_LOCK, lock.read_bytes())])
    installed = {(each.name.lower(), each.version) for each in metadata.distributions()}
    return _digest((name, version.encode()) for name, version in sorted(installed))


def _digest(parts: Iterable[tuple[str, bytes]]) -> str:
    total = hashlib.sha256()
    for name, content in parts:
        for each in (name.encode(), content):
            total.update(len(each).to_bytes(8, "big"))
            total.update(each)
    return total.hexdigest()

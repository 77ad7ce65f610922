"""The wheel: one import name, light dependencies, commands and a program that run from it."""

import os
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.configurations import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "components", "sparehub")


def run(
    *command: str | Path, cwd: Path, path: Path | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run a command with modules of ``path`` first, and with nothing of the repository."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    if path:
        variables["PYTHONPATH"] = str(path)
    return subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env=variables | {"SPAREHUB_HOME": str(cwd / "home")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy: setuptools writes beside its sources."""
    sources = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, sources / name)
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--quiet")
    built = run(sys.executable, "-m", "pip", "wheel", *options, "-w", "dist", ".", cwd=sources)
    assert built.returncode == 0, built.stderr
    (path,) = (sources / "dist").iterdir()
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory that holds the files of the wheel."""
    directory = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(directory)
    return directory


def closure(names: list[str]) -> Iterator[metadata.Distribution]:
    """Yield installed distributions and what they need, without any extra."""
    waiting, done = list(names), set[str]()
    while waiting:
        name = Requirement(waiting.pop()).name.lower()
        if name in done:
            continue
        done.add(name)
        distribution = metadata.distribution(name)
        yield distribution
        for text in distribution.requires or ():
            marker = Requirement(text).marker
            if marker is None or marker.evaluate({"extra": ""}):
                waiting.append(text)


@pytest.fixture(scope="module")
def python(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return Python of an environment that holds the wheel and the base dependencies alone."""
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, with_pip=False, symlinks=True)
    (site,) = environment.glob("lib/python*/site-packages")
    for entry in installed.iterdir():
        (site / entry.name).symlink_to(entry)
    for distribution in closure(PROJECT["project"]["dependencies"]):
        for name in {file.parts[0] for file in distribution.files or ()} - {"..", "__pycache__"}:
            target = Path(str(distribution.locate_file(name)))
            if target.exists() and not (site / name).exists():
                (site / name).symlink_to(target)
    return environment / "bin" / "python"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a directory that holds the shipped stack files."""
    for name in ("Pulumi.yaml", "Pulumi.primary.yaml", "Pulumi.secondary.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def sparehub(python: Path, project: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    program = "import sys; from sparehub.cli.app import main; sys.argv[0] = 'sparehub'; main()"
    return run(python, "-c", program, *arguments, cwd=project)


def test_the_listed_packages_are_those_on_disk() -> None:
    """setuptools maps `sparehub.components` to a directory that it would not find by itself."""
    packages = {
        ".".join(path.parent.relative_to(ROOT).parts) for path in ROOT.glob("sparehub/**/*.py")
    } | {
        ".".join(("sparehub", *path.parent.relative_to(ROOT).parts))
        for path in ROOT.glob("components/**/*.py")
    }

    assert sorted(PROJECT["tool"]["setuptools"]["packages"]) == sorted(packages)


def test_the_wheel_has_one_import_name(installed: Path) -> None:
    """Nothing else is put into site-packages; data files are in it."""
    names = {entry.name for entry in installed.iterdir() if entry.suffix != ".dist-info"}

    assert names == {"sparehub"}
    for name in (
        "py.typed",
        "components/region.py",
        "cli/authoring/templates/stack.yaml.j2",
        "cli/authoring/templates/__main__.py.j2",
        "simulator/replay/skip.json",
    ):
        assert (installed / "sparehub" / name).is_file()
    assert list((installed / "sparehub" / "report" / "templates").iterdir())


def test_importing_the_package_imports_nothing(python: Path, tmp_path: Path) -> None:
    """`import sparehub` costs nothing."""
    program = (
        "import sys; before = set(sys.modules); import sparehub; print(set(sys.modules) - before)"
    )

    assert run(python, "-c", program, cwd=tmp_path).stdout == "{'sparehub'}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        "--version",
        "check",
        "derive",
        "verify",
        "plan failover",
        "report",
        "schema",
        "parity",
        "switch secondary",
    ],
)
def test_a_pure_command_needs_no_extra(python: Path, project: Path, arguments: str) -> None:
    """Neither Pulumi nor Azure's packages are installed."""
    done = sparehub(python, project, *arguments.split())

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        ("status", "pulumi"),
        ("check --live", "pulumi"),
        ("failover --yes", "pulumi"),
        ("simulate serve --port 0", "simulator"),
    ],
)
def test_a_missing_extra_is_one_message(
    python: Path, project: Path, arguments: str, extra: str
) -> None:
    """It names what to install; exit code 1."""
    done = sparehub(python, project, *arguments.split())

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith(f"pip install 'sparehub[{extra}]'")
    assert "Traceback" not in done.stderr


def test_init_writes_a_program_that_runs_from_the_wheel(
    python: Path, installed: Path, tmp_path: Path
) -> None:
    """`sparehub.components` builds the region; the repository's name is not needed."""
    written = sparehub(python, tmp_path, "init", *init_options())
    assert written.returncode == 0, written.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "Pulumi.primary.yaml",
        "Pulumi.yaml",
        "__main__.py",
    ]
    program = (
        "import sys, sparehub.components; from sparehub.testing import preview;"
        "graph = preview('Pulumi.primary.yaml');"
        "print(graph['region/hub/network'].type, 'components' in sys.modules, sparehub.__file__)"
    )

    done = run(sys.executable, "-c", program, cwd=tmp_path, path=installed)

    expected = f"azure-native:network:VirtualNetwork False {installed}/sparehub/__init__.py\n"
    assert done.stdout == expected, done.stderr


def init_options() -> list[str]:
    """Return every number that ``sparehub init`` asks for."""
    numbers = {
        "location": "eastasia",
        "hub-address-space": "10.10.10.0/24",
        "nva-subnet": "10.10.10.0/25",
        "gateway-subnet": "10.10.10.128/25",
        "nva-ip-address": "10.10.10.10",
        "spoke": "web=10.20.0.0/24",
        "gateway-sku": "ErGw1AZ",
        "peering-location": "Hong Kong",
        "service-provider": "Equinix",
        "bandwidth": "1000",
        "tier": "Standard",
        "family": "MeteredData",
        "peer-asn": "65001",
        "vlan-id": "100",
        "primary-link": "172.16.0.0/30",
        "secondary-link": "172.16.0.4/30",
        "on-premises": "192.168.0.0/16",
    }
    return [word for name, value in numbers.items() for word in (f"--{name}", value)]


@pytest.mark.parametrize("name", ["__main__.py", "Pulumi.yaml"])
def test_the_program_that_init_writes_is_that_of_the_repository(name: str) -> None:
    """But for the name of the components, and the virtual environment of the checkout."""
    template = (ROOT / "sparehub/cli/authoring/templates" / f"{name}.j2").read_text()
    own = (ROOT / name).read_text().replace("from components", "from sparehub.components")
    own = own.replace(
        "runtime:\n  name: python\n  options:\n    virtualenv: .venv\n", "runtime: python\n"
    )

    assert template == own

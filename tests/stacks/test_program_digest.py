"""The digests of the Pulumi program change with its code, packages and project file."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sparehub.stacks.program_digest import read_program
from sparehub.topology.errors import ConfigurationError
from sparehub.topology.planning.plan import Program
from tests.configurations import ROOT

PROJECT = "name: sparehub\ndescription: prose\nruntime: python\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project directory with program, packages and lock file."""
    (tmp_path / "Pulumi.yaml").write_text(PROJECT)
    (tmp_path / "__main__.py").write_text("print()\n")
    (tmp_path / "requirements.lock").write_text("pulumi==3.259.0\n")
    for package in ("components", "sparehub/topology"):
        (tmp_path / package / "rules").mkdir(parents=True)
        (tmp_path / package / "rules" / "one.py").write_text("A = 1\n")
    return tmp_path


def edit(name: str, text: str) -> Callable[[Path], object]:
    return lambda project: (project / name).write_text(text)


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "the program": (edit("__main__.py", "exit()\n"), "digest"),
    "a component": (edit("components/rules/one.py", "A = 2\n"), "digest"),
    "a decision": (edit("sparehub/topology/rules/one.py", "A = 2\n"), "digest"),
    "a file more": (edit("sparehub/topology/two.py", ""), "digest"),
    "the lock file": (edit("requirements.lock", "pulumi==3.260.0\n"), "packages"),
    "no lock file": (lambda project: (project / "requirements.lock").unlink(), "packages"),
    "the project's name": (edit("Pulumi.yaml", PROJECT.replace("sparehub", "other")), "project"),
    "the runtime": (edit("Pulumi.yaml", PROJECT.replace("python", "go")), "project"),
    "a default": (edit("Pulumi.yaml", f"{PROJECT}config: {{azure-native:a: b}}\n"), "project"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_the_program_changes_one_digest(project: Path, name: str) -> None:
    """The part that changed, and no other."""
    change, part = CHANGES[name]
    before = read_program(project).document()
    change(project)
    after = read_program(project).document()

    assert [key for key in before if before[key] != after[key]] == [part]


def test_descriptions_bytecode_and_location_change_no_digest(project: Path) -> None:
    """A description, a bytecode file, a copy of the directory."""
    before = read_program(project)
    edit("Pulumi.yaml", PROJECT.replace("prose", "other prose"))(project)
    (project / "sparehub" / "topology" / "__pycache__").mkdir()
    (project / "sparehub" / "topology" / "__pycache__" / "one.pyc").write_text("")
    copy = project / "copy"
    shutil.copytree(project, copy)

    assert read_program(project) == before
    assert read_program(copy) == before


def test_the_key_main_of_the_project_file_locates_the_program(project: Path) -> None:
    """A directory or a file relative to the project file; packages and lock file are beside it."""
    (project / "other").mkdir()
    (project / "other" / "__main__.py").write_text("exit()\n")
    (project / "other" / "requirements.lock").write_text("none\n")
    shutil.copytree(project / "sparehub" / "topology", project / "other" / "sparehub" / "topology")
    edit("other/sparehub/topology/rules/one.py", "A = 3\n")(project)
    default = read_program(project)
    programs = []
    for main in ("other", "other/", "other/__main__.py"):
        edit("Pulumi.yaml", f"{PROJECT}main: {main}\n")(project)
        programs.append(read_program(project))

    assert {p.digest for p in programs} - {default.digest} == {programs[0].digest}
    assert {p.packages for p in programs} - {default.packages} == {programs[0].packages}


def test_without_packages_beside_the_program_the_installed_ones_count(tmp_path: Path) -> None:
    """A project directory with stack files alone uses the packages of this command."""
    (tmp_path / "Pulumi.yaml").write_text(PROJECT)
    alone = read_program(tmp_path)
    for package in ("components", "sparehub/topology"):
        shutil.copytree(ROOT / package, tmp_path / package)

    assert read_program(tmp_path) == alone
    assert len(alone.digest) == len(alone.packages) == 64


def test_no_secret_of_a_project_file_is_in_the_digest(project: Path) -> None:
    """Encrypted, declared as secret, or at a key of the provider that is a secret."""
    edit(
        "Pulumi.yaml",
        f"{PROJECT}config:\n  azure-native:clientSecret: hush\n"
        "  sparehub:more: {secure: hush}\n  sparehub:other: {secret: true, default: hush}\n",
    )(project)

    assert "hush" not in str(read_program(project))


@pytest.mark.parametrize("text", ["a: [\n", "- a\n", ""])
def test_an_invalid_project_file_is_refused(project: Path, text: str) -> None:
    """It is not a YAML mapping."""
    edit("Pulumi.yaml", text)(project)
    with pytest.raises(ConfigurationError, match=r"Pulumi.yaml: is not a YAML mapping"):
        read_program(project)


def test_a_plan_needs_no_project_file(tmp_path: Path) -> None:
    """`sparehub plan` works with stack files alone."""
    program = read_program(tmp_path)
    assert program == Program(digest=program.digest, packages=program.packages, project={})

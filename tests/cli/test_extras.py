"""Extras: each package that a base installation lacks has one, and the command names it."""

import ast
import sys
import tomllib
from importlib import metadata
from typing import get_args

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from sparehub.cli.extras import EXTRAS, missing_extra
from sparehub.cli.operations.failover import Planned
from sparehub.cli.simulate import ClockSpeed, FaultName
from sparehub.simulator.arm.storage.clock import Speed
from sparehub.simulator.arm.storage.faults import FaultKind
from sparehub.topology.planning.plan import PlanKind
from tests.configurations import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
OURS = {"sparehub", "components"}
TEST_TOOLS = {"pytest"}  # of `sparehub.testing.fixtures`, which pytest loads
PYDANTIC = {"pydantic_core"}  # installed with pydantic
SANDBOX = {"automationassets"}  # of the runbook, which Azure Automation runs


def imported() -> set[str]:
    """Return the import names of other projects in what a wheel holds."""
    names: set[str] = set()
    for package in OURS:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    names |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    names.add(node.module or "")
    tops = {name if name in EXTRAS else name.partition(".")[0] for name in names}
    return tops - OURS - TEST_TOOLS - PYDANTIC - SANDBOX - {"proto"} - set(sys.stdlib_module_names)


def providers(name: str) -> set[str]:
    """Return the projects that install an import name; those of Azure's clients share one."""
    if "." in name:
        return {canonicalize_name(name.replace(".", "-"))}
    return {canonicalize_name(each) for each in metadata.packages_distributions()[name]}


def distributions(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in requirements}


def test_every_import_is_of_the_base_or_of_an_extra() -> None:
    """What is imported anywhere in the wheel can be installed by it."""
    base = distributions(PROJECT["dependencies"])
    outside = {name for name in imported() if not base & providers(name)}

    assert outside == set(EXTRAS)


def test_each_extra_installs_its_packages() -> None:
    """The name in the message is one that pip knows."""
    for name, extra in EXTRAS.items():
        installs = distributions(PROJECT["optional-dependencies"][extra])
        assert installs & providers(name), name


def test_the_message_names_the_extra() -> None:
    """Only for a package that an extra installs: anything else is a defect."""
    error = ModuleNotFoundError("No module named 'azure.core'", name="azure.core")

    assert missing_extra(error) == (
        "this command needs the Python package 'azure', which is not installed: "
        "pip install 'sparehub[azure]'"
    )
    assert missing_extra(ModuleNotFoundError(name="sparehub.nothing")) is None


def test_options_have_the_values_of_their_enumerations() -> None:
    """The command repeats them, so that `--help` loads neither pydantic nor the simulator."""
    assert get_args(Planned) == tuple(PlanKind)
    assert get_args(ClockSpeed) == tuple(Speed)
    assert get_args(FaultName) == tuple(FaultKind)

"""Reports of configurations that a test describes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from sparehub.report.document import Panel, Report, compose
from sparehub.report.drawing.frames import LinkState
from sparehub.stacks.stack_file_check import check_stack_files
from tests.configurations import shipped

Change = Callable[[dict[str, Any]], object]


def unchanged(values: dict[str, Any]) -> None:
    """Leave the shipped configuration as it is."""
    del values


def write_stacks(
    directory: Path, primary: Change = unchanged, secondary: Change = unchanged
) -> None:
    """Write both stack files, each changed."""
    for stack, change in (("primary", primary), ("secondary", secondary)):
        values = shipped(stack)
        change(values)
        YAML().dump({"config": values}, directory / f"Pulumi.{stack}.yaml")


def report_of(
    directory: Path, primary: Change = unchanged, secondary: Change = unchanged
) -> Report:
    """Return the report of both stack files, each changed."""
    write_stacks(directory, primary, secondary)
    return compose(check_stack_files(directory))


def links_of(panel: Panel) -> list[tuple[str, LinkState]]:
    """Return how the connections of a picture are drawn."""
    return [
        (line.title.removeprefix("connection ").split(":")[0], line.state)
        for line in panel.picture.lines
        if line.title.startswith("connection")
    ]

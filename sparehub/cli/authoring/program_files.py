"""The Pulumi project around a new stack file: ``Pulumi.yaml`` and ``__main__.py``."""

from pathlib import Path

from sparehub.cli.authoring.new_file import write_new_file
from sparehub.cli.authoring.stack_file_template import templates

PROJECT, PROGRAM = "Pulumi.yaml", "__main__.py"


def write_program(directory: Path) -> list[Path]:
    """Write the project that builds stack files of a directory; return the files written.

    Nothing is written where there is a ``Pulumi.yaml``: the project then has its own program.

    Raises:
        SparehubError: A file cannot be written.
    """
    if (directory / PROJECT).exists():
        return []
    missing = [path for name in (PROGRAM, PROJECT) if not (path := directory / name).exists()]
    for path in missing:
        write_new_file(path, templates().get_template(f"{path.name}.j2").render())
    return missing

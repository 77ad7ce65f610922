"""``docs/benchmarks.md``: each benchmark writes its own section and leaves the rest alone."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

from sparehub.topology.errors import SparehubError


def write_section(path: Path, name: str, body: str) -> None:
    """Replace the text between the marks of a section; a new section goes to the end."""
    before = path.read_text(encoding="utf-8") if path.exists() else "# Benchmarks\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(with_section(before, name, body), encoding="utf-8")


def with_section(document: str, name: str, body: str) -> str:
    """Return a document with one section replaced.

    Raises:
        SparehubError: The section has a begin mark and no end mark.
    """
    begin, end = f"<!-- begin {name}: written by `make bench` -->", f"<!-- end {name} -->"
    section = f"{begin}\n{body.strip()}\n{end}"
    head, mark, rest = document.partition(begin)
    if not mark:
        return f"{document.rstrip()}\n\n{section}\n"
    _, closed, tail = rest.partition(end)
    if not closed:
        message = f"the document has `{begin}` but no `{end}` after it: put it where that part ends"
        raise SparehubError(message)
    return f"{head}{section}{tail}"


def machine(pulumi: str = "") -> str:
    """Return one line about the machine, with Pulumi's version where it is known."""
    with_pulumi = (
        f", Pulumi {pulumi}, its SDK {version('pulumi')}, "
        f"pulumi_azure_native {version('pulumi_azure_native')}"
    )
    return (
        f"{os.cpu_count()} cores (load {os.getloadavg()[0]:.1f} at the end), "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
        f"{with_pulumi if pulumi else ''}."
    )

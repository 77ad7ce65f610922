"""``sparehub init``: writes the primary's stack file from one's own numbers."""

from collections.abc import Callable, Sequence
from io import StringIO
from ipaddress import IPv4Network
from pathlib import Path

import typer
from ruamel.yaml import YAML

from sparehub.output import Output
from sparehub.stack_file import Numbers, stack_file_text
from topology.build import build
from topology.errors import SparehubError
from topology.parse import parse_stack

Ask = Callable[[str, str], str]


def write_stack_file(numbers: Numbers, path: Path, output: Output) -> None:
    """Check the numbers as a stack file's, then write the file; never over another one.

    :raises SparehubError: where the numbers do not make a region or the file exists.
    """
    text = stack_file_text(numbers)
    build(parse_stack(YAML(typ="safe").load(StringIO(text))["config"], stack="primary"))
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        message = f"{path} exists already: name another with -o, or move it away first"
        raise SparehubError(message) from None
    except OSError as error:
        message = f"{path} cannot be written ({error.strerror}): name another with -o"
        raise SparehubError(message) from None
    output.note(f"wrote {path}; `sparehub check primary` says what it describes")


def spokes_of(texts: Sequence[str]) -> dict[str, str]:
    """Return address prefixes by name from ``NAME=PREFIX`` texts."""
    spokes = {}
    for text in texts:
        name, equals, prefix = text.partition("=")
        if not equals:
            message = f"{text!r} is not NAME=PREFIX, such as spoke1=10.1.0.0/24"
            raise typer.BadParameter(message, param_hint="--spoke")
        spokes[name.strip()] = prefix.strip()
    return spokes


def halves(prefix: str) -> tuple[str, str]:
    """Return the two halves of a prefix, or two empty texts where it has none."""
    try:
        first, second = IPv4Network(prefix).subnets()
    except ValueError:
        return "", ""
    return str(first), str(second)


def first_nva_address(subnet: str) -> str:
    """Return the tenth address of a subnet: well behind the four that Azure keeps (VN-01)."""
    try:
        return str(IPv4Network(subnet)[10])
    except (ValueError, IndexError):
        return ""

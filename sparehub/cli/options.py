"""Options that several commands share, each declared once."""

from pathlib import Path
from typing import Annotated

import typer

StackDirectory = Annotated[
    Path, typer.Option("--stack-dir", help="Directory of Pulumi.yaml and the stack files.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]

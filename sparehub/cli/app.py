"""The command `sparehub`: its groups of commands, `check`, `report`, errors and exit codes.

A command imports its module when it runs. So ``--help`` loads none of them, and a command needs
only the extras that it uses.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from sparehub.cli import simulate
from sparehub.cli.authoring import commands as authoring
from sparehub.cli.extras import missing_extra
from sparehub.cli.operations import drill, failover, replicate, runbook
from sparehub.cli.options import Json, StackDirectory
from sparehub.cli.reachability import commands as reachability
from sparehub.cli.rights import commands as rights
from sparehub.cli.trial import commands as trial
from sparehub.simulator.errors import SimulatorError
from sparehub.topology.config.printable import printable
from sparehub.topology.errors import ExitCode, SparehubError


class _Group(TyperGroup):
    """The group of all commands; usage errors are printed with control characters escaped."""

    def make_context(self, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - typer's own
        """Parse the options before the command."""
        with _printable_errors():
            return super().make_context(*arguments, **named)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - typer's own
        """Parse the options of the command, and run it."""
        with _printable_errors():
            return super().invoke(ctx)


@contextmanager
def _printable_errors() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if isinstance(message := getattr(error, "message", None), str):
            error.message = printable(message)  # type: ignore[attr-defined] # click's errors show it
        raise


app = typer.Typer(
    cls=_Group,
    help="A standby Azure hub in a second region: check, deploy, fail over, rehearse.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    add_completion=True,
    pretty_exceptions_enable=False,
    epilog="Exit codes: 0 done, 1 failed, 2 usage, 3 refused, 4 interlock or another operator, "
    "5 stopped half-way, 6 a region does not answer, 7 done with an open item, 8 (status) no "
    "region is live.",
)
app.add_typer(authoring.app)
app.add_typer(reachability.app)
app.add_typer(rights.app)
app.add_typer(failover.app)
app.add_typer(replicate.app)
app.add_typer(drill.app, name="drill")
app.add_typer(runbook.app, name="runbook")
app.add_typer(simulate.app, name="simulate")
app.add_typer(trial.app)


def _print_version(asked: bool) -> None:  # noqa: FBT001 - typer's callback
    if asked:
        from importlib import metadata

        from sparehub.output import Output

        Output().results.out(f"sparehub {metadata.version('sparehub')}")
        raise typer.Exit(ExitCode.DONE)


@app.callback()
def options(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", is_eager=True, callback=_print_version
        ),
    ] = False,
) -> None:
    """Read the options that precede the command."""


@app.command("check")
def check_stacks(
    stacks: Annotated[
        list[str] | None, typer.Argument(help="primary, secondary, or both (default).")
    ] = None,
    *,
    live: Annotated[
        bool,
        typer.Option(
            "--live", help="Also check Pulumi's states and Azure: is a failover possible?"
        ),
    ] = False,
    stack_dir: StackDirectory = Path(),
    json: Json = False,
) -> None:
    """Report problems of one or both stack files; needs no Pulumi, no cloud and no state.

    With --live it also reports everything for which a planned failover or failback would be
    refused now. It writes nothing, and its exit code is 3 if the pair is not ready.

    [bold]sparehub check[/bold]   [bold]sparehub check secondary --json[/bold]

    [bold]sparehub check --live --json[/bold]
    """
    from sparehub.output import Output

    output = Output(as_json=json)
    if live:
        from sparehub.cli.check_live import check_live

        raise typer.Exit(check_live(stack_dir, stacks or (), output))
    from sparehub.cli import check

    raise typer.Exit(check.check(stack_dir, stacks or (), output))


@app.command()
def report(
    *,
    out: Annotated[Path, typer.Option("-o", "--out", help="The file to write.")] = Path(
        "sparehub-report.html"
    ),
    stack_dir: StackDirectory = Path(),
    json: Json = False,
) -> None:
    """Write one HTML file about the pair: pictures before and after a failover, steps, routes.

    It also has the findings, and from the journal in $SPAREHUB_HOME the past operations and the
    open items. It loads nothing from the network. Needs no Pulumi, no cloud and no state.

    [bold]sparehub report[/bold]   [bold]sparehub report -o pair.html[/bold]
    """
    from sparehub.cli import report as report_command
    from sparehub.output import Output

    output = Output(as_json=json)
    raise typer.Exit(report_command.report(stack_dir, out, output, os.environ))


def main() -> None:
    """Run the command; an expected error is one message and an exit code."""
    try:
        app()
    except (SparehubError, SimulatorError) as error:
        _end(str(error), error.exit_code if isinstance(error, SparehubError) else ExitCode.FAILED)
    except ModuleNotFoundError as error:
        if message := missing_extra(error):
            _end(message, ExitCode.FAILED)
        raise
    except BrokenPipeError:
        sys.exit(ExitCode.FAILED)


def _end(message: str, code: int) -> NoReturn:
    from sparehub.output import Output
    from sparehub.topology.planning.rights.refusals import advice_on_rights

    output = Output()
    output.note(f"error: {message}")
    if advice := advice_on_rights(message):
        output.note(advice)
    sys.exit(code)

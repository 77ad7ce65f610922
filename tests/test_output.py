"""Control characters and markup in printed texts are escaped."""

import io
from pathlib import Path

import pytest
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from sparehub.output import Output, SafeConsole
from sparehub.topology.config.printable import printable
from tests.command_fixtures import Sparehub
from tests.configurations import ROOT

HOSTILE = "\x1b[31mred\x1b]0;t\x9c \u202egnp.exe\u2066 [red]x[/] [link=http://e]y[/link] :x:"
SHOWN = r"\x1b[31mred\x1b]0;t\x9c \u202egnp.exe\u2066 [red]x[/] [link=http://e]y[/link] :x:"


def console(*, terminal: bool = False) -> SafeConsole:
    return SafeConsole(
        file=io.StringIO(),
        width=250,
        force_terminal=terminal,
        markup=False,
        emoji=False,
        highlight=False,
    )


def output_of(stream: SafeConsole) -> str:
    assert isinstance(stream.file, io.StringIO)
    return stream.file.getvalue()


@pytest.mark.parametrize("terminal", [False, True])
def test_every_way_to_print_escapes_control_characters(*, terminal: bool) -> None:
    """As a line, as rich's text, in a table, in a note, and without rich's layout."""
    stream = console(terminal=terminal)
    output = Output(results=stream, progress=stream)
    table = Table("a")
    table.add_row(HOSTILE)

    output.note(HOSTILE)
    output.results.print(HOSTILE)
    output.results.print(Text(HOSTILE))
    output.results.print(table)
    output.results.out(HOSTILE, highlight=False)
    output.table((HOSTILE,), [(HOSTILE,)])

    assert output_of(stream).count(SHOWN) == 7
    sequences = ("\x1b[31m", "\x1b]", "\x9c", "\u202e")
    assert not any(sequence in output_of(stream) for sequence in sequences)


def test_a_progress_bar_escapes_its_description() -> None:
    """It is redrawn with rich's own cursor movements."""
    stream = console(terminal=True)
    with Progress(console=stream) as bar:
        bar.add_task("a\x1b[2Jb")

    assert r"a\x1b" in output_of(stream)
    assert "\x1b[2J" not in output_of(stream)


def test_styles_are_shown_on_a_terminal() -> None:
    """The counterpart: styles of the command itself."""
    stream = console(terminal=True)
    stream.print("error", style="red")

    assert output_of(stream) == "\x1b[31merror\x1b[0m\n"


def test_text_for_a_shell_is_printed_exactly() -> None:
    """A shell is not a terminal: it evaluates the text."""
    stream = console()
    Output(results=stream, progress=stream).exactly("export A='a\tb\x1b[c]'")

    assert output_of(stream) == "export A='a\tb\x1b[c]'\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\tc", "a\nb\tc"),
        ("a\r\nb", "a\nb"),
        ("a\rb", r"a\rb"),
        ("a\x00b", r"a\x00b"),
        ("a\ud800b", r"a\ud800b"),
        ("größe 大 🙂 \\x1b", "größe 大 🙂 \\x1b"),
        ("a\u2028b\u200fc", r"a\u2028b\u200fc"),
    ],
)
def test_line_ends_and_letters_are_not_escaped(text: str, shown: str) -> None:
    """Everything else is escaped, once."""
    assert printable(text) == shown
    assert printable(shown) == shown


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "--\x1b[31m"),
        ("check\x1b[31m",),
        ("\x1b[31m",),
        ("routes", "primary", "x\x1b[31m\u202e"),
        ("verify", "--state", "x\x1b[31m\u202e"),
        ("check", "--stack-dir", "x\x1b[31m\u202e"),
    ],
    ids=repr,
)
def test_a_usage_error_escapes_the_argument(sparehub: Sparehub, arguments: tuple[str, ...]) -> None:
    """An option, a command, a value, a directory."""
    done = sparehub(*arguments, variables={"FORCE_COLOR": "1", "TERM": "xterm"})

    assert done.returncode in (2, 3)
    text = done.stdout + done.stderr
    assert "\u202e" not in text
    assert "\x1b[31m\u202e" not in text
    assert r"\x1b" in text


def test_keys_and_values_of_a_stack_file_are_escaped(sparehub: Sparehub, tmp_path: Path) -> None:
    """In the findings of `check`."""
    path = tmp_path / "Pulumi.primary.yaml"
    text = path.read_text()
    wrong = '    "a\\e[31m": "[red]x[/]"\n    "[bold]k[/]": "\\u202e"\n'
    path.write_text(text.replace("  sparehub:region:\n", f"  sparehub:region:\n{wrong}", 1))

    done = sparehub("check", "primary")

    assert done.returncode == 3
    assert r"region.'a\x1b[31m': " in done.stdout
    assert "\x1b[31m" not in done.stdout
    path.write_text(path.read_text().replace('    "a\\e[31m": "[red]x[/]"\n', ""))
    assert "region.[bold]k[/]: unknown key" in sparehub("check", "primary").stdout


def test_only_the_console_prints() -> None:
    """Another stream, or Pulumi's log, would not escape control characters."""
    words = ("sys.stdout", "sys.stderr", " print(", "typer.echo", " Console(", "pulumi.log.")
    simulator = ROOT / "sparehub" / "simulator"  # separate processes with their own output
    printing = {
        str(path.relative_to(ROOT))
        for package in ("sparehub", "components")
        for path in (ROOT / package).rglob("*.py")
        if simulator not in path.parents and any(word in path.read_text() for word in words)
    }

    assert printing == {
        "components/stack_program/messages.py",
        "sparehub/site_recovery/runbook/switch_network.py",  # the output of a job, escaped there
    }

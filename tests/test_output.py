"""Nothing in a text is obeyed: neither by the terminal that shows it nor by what lays it out."""

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


def said(stream: SafeConsole) -> str:
    assert isinstance(stream.file, io.StringIO)
    return stream.file.getvalue()


@pytest.mark.parametrize("terminal", [False, True])
def test_every_way_to_print_shows_a_text_as_it_is(*, terminal: bool) -> None:
    """As a line, styled, as rich's text, in a table, in a bar, and without rich's layout."""
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

    assert said(stream).count(SHOWN) == 7
    assert not any(each in said(stream) for each in ("\x1b[31m", "\x1b]", "\x9c", "\u202e"))


def test_a_bar_obeys_no_description() -> None:
    """It is drawn anew again and again, by moves of the cursor that are rich's own."""
    stream = console(terminal=True)
    with Progress(console=stream) as bar:
        bar.add_task("a\x1b[2Jb")

    assert r"a\x1b" in said(stream)
    assert "\x1b[2J" not in said(stream)


def test_styles_are_shown_on_a_terminal() -> None:
    """The twin: what the command itself asks for."""
    stream = console(terminal=True)
    stream.print("error", style="red")

    assert said(stream) == "\x1b[31merror\x1b[0m\n"


def test_text_for_a_shell_is_printed_exactly() -> None:
    """A shell is no terminal: it evaluates what it is given."""
    stream = console()
    Output(results=stream, progress=stream).exactly("export A='a\tb\x1b[c]'")

    assert said(stream) == "export A='a\tb\x1b[c]'\n"


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
def test_lines_and_letters_stay(text: str, shown: str) -> None:
    """All else is escaped, once."""
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
def test_an_error_shows_an_argument_as_it_is(
    sparehub: Sparehub, arguments: tuple[str, ...]
) -> None:
    """An option, a command, a value, a directory: on a terminal as well."""
    done = sparehub(*arguments, variables={"FORCE_COLOR": "1", "TERM": "xterm"})

    assert done.returncode in (2, 3)
    text = done.stdout + done.stderr
    assert "\u202e" not in text
    assert "\x1b[31m\u202e" not in text
    assert r"\x1b" in text


def test_a_stack_file_is_shown_as_it_is(sparehub: Sparehub, tmp_path: Path) -> None:
    """Keys and values that would be obeyed, in what `check` says of them."""
    path = tmp_path / "Pulumi.primary.yaml"
    text = path.read_text()
    wrong = '    "a\\e[31m": "[red]x[/]"\n    "[bold]k[/]": "\\u202e"\n'
    path.write_text(text.replace("  sparehub:region:\n", f"  sparehub:region:\n{wrong}", 1))

    done = sparehub("check", "primary")

    assert done.returncode == 3
    assert r"region.'a\x1b[31m': is no key: it holds a control character (CONFIG" in done.stdout
    assert "\x1b[31m" not in done.stdout
    path.write_text(path.read_text().replace('    "a\\e[31m": "[red]x[/]"\n', ""))
    assert "region.[bold]k[/]: unknown key" in sparehub("check", "primary").stdout


def test_nothing_prints_past_the_console() -> None:
    """A stream of one's own, or a log of Pulumi's, would be obeyed."""
    words = ("sys.stdout", "sys.stderr", " print(", "typer.echo", " Console(", "pulumi.log.")
    simulator = ROOT / "sparehub" / "simulator"  # processes of its own, whose output is its own
    printing = {
        str(path.relative_to(ROOT))
        for package in ("sparehub", "components")
        for path in (ROOT / package).rglob("*.py")
        if simulator not in path.parents and any(word in path.read_text() for word in words)
    }

    assert printing == {"components/stack_program/messages.py"}

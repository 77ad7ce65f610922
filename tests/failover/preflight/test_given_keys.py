"""Authorization keys that are typed, piped or asked for; none is ever shown."""

import io

import pytest
import typer
from pydantic import SecretStr

from sparehub.failover.preflight.keys.given_keys import read_keys
from tests.command_fixtures import Sparehub


def read(*options: str) -> list[tuple[str, str]]:
    return [(name, key.get_secret_value()) for name, key in read_keys(options)]


def test_a_key_may_name_its_connection() -> None:
    """A plain one is for the only connection, or the one that needs it."""
    assert read("a-key") == [("", "a-key")]
    assert read("hong-kong=a-key", "more=b=c") == [("hong-kong", "a-key"), ("more", "b=c")]
    assert read() == []


def test_a_key_is_read_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line each, so that no key is seen in `ps` or kept by a shell."""
    monkeypatch.setattr("sys.stdin", io.StringIO("one\ntwo\n"))
    assert read("-", "more=-") == [("", "one"), ("more", "two")]


def test_a_key_is_asked_for_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """And not shown while it is typed."""
    asked = []

    def prompt(text: str, **how: bool) -> str:
        asked.append((text, how))
        return "typed"

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(typer, "prompt", prompt)
    assert read("-", "more=-") == [("", "typed"), ("more", "typed")]
    assert asked == [
        ("authorization key", {"hide_input": True, "err": True}),
        ("authorization key of more", {"hide_input": True, "err": True}),
    ]


@pytest.mark.parametrize("option", ["", "more=", " ", "-"])
def test_no_key_is_a_usage_error(monkeypatch: pytest.MonkeyPatch, option: str) -> None:
    """Also where standard input has ended."""
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(typer.BadParameter, match="needs a key: KEY, CONNECTION=KEY, or -"):
        read(option)


def test_a_key_is_not_in_what_is_printed_of_it() -> None:
    """A traceback that shows local variables shows none of it."""
    (found,) = read_keys(["shared=hush"])
    assert found == ("shared", SecretStr("hush"))
    assert "hush" not in repr(found)


@pytest.mark.parametrize("command", ["failover", "failback"])
def test_the_help_says_where_a_command_line_is_seen(sparehub: Sparehub, command: str) -> None:
    """And how to give a key without one."""
    done = sparehub(command, "--help", variables={"COLUMNS": "400", "TERM": "dumb"})
    text = " ".join(done.stdout.split())
    assert "--authorization-key" in text
    assert "visible in `ps`" in text
    assert "standard input" in text

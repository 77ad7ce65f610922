"""Usage errors of the command line, and what it adds to an error."""

import pytest

from sparehub.cli import app
from sparehub.topology.errors import SparehubError
from tests.command_fixtures import Sparehub


@pytest.mark.parametrize("arguments", [["nope"], ["check", "--nope"], ["simulate", "clock", "7"]])
def test_a_wrong_call_is_usage(sparehub: Sparehub, arguments: list[str]) -> None:
    """Exit code 2, and no traceback."""
    done = sparehub(*arguments)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("sparehub fail", ["failover", "failback"]),
        ("sparehub simulate fault ", ["add", "list", "clear"]),
        ("sparehub nothing-like-it", []),
    ],
)
def test_the_shell_completes_commands(sparehub: Sparehub, words: str, expected: list[str]) -> None:
    """As bash asks; `sparehub --show-completion` prints what asks."""
    asked = {
        "COMP_WORDS": words,
        "COMP_CWORD": str(words.count(" ")),
        "_SPAREHUB_COMPLETE": "complete_bash",
    }

    assert sparehub(variables=asked).stdout.split() == expected


def test_a_refusal_of_rights_is_followed_by_the_roles_that_have_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where Pulumi reports it; another error has nothing below it."""
    action = "Microsoft.Network/connections/write"
    refused = (
        "Pulumi failed: the client 'a' does not have authorization to perform action "
        f"'{action}' over scope '/subscriptions/s'"
    )

    def end(message: str) -> list[str]:
        def fail() -> None:
            raise SparehubError(message)

        monkeypatch.setattr(app, "app", fail)
        with pytest.raises(SystemExit):
            app.main()
        return " ".join(capsys.readouterr().err.split()).split("missing: ")

    _, advice = end(refused)
    assert advice.startswith(f"{action} at /subscriptions/s; a role that has it: `sparehub roles")
    assert end("Pulumi failed") == ["error: Pulumi failed"]

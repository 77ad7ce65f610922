"""Usage errors of the command line."""

import pytest

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

"""Usage errors of the command line."""

import pytest

from tests.command_fixtures import Sparehub


@pytest.mark.parametrize("arguments", [["nope"], ["check", "--nope"], ["simulate", "clock", "7"]])
def test_a_wrong_call_is_usage(sparehub: Sparehub, arguments: list[str]) -> None:
    """Exit code 2, and no traceback."""
    done = sparehub(*arguments)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr

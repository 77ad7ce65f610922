"""`--declared-at`: which times it takes, and how the journal says them."""

from typing import Any

import pytest
from typer.testing import CliRunner

from sparehub.cli.operations import failover as commands
from sparehub.failover import operations
from sparehub.failover.operations import OperationRequest


def run(monkeypatch: pytest.MonkeyPatch, *options: str) -> tuple[int, str, OperationRequest | None]:
    """Run a failover that does nothing; return code, output and what was asked for."""
    asked: list[Any] = []

    def begin(_directory: object, request: OperationRequest, _output: object) -> int:
        asked.append(request)
        return 0

    monkeypatch.setattr(operations, "begin", begin)
    monkeypatch.setenv("COLUMNS", "200")
    done = CliRunner().invoke(commands.app, ["failover", *options])
    return done.exit_code, done.output, asked[0] if asked else None


def test_a_time_is_kept_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the option nothing is declared."""
    code, _, request = run(monkeypatch, "--declared-at", "2026-11-30T09:15:00+08:00")
    _, _, plain = run(monkeypatch)

    assert code == 0
    assert request
    assert request.declared == "2026-11-30T01:15:00.000+00:00"
    assert plain
    assert plain.declared == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("yesterday", "is not a time of ISO 8601"),
        ("2026-11-30T09:15:00", "has no time zone"),
        ("2999-01-01T00:00:00Z", "is in the future"),
    ],
)
def test_a_time_that_is_not_clear_is_refused(
    monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    code, output, request = run(monkeypatch, "--declared-at", text)

    assert (code, request) == (2, None)
    assert said in output

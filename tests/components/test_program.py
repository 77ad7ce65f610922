"""What Pulumi hands to the program is read, or refused by one message."""

from typing import Any

import pulumi
import pytest
from pulumi.runtime.mocks import MockResourceArgs, Mocks

from components.stack_program import messages
from components.stack_program.program import _object
from sparehub.topology.errors import ConfigurationError


class Nothing(Mocks):
    """Registers nothing."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        raise AssertionError(args.name)

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], None]:
        raise AssertionError(args.token)


def given(text: str) -> object:
    """Return what the program makes of a key's text."""
    pulumi.runtime.set_mocks(Nothing(), project="sparehub", stack="primary")
    pulumi.runtime.set_all_config({"sparehub:region": text})
    try:
        return _object(pulumi.Config("sparehub"), "region")
    finally:
        pulumi.runtime.set_all_config({})  # it would outweigh the configuration of other tests


@pytest.mark.parametrize("text", ["[" * 100_000, "1" * 5000, "{", "[" + "9" * 5000 + "]"])
def test_json_that_python_cannot_read_is_refused(text: str) -> None:
    """Deep, with a number of thousands of digits, or cut off: no traceback."""
    with pytest.raises(ConfigurationError, match="region: is not a mapping of keys, nests without"):
        given(text)


def test_json_is_read() -> None:
    """The twin."""
    assert given('{"name": "a"}') == {"name": "a"}


def test_what_the_program_says_is_shown_and_not_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pulumi prints it to a terminal as it is."""
    said: list[str] = []
    for level in ("error", "warn", "info"):
        monkeypatch.setattr(pulumi.log, level, said.append)

    for each in (messages.error, messages.warn, messages.info):
        each("a\x1b[31m\u202eb")

    assert said == [r"a\x1b[31m\u202eb"] * 3

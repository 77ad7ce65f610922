"""The interlock on the real engine: refused before the first resource, or overridden."""

from collections.abc import Callable

import pytest

from sparehub.simulator import control
from tests.engine.conftest import Engine


def test_a_second_live_region_is_refused_and_nothing_is_made(
    engine: Callable[..., Engine],
) -> None:
    """At preview and at up, on an empty stack and on one that stands by; a reason overrides it."""
    azure = engine("primary", "secondary")
    azure.up("primary")
    azure.rehearsal.pulumi("config", "set", "activation", "active", "--stack", "secondary")

    with azure.writes() as seen:
        preview = azure.refused("preview", "--stack", "secondary")
        refused = azure.refused("up", "--yes", "--skip-preview", "--stack", "secondary")
    assert seen == []
    for text in (preview, refused):
        assert (
            "interlock: stack 'primary' (eastasia) is live by con-eastasia-hong-kong and advertises"
            in text
        )
        assert "Traceback" not in text
        assert "unhandled error" not in text

    azure.switch("secondary", "standby")
    azure.rehearsal.pulumi("config", "set", "activation", "active", "--stack", "secondary")
    with azure.writes() as seen:
        azure.refused("up", "--yes", "--skip-preview", "--stack", "secondary")
    assert seen == []

    reason = ("config", "set", "overrideInterlock", "eastasia is lost", "--stack", "secondary")
    azure.rehearsal.pulumi(*reason)
    with azure.writes() as seen:
        text = azure.rehearsal.pulumi("up", "--yes", "--skip-preview", "--stack", "secondary")
    assert seen == [("create", "con-southeastasia-singapore")]
    assert "the interlock is overridden (eastasia is lost)" in text
    assert "pulumi config rm overrideInterlock" in text


@pytest.mark.long
def test_preferences_decide_only_where_both_stacks_say_the_same(
    engine: Callable[..., Engine],
) -> None:
    """ER-23: refused while they differ, also at the program that reads what the pair recorded."""

    def prefer(stack: str) -> None:
        azure.change(stack, lambda c: c["sparehub:region"]["onPremises"].update(prefers="primary"))

    azure = engine("primary", "secondary")
    azure.up("primary")
    azure.up("secondary")
    azure.rehearsal.pulumi("config", "set", "activation", "active", "--stack", "secondary")
    prefer("secondary")
    with azure.writes() as seen:
        refused = azure.refused("up", "--yes", "--skip-preview", "--stack", "secondary")
    assert seen == []
    assert "onPremises.prefers is 'primary' here and 'none' in the outputs of 'primary'" in refused

    # Both files: the primary first, then the secondary.
    prefer("primary")
    assert "ER-23" in azure.preview("primary")
    assert azure.up("primary") == []
    assert azure.up("secondary") == [("create", "con-southeastasia-singapore")]


def test_a_destroyed_pair_does_not_count_as_a_pair(engine: Callable[..., Engine]) -> None:
    """Its outputs went with it."""
    azure = engine("primary", "secondary")
    azure.rehearsal.pulumi("up", "--yes", "--skip-preview", "--stack", "primary")
    azure.rehearsal.pulumi("state", "unprotect", "--all", "--yes", "--stack", "primary")
    control.deprovision(azure.store, "erc-hong-kong")
    azure.rehearsal.pulumi("destroy", "--yes", "--skip-preview", "--stack", "primary")

    assert ("create", "con-southeastasia-singapore") in azure.switch("secondary", "active")


def test_a_pair_of_another_name_is_not_taken_for_none(engine: Callable[..., Engine]) -> None:
    """A stack that does not exist is warned of; this very stack is refused."""
    azure = engine("secondary")
    azure.rehearsal.pulumi("config", "set", "pairedStack", "primry", "--stack", "secondary")
    azure.rehearsal.pulumi("config", "set", "activation", "active", "--stack", "secondary")

    assert "there is no stack 'primry' yet" in azure.preview("secondary")
    azure.rehearsal.pulumi("config", "set", "pairedStack", "secondary", "--stack", "secondary")
    refused = azure.refused("preview", "--stack", "secondary")
    assert "pairedStack: 'secondary' is this stack itself" in refused

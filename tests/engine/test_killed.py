"""An engine that is killed takes everything with it, and the interlock knows what it left."""

from collections.abc import Callable

from sparehub.simulator import control
from tests.engine.conftest import Engine

Make = Callable[..., Engine]


def test_nothing_outlives_a_killed_engine(engine: Make) -> None:
    """Provider, language host and program end, in the middle of a gateway of a quarter hour."""
    azure = engine("secondary")
    control.set_clock(azure.store, "1")
    log = azure.rehearsal.log

    azure.killed(
        "up", "--stack", "secondary", when=lambda: bool(log()) and len(azure.processes()) > 2
    )

    assert {entry.outcome for entry in log()} == {"Succeeded"}


def test_a_region_whose_connection_was_not_deleted_is_live(engine: Make) -> None:
    """Its stack says `standby` from the moment the program ended; the connection still stands."""
    azure = engine("primary", "secondary")
    azure.up("primary")
    azure.up("secondary")
    azure.rehearsal.pulumi("config", "set", "activation", "standby", "--stack", "primary")
    control.set_clock(azure.store, "1")
    log = azure.rehearsal.log
    azure.killed(
        "up",
        "--stack",
        "primary",
        when=lambda: log()[-1].operation == "delete",
        what="sparehub.simulator.provider.plugin",
    )
    control.set_clock(azure.store, "instant")
    assert azure.outputs("primary")["activation"] == "standby"

    azure.rehearsal.pulumi("config", "set", "activation", "active", "--stack", "secondary")
    with azure.writes() as seen:
        refused = azure.refused("up", "--yes", "--stack", "secondary")

    assert "stack 'primary' (eastasia) is live by con-eastasia-hong-kong" in refused
    assert seen == []

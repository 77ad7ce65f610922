"""`sparehub trial` as a person or a script runs it: options, output and exit codes."""

import json
from pathlib import Path

from sparehub.azure.local import local_azure
from tests.cli.trial.conftest import SUBSCRIPTION
from tests.command_fixtures import Sparehub


def test_the_command_begins_lists_and_cleans_up(sparehub: Sparehub, tmp_path: Path) -> None:
    """Code 3 while a lock is in the way, 0 at the end; nothing without a confirmation."""
    store = tmp_path / "azure"
    here = {"SPAREHUB_SIMULATOR": str(store)}
    lock = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/locks/keep"
    named = ("trial", "--subscription", SUBSCRIPTION)
    azure = local_azure(store, SUBSCRIPTION)
    azure.send("PUT", lock, {"properties": {"level": "ReadOnly"}})

    nobody = sparehub(*named, variables=here)
    locked = sparehub(*named, "--yes", "-o", "first", variables=here)
    azure.send("DELETE", lock)
    done = sparehub(*named, "--yes", "-o", "first", "--json", variables=here)
    again = sparehub(*named, "--yes", "-o", "first", variables=here)
    cleaned = sparehub(*named, "--clean-up", "--yes", variables=here)
    unasked = sparehub(*named, "--clean-up", variables=here)
    alone = sparehub(*named, "--yes", "--trial", "abc123", variables=here)

    runs = (nobody, locked, done, again, cleaned, unasked, alone)
    assert [run.returncode for run in runs] == [2, 3, 0, 2, 0, 2, 2], [run.stderr for run in runs]
    assert "no terminal to confirm at" in unasked.stderr
    assert "--trial names what --clean-up removes" in alone.stderr
    assert "no terminal to confirm at" in nobody.stderr
    assert "the lock 'keep' (ReadOnly)" in locked.stderr
    assert json.loads(done.stdout)["differences"] == []
    assert "has recording.json, perhaps of an earlier trial" in again.stderr
    assert cleaned.stdout == "no trial is left\n"


def test_a_subscription_has_to_be_named(sparehub: Sparehub) -> None:
    """Neither the environment nor a stack file names it."""
    run = sparehub("trial", "--yes", variables={"ARM_SUBSCRIPTION_ID": SUBSCRIPTION})

    assert run.returncode == 2
    assert "--subscription" in run.stderr

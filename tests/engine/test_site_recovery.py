"""The real engine and azure-native's classes of Site Recovery, on the local Azure."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.engine.conftest import Engine

Make = Callable[..., Engine]
IMPORTED = (
    "plan",
    "item",
    "networks",
    "map-primary",
    "map-recovery",
    "policy",
    "role",
    "cache",
    "runbook",
    "environment",
    "variable",
    "spare",
)
PROGRAM = Path(__file__).with_name("site_recovery_program.py")


def prepared(engine: Make) -> Engine:
    azure = engine("primary")
    shutil.copy(PROGRAM, azure.rehearsal.project / "__main__.py")
    return azure


def test_every_class_is_created_updated_refreshed_imported_and_destroyed(engine: Make) -> None:
    """A second `up` writes nothing, also after a refresh while replication goes on."""
    azure = prepared(engine)

    created = azure.up("primary")
    assert azure.up("primary") == []
    azure.rehearsal.pulumi("refresh", "--yes", "--stack", "primary")
    assert azure.up("primary") == []
    azure.rehearsal.pulumi("config", "set", "retention", "60", "--stack", "primary")
    changed = azure.up("primary")
    azure.rehearsal.pulumi("refresh", "--yes", "--stack", "primary")
    assert azure.up("primary") == []
    import_again(azure)
    assert azure.up("primary") == []
    azure.rehearsal.pulumi("destroy", "--yes", "--skip-preview", "--stack", "primary")

    assert len(created) == 25
    assert changed == [("update", "policy")]
    assert left(azure) == []


def import_again(azure: Engine) -> None:
    """Forget resources, those that depend on others first, and import them."""
    state = json.loads(azure.rehearsal.pulumi("stack", "export", "--stack", "primary"))
    known = {
        resource["urn"].rpartition("::")[2]: resource
        for resource in state["deployment"]["resources"]
    }
    for name in IMPORTED:
        arguments = ("--force", "--yes", "--stack", "primary", known[name]["urn"])
        azure.rehearsal.pulumi("state", "delete", *arguments)
    for name in IMPORTED:
        resource = known[name]
        what = (resource["type"], name, resource["id"])
        options = ("--yes", "--protect=false", "--generate-code=false", "--stack", "primary")
        azure.rehearsal.pulumi("import", *what, *options)


def left(azure: Engine) -> list[str]:
    """Return the groups that a destroy left."""
    path = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups"
    body = azure.arm("GET", path).body
    assert body is not None
    return [group["name"] for group in body["value"]]

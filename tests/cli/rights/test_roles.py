"""``sparehub roles``: definitions and their assignments, from the stack files alone."""

import json
from pathlib import Path

from sparehub.topology.azure.role_definitions.custom import OPERATOR, ROLES
from tests.command_fixtures import Sparehub

SUBSCRIPTION = "00000000-0000-0000-0000-00000000000a"
WHOLE = f"/subscriptions/{SUBSCRIPTION}"
GIVEN = ("--subscription", SUBSCRIPTION)


def test_every_assignment_is_listed_with_its_command(sparehub: Sparehub) -> None:
    """The command names role, scope and a variable for the identity."""
    done = sparehub("roles", *GIVEN)

    assert done.returncode == 0, done.stderr
    group = f"{WHOLE}/resourceGroups/rg-sparehub-southeastasia"
    command = (
        'az role assignment create --assignee-object-id "$OPERATOR" '
        f'--role "Sparehub operator" --scope {group}'
    )
    assert command in done.stdout.splitlines()


def test_a_scope_is_one_word_of_the_shell(sparehub: Sparehub) -> None:
    """A dollar sign in it is not the shell's; a plain one has no quotes."""
    scope = f"{WHOLE}/resourceGroups/$(id)"
    done = sparehub("roles", "operator", "--scope", scope)

    assert f" --scope '{scope}'\n" in done.stdout, done.stderr


def test_one_role_is_what_azures_command_line_takes(sparehub: Sparehub) -> None:
    """Nothing else is on standard output."""
    done = sparehub("roles", "operator", "--json", *GIVEN)

    assert json.loads(done.stdout) == OPERATOR.definition([WHOLE])


def test_all_roles_in_one_document(sparehub: Sparehub) -> None:
    """With who needs which where."""
    document = json.loads(sparehub("roles", "--json", *GIVEN).stdout)

    assert sorted(document["definitions"]) == sorted(ROLES)
    readers = [each for each in document["assignments"] if each["role"] == "reader"]
    assert readers == [{"role": "reader", "scope": WHOLE, "what": "subscription of primary"}]


def test_a_scope_replaces_those_of_the_files(sparehub: Sparehub, tmp_path: Path) -> None:
    """A circuit of another team; then no stack file is read."""
    for file in tmp_path.glob("Pulumi.*"):
        file.unlink()
    circuit = f"{WHOLE}/resourceGroups/rg/providers/Microsoft.Network/expressRouteCircuits/lent"

    done = sparehub("roles", "fence", "--scope", circuit)

    assert done.returncode == 0, done.stderr
    assert f'--role "Sparehub fence" --scope {circuit}' in done.stdout
    definition = json.loads(sparehub("roles", "fence", "--scope", circuit, "--json").stdout)
    assert definition["AssignableScopes"] == [WHOLE]


def test_definitions_are_written_to_a_directory(sparehub: Sparehub, tmp_path: Path) -> None:
    """One file a role."""
    done = sparehub("roles", "-o", "roles", *GIVEN)

    assert done.returncode == 0, done.stderr
    written = {path.stem: json.loads(path.read_text()) for path in (tmp_path / "roles").iterdir()}
    assert sorted(written) == sorted(ROLES)
    assert written["operator"] == OPERATOR.definition([WHOLE])


def test_what_cannot_be_answered_is_refused_with_the_way_on(
    sparehub: Sparehub, tmp_path: Path
) -> None:
    """An unknown role or subscription, a scope that is none, a directory that is a file."""
    unknown = sparehub("roles", "admin", *GIVEN)
    assert unknown.returncode == 2
    assert "there is no role 'admin'; there are: deployer, fence, operator" in unknown.stderr
    nowhere = sparehub("roles")
    assert nowhere.returncode == 2
    assert "the file of primary names no subscription: give --subscription" in nowhere.stderr
    for scope in ("rg-hub", "/subscriptions/mine", "/"):
        assert sparehub("roles", "fence", "--scope", scope).returncode == 2
    (tmp_path / "file").touch()
    full = sparehub("roles", "-o", "file", *GIVEN)
    assert full.returncode == 1
    assert "file cannot be written" in full.stderr


def test_a_role_that_nobody_needs_is_named(sparehub: Sparehub) -> None:
    """The pair without a runbook: no empty table, and one line that says so."""
    done = sparehub("roles", "runbook", *GIVEN)

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "not needed by these stack files: runbook\n"

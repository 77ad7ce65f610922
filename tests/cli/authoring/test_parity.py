"""`sparehub parity` and `sparehub adopt` as a script calls them: JSON, exit codes, one message."""

import json
import shutil
from pathlib import Path

import pytest

from tests.command_fixtures import Sparehub, change
from tests.configurations import ROOT

EXPORTED = ROOT / "tests" / "topology" / "adoption" / "exported" / "group.json"


def test_the_shipped_pair_has_no_wrong_difference(sparehub: Sparehub) -> None:
    """Exit code 0, and the keys that scripts rely on."""
    done = sparehub("parity", "--json")

    differences = json.loads(done.stdout)["differences"]
    assert (done.returncode, done.stderr) == (0, "")
    assert differences[0] == {
        "path": "azure-native:location",
        "primary": "eastasia",
        "secondary": "southeastasia",
        "verdict": "expected",
        "reason": "each region has its own",
        "stack": None,
    }


def test_a_wrong_difference_is_first_and_ends_with_exit_code_3(
    sparehub: Sparehub, tmp_path: Path
) -> None:
    """In plain lines; the last line has the counts."""
    change(
        tmp_path / "Pulumi.secondary.yaml",
        lambda keys: keys["sparehub:region"]["hub"]["nva"].update(stateful=False),
    )

    done = sparehub("parity")

    lines = [line.split() for line in done.stdout.splitlines()]
    assert done.returncode == 3
    assert lines[0] == ["verdict", "path", "primary", "secondary", "reason"]
    assert lines[1][:4] == ["wrong", "region.hub.nva.stateful", "true", "false"]
    assert lines[-1] == ["1", "wrong,", "0", "allowed,", "12", "expected"]


def test_a_stack_file_that_is_missing_is_one_message(sparehub: Sparehub, tmp_path: Path) -> None:
    """The output is that of `check` of both files."""
    (tmp_path / "Pulumi.secondary.yaml").unlink()

    done = sparehub("parity")

    assert done.returncode == 3
    assert "error secondary Pulumi.secondary.yaml: no such file" in done.stdout


def test_parity_of_deployed_stacks_needs_pulumi(sparehub: Sparehub, tmp_path: Path) -> None:
    """The target is named first."""
    variables = {"PATH": str(tmp_path), "ARM_SUBSCRIPTION_ID": "S", "SPAREHUB_SIMULATOR": ""}

    done = sparehub("parity", "--deployed", variables=variables)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        "subscription S",
        "error: there is no pulumi on PATH: run `make setup`, or install Pulumi",
    ]


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ("echo '{}'", "the export of stack 'primary' is not a Pulumi state"),
        ("echo 'error: no stack named' >&2; exit 255", "there is no stack 'primary' in this"),
        ("echo 'wrong passphrase' >&2; exit 255", "cannot be read; pulumi says: wrong passphrase"),
        ("""echo '{"deployment": {}}'""", "stack 'primary' is empty: `pulumi up"),
    ],
)
def test_a_state_that_cannot_be_read_is_one_message(
    sparehub: Sparehub, tmp_path: Path, printed: str, said: str
) -> None:
    """For every output of Pulumi; there is no traceback."""
    pulumi = tmp_path / "bin" / "pulumi"
    pulumi.parent.mkdir()
    pulumi.write_text(f"#!/bin/sh\n{printed}\n")
    pulumi.chmod(0o755)

    done = sparehub("parity", "--deployed", variables={"PATH": f"{pulumi.parent}:/usr/bin:/bin"})

    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 2
    assert said in done.stderr


def test_adopt_writes_two_files_and_lists_the_rest(sparehub: Sparehub, tmp_path: Path) -> None:
    """They are in one directory; a second run overwrites neither."""
    shutil.copy(EXPORTED, tmp_path)
    arguments = ("adopt", "group.json", "-o", "Pulumi.old.yaml", "--json")

    done, again = sparehub(*arguments), sparehub(*arguments)

    report = json.loads(done.stdout)
    imports = json.loads((tmp_path / "Pulumi.old.import.json").read_text())
    assert (done.returncode, done.stderr, len(report["notUnderstood"])) == (0, "", 17)
    assert report["resources"] == len(imports["resources"])
    assert "  sparehub:activation: active\n" in (tmp_path / "Pulumi.old.yaml").read_text()
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr.startswith("error: Pulumi.old.yaml exists already")


def test_adopt_reports_the_assumed_subscription_and_group(
    sparehub: Sparehub, tmp_path: Path
) -> None:
    """A template has neither; the subscription is that of the one full id in it."""
    shutil.copy(EXPORTED, tmp_path)

    done = sparehub("adopt", "group.json", "-o", "Pulumi.old.yaml", "--json")

    subscription = "/subscriptions/22222222-3333-4444-5555-666666666666"
    assert json.loads(done.stdout)["notUnderstood"][:2] == [
        {
            "id": subscription,
            "reason": "assumed, because a template has no subscription id: give --subscription",
        },
        {
            "id": f"{subscription}/resourceGroups/rg-sparehub-eastasia",
            "reason": "assumed, because a template has no resource group: give --resource-group",
        },
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("7", "is neither an exported template nor a list of resources"),
        ('{"value": {}}', "is neither an exported template nor a list of resources"),
        ('[{"name": "x"}]', "not a resource in ARM's JSON, which has an id"),
        ("[]", "no hub here"),
        ("[" * 100_000, "nests without end"),
        ('[{"id": ' + "1" * 5000 + "}]", "a number in it has too many digits"),
        ('[{"id": 1e999}]', "a number in it is too large"),
    ],
)
def test_a_file_that_is_not_an_export_is_one_message(
    sparehub: Sparehub, tmp_path: Path, text: str, said: str
) -> None:
    """Nothing is written."""
    (tmp_path / "x.json").write_text(text)

    done = sparehub("adopt", "x.json", "-o", "Pulumi.old.yaml")

    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert said in done.stderr
    assert not (tmp_path / "Pulumi.old.yaml").exists()

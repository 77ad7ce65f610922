"""``sparehub runbook export``: texts, data, plan and a page for a person."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sparehub.site_recovery.runbook import switch_network
from sparehub.site_recovery.runbook.pair_runbook import (
    SubscriptionError,
    environment_of,
    require_one,
)
from tests.command_fixtures import Sparehub, sparehub
from tests.configurations import OURS
from tests.site_recovery_files import protected, recovery

__all__ = ["sparehub"]
SUBSCRIPTION = OURS.rpartition("/")[2]
FILES = ["README.md", "plan.json", "start-switch.ps1", "switch-data.json", "switch_network.py"]


def write_files(directory: Path, **secondary: Any) -> None:
    """Write the files of a pair with machines, in the mode with a runbook."""
    files = {"primary": protected(), "secondary": recovery()}
    more = secondary or {"network": "runbook", "automation": {"name": "aa-sparehub"}}
    files["secondary"]["sparehub:region"]["siteRecovery"] |= more
    for name, values in files.items():
        with (directory / f"Pulumi.{name}.yaml").open("w") as file:
            YAML().dump({"config": values}, file)


def test_it_writes_five_files_that_agree(sparehub: Sparehub, tmp_path: Path) -> None:
    """The PowerShell names the digest of the data, the data the plan's id, the page both."""
    write_files(tmp_path)

    ran = sparehub("runbook", "export", "-o", "out", "--subscription", SUBSCRIPTION, "--json")

    assert ran.returncode == 0, ran.stderr
    said, out = json.loads(ran.stdout), tmp_path / "out"
    texts = {each.name: each.read_text() for each in out.iterdir()}
    data = texts["switch-data.json"]
    assert sorted(texts) == FILES
    assert said["digest"] == hashlib.sha256(data.encode()).hexdigest()
    assert f"'digest={said['digest']}'" in texts["start-switch.ps1"]
    assert said["plan"] == json.loads(texts["plan.json"])["id"] == json.loads(data)["plan"]["id"]
    assert said["digest"] in texts["README.md"]
    account = said["account"]
    for each in ("endpoint=https://management.azure.com", f"account={account}", "minutes=150"):
        assert f"\n{each}\n" in texts["README.md"]
    assert f"\ndata=sparehub-switch-data\ndigest={said['digest']}\n" in texts["README.md"]
    assert texts["switch_network.py"] == Path(switch_network.__file__).read_text()
    assert {key: said[key] for key in ("direction", "recoveryPlan", "account")} == {
        "direction": "failover",
        "recoveryPlan": "sparehub",
        "account": (
            f"{OURS}/resourceGroups/rg-sparehub-automation-southeastasia"
            "/providers/Microsoft.Automation/automationAccounts/aa-sparehub"
        ),
    }


def test_regions_of_two_subscriptions_are_not_published() -> None:
    """Data with the ids of one would find nothing in the other: 404 proves no fence."""
    require_one({"primary": "a", "secondary": "A"})
    require_one({"primary": "", "secondary": "a"})
    with pytest.raises(SubscriptionError, match="primary in a, secondary in b"):
        require_one({"primary": "a", "secondary": "b"})


def test_the_plan_is_that_of_sparehub_plan(sparehub: Sparehub, tmp_path: Path) -> None:
    """Whoever knows the id of ``plan failover --unplanned`` knows what the runbook does."""
    write_files(tmp_path)

    sparehub("runbook", "export", "-o", "out", "--subscription", SUBSCRIPTION)
    planned = sparehub("plan", "failover", "--unplanned", "--json")

    assert json.loads((tmp_path / "out" / "plan.json").read_text()) == json.loads(planned.stdout)


def test_the_way_back_has_its_own_names(sparehub: Sparehub, tmp_path: Path) -> None:
    """A re-protection turns the direction round, so each has a plan and a variable (SR-54)."""
    write_files(tmp_path)

    ran = sparehub(
        "runbook", "export", "-o", "out", "--direction", "failback",
        "--subscription", SUBSCRIPTION,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    start = (tmp_path / "out" / "start-switch.ps1").read_text()
    assert "$plan = 'sparehub-back'" in start
    assert "'data=sparehub-switch-data-back'" in start


def test_the_page_says_how_to_start_and_what_comes_after(
    sparehub: Sparehub, tmp_path: Path
) -> None:
    """It fits one printed page of about 60 lines, and names what never happens."""
    write_files(tmp_path)
    sparehub("runbook", "export", "-o", "out", "--subscription", SUBSCRIPTION)

    page = (tmp_path / "out" / "README.md").read_text()

    assert len(page.splitlines()) <= 70
    assert [each[3:] for each in page.splitlines() if each.startswith("## ")] == [
        "What happens, in this order",
        "What it never does",
        "How to start it",
        "If it stops",
        "Afterwards",
    ]
    assert "disarm-recovery-plan" not in page  # a step of a failover by Sparehub
    assert "sparehub resume --adopt" in page
    assert "Nothing runs in parallel" in page


@pytest.mark.parametrize(
    ("options", "secondary", "problem"),
    [
        ((), {}, "the subscription of primary is unknown"),
        (
            ("--subscription", SUBSCRIPTION),
            {"network": "parallel"},
            "no Automation account: write network: runbook",
        ),
    ],
)
def test_what_is_missing_is_said(
    sparehub: Sparehub,
    tmp_path: Path,
    options: tuple[str, ...],
    secondary: dict[str, Any],
    problem: str,
) -> None:
    """Exit code 3, one message, and no file."""
    write_files(tmp_path, **secondary)

    ran = sparehub(
        "runbook", "export", "-o", "out", *options, variables={"ARM_SUBSCRIPTION_ID": ""}
    )

    assert ran.returncode == 3
    assert problem in ran.stderr
    assert not (tmp_path / "out").exists()


def test_a_directory_that_cannot_be_written_is_named(sparehub: Sparehub, tmp_path: Path) -> None:
    """Exit code 1."""
    write_files(tmp_path)
    (tmp_path / "out").write_text("a file")

    ran = sparehub("runbook", "export", "-o", "out", "--subscription", SUBSCRIPTION)

    assert (ran.returncode, "out cannot be written" in ran.stderr) == (1, True)


def test_each_cloud_has_the_name_that_powershell_knows() -> None:
    """The names of azure-native's ``environment``, and what ``Connect-AzAccount`` calls these."""
    names = ["", "public", "AzureCloud", "usgov", "usgovernment", "AzureUSGovernment", "china"]

    assert [environment_of(name) for name in names] == [
        *["AzureCloud"] * 3,
        *["AzureUSGovernment"] * 3,
        "AzureChinaCloud",
    ]

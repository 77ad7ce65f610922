"""Intents of stack files in `sparehub check` and `sparehub verify`."""

import json
import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.command_fixtures import Sparehub, change_region
from tests.configurations import ROOT


def test_an_intent_with_an_unknown_context_is_refused(sparehub: Sparehub, tmp_path: Path) -> None:
    """It is refused before any state is verified."""
    intent = {"reach": ["primary/web/*", "on-premises"]}
    change_region(tmp_path / "Pulumi.primary.yaml", lambda region: region.update(intents=[intent]))

    done = sparehub("verify")

    assert (done.returncode, done.stdout) == (3, "")
    message = "'primary/web/*' is not a context; there are: primary/"
    assert f"region.intents[0]: {message}" in done.stderr

    script = sparehub("verify", "--json")
    found = json.loads(script.stdout)
    (problem,) = found.pop("problems")
    assert (script.returncode, script.stderr) == (3, done.stderr)
    assert found == {"states": [], "seconds": 0}
    assert problem.pop("message").startswith(message)
    assert problem == {"stack": "primary", "path": "region.intents[0]", "rule": "CONFIG"}


def example() -> list[dict[str, Any]]:
    """Return the intents in docs/verification.md."""
    page = (ROOT / "docs" / "verification.md").read_text()
    (block,) = re.findall(r"```yaml\n(sparehub:region:\n  intents:\n.*?)```", page, re.DOTALL)
    intents: list[dict[str, Any]] = YAML(typ="safe").load(block)["sparehub:region"]["intents"]
    return intents


def intend(directory: Path, stack: str, intents: list[dict[str, Any]]) -> None:
    change_region(directory / f"Pulumi.{stack}.yaml", lambda region: region.update(intents=intents))


def test_the_documented_intents_hold_in_the_shipped_pair(
    sparehub: Sparehub, tmp_path: Path
) -> None:
    """`check`, `verify` and `parity` accept them in both files, and refuse their opposites."""
    for stack in ("primary", "secondary"):
        intend(tmp_path, stack, example())
    checked, proven = sparehub("check", "--json"), sparehub("verify", "--json")

    assert (checked.returncode, proven.returncode) == (0, 0)
    assert json.loads(checked.stdout)["errors"] == 0
    violated = [
        each for state in json.loads(proven.stdout)["states"] for each in state["violations"]
    ]
    assert [each for each in violated if each["intent"]] == []
    assert sparehub("parity").returncode == 0

    reach, isolate, through = example()
    wrong = [{"isolate": reach["reach"]}, {"reach": isolate["isolate"]}, through]
    intend(tmp_path, "secondary", wrong)
    checked, proven = sparehub("check", "--json"), sparehub("verify", "--json")

    assert (checked.returncode, proven.returncode) == (3, 3)
    found = [each for each in json.loads(checked.stdout)["findings"] if each["severity"] == "error"]
    assert {(each["rule"], each["stack"], each["path"]) for each in found} == {
        ("INTENT", "secondary", "region.intents[0]"),
        ("INTENT", "secondary", "region.intents[1]"),
    }


def test_check_names_the_state_in_which_an_intent_is_violated(
    sparehub: Sparehub, tmp_path: Path
) -> None:
    """The default states are normal and failed-over; another state may be named."""
    intent = {"reach": ["active/spoke1/app", "on-premises"]}
    intend(tmp_path, "primary", [intent])
    assert sparehub("check").returncode == 0

    intend(tmp_path, "primary", [intent | {"states": ["normal", "lost-nva"]}])
    done = sparehub("check")

    assert done.returncode == 3
    said = "error primary region.intents[0]: `reach: [active/spoke1/app, on-premises]` is not true"
    assert f"{said} in state 'lost-nva': primary/spoke1/app to on-premises is" in " ".join(
        done.stdout.split()
    )


def test_an_intent_about_a_role_that_no_region_has_is_refused(
    sparehub: Sparehub, tmp_path: Path
) -> None:
    """`active/...` in a state without an active region: one message of `check` and `verify`."""
    intent = {"reach": ["active/*", "on-premises"], "states": ["failover-disconnected"]}
    intend(tmp_path, "primary", [intent])

    checked, proven = sparehub("check"), sparehub("verify")

    assert (checked.returncode, proven.returncode) == (3, 3)
    said = "no region is active in it; name a stack (primary/..., secondary/...), or another state"
    assert said in " ".join(checked.stdout.split())
    assert said in " ".join(proven.stderr.split())

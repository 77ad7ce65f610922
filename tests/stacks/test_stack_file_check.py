"""``check_stack_files`` reports every problem of the stack files in one run."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sparehub.stacks.stack_file_check import check_stack_files
from sparehub.topology.rules.region.routes import no_route_has_the_gateway_as_next_hop
from sparehub.topology.rules.rule import Rule
from tests.configurations import shipped
from tests.topology.rules import file_examples
from tests.topology.rules.rule_inputs import Example

WITHOUT_A_REGION = {
    "keys_differ_in_more_than_case",
    "no_spoke_is_named_hub",
}
"""File rules whose rejected example cannot be built, so that no region rule can check it."""


@pytest.mark.parametrize(
    ("rule", "example"),
    [
        pytest.param(rule, example, id=f"{rule.id}-{rule.find.__name__}")
        for rule, example in file_examples.EXAMPLES
    ],
)
def test_one_run_reports_problems_of_the_file_and_of_the_region(
    rule: Rule[Any], example: Example, tmp_path: Path
) -> None:
    """A file that breaks a file rule and a region rule has a finding of each."""
    values = shipped("primary")
    example.refused(values["sparehub:region"])
    values["sparehub:region"]["routes"] = {
        "spokes": [{"addressPrefix": "10.250.0.0/16", "nextHopType": "VirtualNetworkGateway"}]
    }
    YAML().dump({"config": values}, tmp_path / "Pulumi.primary.yaml")

    errors = {
        (finding.path, finding.rule)
        for finding in check_stack_files(tmp_path).findings
        if finding.severity == "error"
    }

    of_region = ("region.routes.spokes", no_route_has_the_gateway_as_next_hop.id)
    assert (example.path, rule.id) in errors
    assert (of_region in errors) is (rule.find.__name__ not in WITHOUT_A_REGION)

"""What the README shows is true."""

import re

from pulumi_azure_native import network

from tests.configurations import ROOT
from tests.recorder import record

README = (ROOT / "README.md").read_text()


def test_the_example_of_single_components_runs() -> None:
    """The program of the README makes the resources that it describes."""
    (program,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)

    def run() -> None:
        gateway = network.VirtualNetworkGateway("ergw", resource_group_name="rg")
        exec(program, {"hub_id": "hub-id", "gateway": gateway})  # noqa: S102 - our own README

    graph = record(run)

    assert sorted(graph) == [
        "ergw",
        "web",
        "web-to-hub",
        "web-to-hub/hub-to-spoke",
        "web-to-hub/spoke-to-hub",
        "web/app",
        "web/network",
    ]
    assert graph["web-to-hub/hub-to-spoke"]["depends_on"] == ["web/app", "web/network"]


def test_every_file_that_the_readme_names_is_there() -> None:
    """Links within the repository lead somewhere."""
    links = re.findall(r"\]\(([^)#:]+)\)", README)

    assert [link for link in links if not (ROOT / link).exists()] == []

"""What the README and the pages beside it show is true."""

import re
from pathlib import Path

import pytest
from pulumi_azure_native import network

from tests.configurations import ROOT
from tests.graph_recorder import record

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMPONENTS = (ROOT / "docs" / "components.md").read_text()


def test_the_example_of_single_components_runs() -> None:
    """The program on the page of components makes the resources that it describes."""
    (program,) = re.findall(r"```python\n(.*?)```", COMPONENTS, re.DOTALL)

    def run() -> None:
        gateway = network.VirtualNetworkGateway("ergw", resource_group_name="rg")
        exec(program, {"hub_id": "hub-id", "gateway": gateway})  # noqa: S102 - our own page

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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    """Links within the repository lead somewhere."""
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []

"""The pair that the commands are measured on."""

from pathlib import Path

from benchmarks.commands import SPOKES, write_pair
from sparehub.stacks.stack_files import read_stack
from sparehub.topology.rules.checks import check_all


def test_the_pair_is_large_and_right(tmp_path: Path) -> None:
    """As many spokes as are said, and nothing that a rule refuses."""
    write_pair(tmp_path)

    stacks = [read_stack(tmp_path, name) for name in ("primary", "secondary")]

    assert [len(stack.region.spokes) for stack in stacks] == [SPOKES, SPOKES]
    assert {finding.severity for finding in check_all(stacks)} == {"warning"}

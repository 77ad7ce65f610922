"""Each benchmark writes its own section of the document."""

from pathlib import Path

import pytest

from benchmarks.document import with_section, write_section
from sparehub.topology.errors import SparehubError

BEGIN = "<!-- begin a: written by `make bench` -->"


def test_a_section_is_replaced() -> None:
    """The text before and after it stays."""
    before = f"# Title\n\n{BEGIN}\nold\n<!-- end a -->\n\nprose\n"

    assert with_section(before, "a", "new\n") == before.replace("old", "new")


def test_a_first_section_goes_to_the_end(tmp_path: Path) -> None:
    """The document is created where it does not exist."""
    path = tmp_path / "docs" / "benchmarks.md"
    write_section(path, "a", "figures")
    write_section(path, "b", "more")

    assert path.read_text() == (
        f"# Benchmarks\n\n{BEGIN}\nfigures\n<!-- end a -->\n\n"
        f"{BEGIN.replace('begin a', 'begin b')}\nmore\n<!-- end b -->\n"
    )


def test_a_section_without_an_end_is_left_alone() -> None:
    """Its end is unknown, so nothing is overwritten."""
    with pytest.raises(SparehubError, match="no `<!-- end a -->` after it"):
        with_section(f"{BEGIN}\nold\n\nprose\n", "a", "new")

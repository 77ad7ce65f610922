"""The examples of ``docs/testing.md`` are tests that pass."""

import re
from typing import Any

import pytest

from tests.configurations import ROOT

_PAGE = (ROOT / "docs" / "testing.md").read_text()
EXAMPLES = dict(
    re.findall(r"^## ([^\n]*)\n[^#]*?```python\n(.*?)```", _PAGE, re.DOTALL | re.MULTILINE)
)


@pytest.mark.parametrize("title", EXAMPLES)
def test_example_passes(title: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader can copy it; in the repository the components have another name."""
    monkeypatch.chdir(ROOT)
    names: dict[str, Any] = {}
    exec(EXAMPLES[title].replace("sparehub.components", "components"), names)  # noqa: S102 - our own page

    (test,) = (value for name, value in names.items() if name.startswith("test_"))
    test()


def test_the_page_has_four_examples() -> None:
    """Each heading with code is found by the pattern above."""
    assert len(EXAMPLES) == 4

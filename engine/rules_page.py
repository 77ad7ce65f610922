"""``python -m engine.rules_page``: writes ``docs/rules.md`` from the rules."""

from engine.paths import ROOT
from sparehub.output import Output
from sparehub.topology.rules.page import page

PAGE = ROOT / "docs" / "rules.md"


def main() -> None:
    """Write the page; a test says when it is out of date."""
    PAGE.write_text(page(), encoding="utf-8")
    Output().note(f"written: {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()

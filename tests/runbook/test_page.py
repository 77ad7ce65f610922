"""``docs/runbook.md``: one printed page, in step with what the runbook prints."""

import re
from pathlib import Path

import pytest

from sparehub.site_recovery.runbook import switch_network
from sparehub.site_recovery.runbook.start_text import DEADLINE_IN_MINUTES
from sparehub.topology.model.recovery.automation import SwitchNames
from sparehub.topology.planning.steps.network_steps import PROBE_SECONDS
from tests.configurations import ROOT

PAGE = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
SOURCE = re.sub(r'"\s+f?"', "", Path(switch_network.__file__).read_text(encoding="utf-8"))
SAID = re.findall(
    r"^\| ((?:`[^`]+`(?:, | of the )?)+)", PAGE.partition("## If it stops")[2], re.MULTILINE
)


def test_it_fits_one_page() -> None:
    """About sixty lines are printed on one."""
    assert len(PAGE.splitlines()) <= 66


def test_the_table_of_messages_is_found() -> None:
    """Else the next test would test nothing."""
    assert len(SAID) == 8


@pytest.mark.parametrize("message", [each for row in SAID for each in re.findall("`([^`]+)`", row)])
def test_each_message_is_one_that_the_runbook_prints(message: str) -> None:
    """In its own words, figures and verbs apart."""
    printed = message.replace(str(DEADLINE_IN_MINUTES), "{self.minutes:g}")
    printed = re.sub("may not (read|write)", "may not {verb}", printed)

    assert printed in SOURCE


def test_names_and_figures_are_those_of_the_code() -> None:
    """The runbook's name, the probe's limit, the deadline."""
    assert SwitchNames().switch in PAGE
    assert f"for {PROBE_SECONDS} seconds" in PAGE
    assert f"longer than {DEADLINE_IN_MINUTES} minutes" in PAGE

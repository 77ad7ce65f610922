"""The PowerShell runbook that a recovery plan starts."""

from dataclasses import replace

import pytest

from sparehub.site_recovery.runbook.start_text import StartText, TextError, literal
from sparehub.topology.config.resource_ids import ResourceId
from tests.configurations import OURS
from tests.runbook.powershell import literals, syntax_errors

ACCOUNT = f"{OURS}/resourceGroups/rg-asr/providers/Microsoft.Automation/automationAccounts/aa-asr"
TEXT = StartText(
    recovery_plan="sparehub",
    account=ResourceId.parse(ACCOUNT),
    switch_runbook="sparehub-switch-network",
    variable="sparehub-switch-data",
    digest="ab" * 32,
)


def test_it_is_powershell_of_at_most_thirty_lines() -> None:
    """The whole text fits a page, and the grammar of PowerShell reads it."""
    text = TEXT.render()

    assert len(text.splitlines()) <= 30
    assert syntax_errors(text) == []


def test_the_grammar_finds_what_is_not_powershell() -> None:
    """The rejected twin."""
    assert syntax_errors("if ($a { throw 'x' }\n") != []


@pytest.mark.parametrize(
    "name", ["O'Brien's plan", "`$(Remove-Item x)", "\u2019; exit; \u2018", "$x"]
)
def test_a_name_with_quotes_stays_one_literal(name: str) -> None:
    """Nothing of a name is executed: quotes of all kinds are doubled."""
    text = replace(TEXT, recovery_plan=name).render()

    assert syntax_errors(text) == []
    assert len(text.splitlines()) == len(TEXT.render().splitlines())
    assert f"$plan = {literal(name)}\n" in text


def test_each_quote_of_powershell_is_doubled() -> None:
    """PowerShell ends a literal at each of five characters."""
    assert literal("a'b\u2018c\u2019d\u201ae\u201bf") == (
        "'a''b\u2018\u2018c\u2019\u2019d\u201a\u201ae\u201b\u201bf'"
    )


def test_a_line_end_in_a_name_is_refused() -> None:
    """It would add a line to the text."""
    with pytest.raises(TextError, match="control character"):
        replace(TEXT, recovery_plan="a\nexit").render()


def test_a_job_that_goes_on_is_stopped_before_the_plan_goes_on() -> None:
    """After 165 minutes, before Azure ends this job at 180; the error comes after that."""
    text = TEXT.render()

    assert "$ends = 9900 + (Get-Date -UFormat '%s')" in text
    assert text.index("Stop-AzAutomationJob") < text.index('throw "the network is not switched')


def test_the_parameters_of_the_python_runbook_are_explicit() -> None:
    """Each value names itself, so that no order has to be kept."""
    said = literals(TEXT.render())

    assert [each for each in said if "=" in each] == [
        f"account={ACCOUNT}",
        "data=sparehub-switch-data",
        f"digest={'ab' * 32}",
        "minutes=150",
    ]

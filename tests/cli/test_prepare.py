"""What the options of `failback --prepare` exclude."""

import pytest

from tests.command_fixtures import Sparehub


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--prepare", "--unplanned"], "--prepare takes --yes, --confirm-deletion and --json only"),
        (["--prepare", "--plan", "0" * 16], "--prepare takes --yes, --confirm-deletion and --json"),
        (["--prepare", "--network-only"], "--prepare takes --yes, --confirm-deletion and --json"),
        (["--prepare", "--accept-loss", "x"], "--prepare takes --yes, --confirm-deletion and"),
        (["--prepare", "--confirm-deletion", "app1"], "--confirm-deletion belongs to --yes"),
        (["--confirm-deletion", "app1"], "--confirm-deletion belongs to --prepare"),
    ],
)
def test_options_that_say_nothing_about_it_are_refused(
    sparehub: Sparehub, options: list[str], said: str
) -> None:
    done = sparehub("failback", *options, variables={"COLUMNS": "200"})

    assert done.returncode == 2
    assert said in done.stderr

"""What `region.hooks` of a stack file may say."""

from typing import Any

import pytest

from sparehub.topology.config.hooks import HookConfig
from sparehub.topology.errors import ConfigurationError
from sparehub.topology.rules.stack_file.parse import parse_stack
from tests.configurations import shipped

STOP = {
    "name": "stop-jobs",
    "before": "fence-primary",
    "command": ["./stop-jobs.sh", "eastasia"],
    "timeoutInSeconds": 300,
}
DNS = {
    "name": "move-dns",
    "after": "activate-secondary",
    "http": {"url": "https://dns.example.com/move"},
    "timeoutInSeconds": 60,
}


def parsed(*hooks: dict[str, Any]) -> tuple[HookConfig, ...]:
    values = shipped("primary")
    values["sparehub:region"]["hooks"] = [*hooks]
    return parse_stack(values).region.hooks


def without(hook: dict[str, Any], *keys: str, **changes: Any) -> dict[str, Any]:
    """Return a hook without some keys, and with others."""
    return {key: value for key, value in hook.items() if key not in keys} | changes


def test_a_command_and_a_request_with_their_defaults() -> None:
    """A request is a POST that is answered with success; no file of the shipped pair has hooks."""
    stop, dns = parsed(STOP, DNS)

    assert (stop.step, stop.command) == ("fence-primary", ("./stop-jobs.sh", "eastasia"))
    assert dns.http is not None
    assert (dns.http.method, dns.http.expect) == ("POST", (200, 201, 202, 204))
    assert (dns.expected_in_seconds, dns.on_failure, dns.when) == (None, None, None)
    assert parse_stack(shipped("primary")).region.hooks == ()


@pytest.mark.parametrize(
    ("hook", "path", "says"),
    [
        (without(STOP, "before"), "region.hooks[0]", "before and after"),
        (without(STOP, after="fence-primary"), "region.hooks[0]", "before and after"),
        (without(STOP, "command"), "region.hooks[0]", "one of command, http and manual"),
        (without(STOP, manual="?"), "region.hooks[0]", "one of command, http and manual"),
        (without(STOP, command="./a b"), "region.hooks[0].command", "must be a list"),
        (without(STOP, command=[]), "region.hooks[0].command", "must not be empty"),
        (without(STOP, "timeoutInSeconds"), "region.hooks[0].timeoutInSeconds", "required"),
        (without(STOP, timeoutInSeconds=0), "region.hooks[0].timeoutInSeconds", "greater than"),
        (without(STOP, expectedInSeconds=301), "region.hooks[0]", "301 is more than timeoutIn"),
        (without(STOP, onFailure="ignore"), "region.hooks[0].onFailure", "'halt' or 'continue'"),
        (without(STOP, when=["drill"]), "region.hooks[0].when[0]", "'failback'"),
        (without(STOP, script="x"), "region.hooks[0].script", "unknown key"),
        (without(STOP, name="../x"), "region.hooks[0].name", "letter"),
        (without(DNS, http={"url": "ftp://x"}), "region.hooks[0].http.url", "is not a URL"),
        (without(DNS, http={"url": "https://x:y/"}), "region.hooks[0].http.url", "is not a URL"),
        (without(DNS, http={"url": "http://a b/"}), "region.hooks[0].http.url", "is not a URL"),
    ],
)
def test_what_a_hook_must_not_say_is_refused(hook: dict[str, Any], path: str, says: str) -> None:
    """With the place and the reason."""
    with pytest.raises(ConfigurationError) as caught:
        parsed(hook)

    (problem,) = caught.value.problems
    assert problem.path == path
    assert says in problem.message


@pytest.mark.parametrize(
    "url", ["https://x/y?sig=hush", "https://x/y#hush", "https://hush@x/y", "https://me:hush@x"]
)
def test_a_url_that_may_hold_a_secret_is_refused_and_not_shown(url: str) -> None:
    """A plan shows the URL, and its file and the journal keep it."""
    with pytest.raises(ConfigurationError, match="may hold a secret") as caught:
        parsed(without(DNS, http={"url": url}))

    assert "hush" not in str(caught.value)


def test_two_hooks_of_one_name_are_refused() -> None:
    """The name is what the journal and `--confirm` know the hook by."""
    with pytest.raises(ConfigurationError, match="'stop-jobs' is the name of two hooks") as caught:
        parsed(STOP, without(STOP, before="activate-secondary"))

    assert [problem.path for problem in caught.value.problems] == ["region.hooks"]


@pytest.mark.parametrize(
    ("when", "applies"),
    [
        (None, {"failover planned", "failover unplanned", "failback planned"}),
        (["planned"], {"failover planned", "failback planned"}),
        (["failover"], {"failover planned", "failover unplanned"}),
        (["failover", "planned"], {"failover planned"}),
        (["failover", "failback"], {"failover planned", "failover unplanned", "failback planned"}),
        (["unplanned"], {"failover unplanned"}),
    ],
)
def test_when_limits_kind_and_mode_on_their_own(when: list[str] | None, applies: set[str]) -> None:
    """A group of which nothing is named limits nothing."""
    (hook,) = parsed(without(STOP, **({"when": when} if when else {})))
    operations = ("failover planned", "failover unplanned", "failback planned")

    assert {each for each in operations if hook.applies(*each.split())} == applies

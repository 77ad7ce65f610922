"""The part of a stack file on hooks: what is done before and after steps of a failover.

A hook is for what Sparehub does not manage: applications, DNS, licences. It is a command, an HTTP
request, or a question to a person.
"""

from collections.abc import Iterable
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic import StrictInt as Int

from sparehub.topology.config.closed_model import Closed
from sparehub.topology.config.enums import HookFailure, HookWhen, HttpMethod
from sparehub.topology.config.fields import Key, Text, exactly_one, problem_of
from sparehub.topology.config.printable import shown

_SUCCESS = (200, 201, 202, 204)
_DAY = 86400
_KINDS = (HookWhen.FAILOVER, HookWhen.FAILBACK)
_MODES = (HookWhen.PLANNED, HookWhen.UNPLANNED)


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        valid = False
    if not valid or any(character.isspace() for character in value):
        raise problem_of("CONFIG", f"{shown(value)} is not a URL, such as https://host/path")
    if parts.query or parts.fragment or "@" in parts.netloc:
        # The value is not shown: it may hold the secret that it must not hold.
        text = (
            "a user, a query or a fragment may hold a secret, which plan and journal would show: "
            "use a command that reads it from elsewhere"
        )
        raise problem_of("CONFIG", text)
    return value


Url = Annotated[str, StringConstraints(strict=True), AfterValidator(_url)]
Status = Annotated[Int, Field(ge=100, le=599)]


class HttpHookConfig(Closed):
    """An HTTP request, and the status codes that say that it is done."""

    method: HttpMethod = HttpMethod.POST
    url: Url
    expect: Annotated[tuple[Status, ...], Field(min_length=1)] = _SUCCESS


class HookConfig(Closed):
    """A hook: before or after which step, what it does, and how long that may take."""

    name: Key
    before: Text | None = None  # the id of a step, as `sparehub plan` shows it
    after: Text | None = None
    # Program and arguments, started without a shell in the directory of the project.
    command: Annotated[tuple[Text, ...], Field(min_length=1)] | None = None
    http: HttpHookConfig | None = None
    manual: Text | None = None  # what a person has to do and to confirm
    timeout_in_seconds: Annotated[Int, Field(ge=1, le=_DAY)]
    expected_in_seconds: Annotated[Int, Field(ge=0, le=_DAY)] | None = None
    on_failure: HookFailure | None = None  # planned: halt, unplanned: continue where absent
    # A kind and a mode of operation; every one where absent.
    when: Annotated[tuple[HookWhen, ...], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        exactly_one({"before": self.before, "after": self.after})
        exactly_one({"command": self.command, "http": self.http, "manual": self.manual})
        expected = self.expected_in_seconds
        if expected is not None and expected > self.timeout_in_seconds:
            text = f"expectedInSeconds {expected} is more than timeoutInSeconds"
            raise problem_of("CONFIG", f"{text} {self.timeout_in_seconds}")
        return self

    @property
    def step(self) -> str:
        """The id of the step that it belongs to."""
        return self.before or self.after or ""

    def applies(self, kind: str, mode: str) -> bool:
        """Return whether it is for an operation of a kind and a mode.

        A group of words of which none is named limits nothing: ``[planned]`` is every planned
        operation.
        """
        named = self.when or ()
        return all(
            word in named or not set(group) & set(named)
            for word, group in ((kind, _KINDS), (mode, _MODES))
        )


def _named_once(hooks: tuple[HookConfig, ...]) -> tuple[HookConfig, ...]:
    if repeated := repeated_names(hook.name for hook in hooks):
        raise problem_of("CONFIG", f"{shown(repeated[0])} is the name of two hooks: rename one")
    return hooks


def repeated_names(names: Iterable[str]) -> list[str]:
    """Return the names that occur more than once, each once."""
    listed = list(names)
    return [name for name in dict.fromkeys(listed) if listed.count(name) > 1]


Hooks = Annotated[tuple[HookConfig, ...], AfterValidator(_named_once)]

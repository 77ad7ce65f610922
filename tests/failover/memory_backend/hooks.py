"""Fault injection: what a test calls around deployments, previews, requests and waits."""

from collections.abc import Callable
from dataclasses import dataclass

from sparehub.azure.answers import Answer
from sparehub.failover.adapters.protocols import Assumed
from sparehub.topology.planning.operations import ResourceOperation
from sparehub.topology.planning.plan import StackChange

Previews = list[frozenset[ResourceOperation]]


def nothing() -> None:
    """Inject nothing."""


def no_answer(method: str, path: str) -> Answer | None:
    """Let the world answer a request."""
    del method, path
    return None


def same_answer(method: str, path: str, answer: Answer) -> Answer:
    """Return the world's own answer."""
    del method, path
    return answer


def same_previews(changes: tuple[StackChange, ...], assumed: Assumed, found: Previews) -> Previews:
    """Return the world's own previews."""
    del changes, assumed
    return found


@dataclass(frozen=True, kw_only=True)
class Hooks:
    """Callbacks of a world; any of them may raise."""

    before_deployment: Callable[[], object] = nothing
    after_deployment: Callable[[], object] = nothing
    failed_deployment: Callable[[], object] = nothing
    """Called after a deployment that failed; what it raises replaces the failure."""
    before_secret: Callable[[], object] = nothing
    """Called before a secret is written into a stack file."""
    after_wait: Callable[[], object] = nothing
    previews: Callable[[tuple[StackChange, ...], Assumed, Previews], Previews] = same_previews
    """Returns what the previews show, by what they would show."""
    request: Callable[[str, str], Answer | None] = no_answer
    """Returns the answer to a request that does not reach Azure; None where it does."""
    answer: Callable[[str, str, Answer], Answer] = same_answer
    """Returns what arrives of Azure's answer."""


NO_HOOKS = Hooks()

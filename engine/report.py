"""Progress output and errors of set-up."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic


class SetupError(Exception):
    """A step that cannot be done; the text is one line that says what to do about it."""


def say(text: str) -> None:
    """Prints one line."""
    print(f"set-up: {text}", flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Says what is being done and, at the end, how long it took."""
    print(f"set-up: {text} ... ", end="", flush=True)
    started = monotonic()
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{monotonic() - started:.1f} s", flush=True)


def reason(output: str) -> str:
    """Returns the line of a failed program's output that says why it failed."""
    lines = output.strip().splitlines() or ["it says nothing"]
    named = [line for line in lines if line.lower().startswith("error")]
    return (named or lines)[-1].strip()

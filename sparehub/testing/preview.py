"""Runs a Pulumi program under mocks and returns the graph of its resources.

No Pulumi engine, no plugin, no network: seconds become milliseconds. What Azure would refuse is
not found here; the local Azure (``sparehub.testing.fixtures``) refuses as Azure does.
"""

import json
import os
import runpy
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from logging import ERROR, Handler, Logger, LogRecord
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sparehub.stacks.program_digest import program_entry
from sparehub.stacks.stack_files import StackText
from sparehub.testing.graph import Graph
from sparehub.topology.config.secrets import without_secrets
from sparehub.topology.errors import SparehubError

if TYPE_CHECKING:
    from pulumi.runtime.mocks import Mocks

_PROJECT = "sparehub"


class PreviewRefusedError(SparehubError):
    """The program ended itself: ``str`` is what it logged as an error."""


def preview(
    program: Callable[[], object] | Path | str,
    *,
    config: Mapping[str, object] | None = None,
    deployed: Mapping[str, Graph] | None = None,
    mocks: "Mocks | None" = None,
) -> Graph:
    """Return the graph that a program registers under mocks.

    Args:
        program: A function that declares resources, or the path of a stack file
            (``Pulumi.primary.yaml``), whose project's program is then run with its configuration.
        config: Values that replace those of the stack file, by key or by path, such as
            ``{"sparehub:activation": "active", "sparehub:region.standby.depth": "network"}``.
        deployed: Graphs of earlier deployments by stack name, which the program reads back: of its
            own stack and of its pair.
        mocks: What answers instead of ``AzureMocks``.

    Raises:
        PreviewRefusedError: where the program refuses to build the region.
        ConfigurationError: where the stack file cannot be read.
    """
    if callable(program):
        return _run(
            program,
            "test",
            config=config or {},
            secret=frozenset(),
            deployed=deployed or {},
            mocks=mocks,
        )
    path = Path(program)
    stack = path.name.removeprefix("Pulumi.").removesuffix(".yaml")
    written = StackText.read(path.parent, stack).content["config"]
    keys = {str(key): without_secrets(value) for key, value in written.items()}
    secret = frozenset(key for key, value in written.items() if keys[str(key)] != value)

    def run_main() -> None:
        entry = program_entry(path.parent)
        with _importable(entry.parent):
            runpy.run_path(str(entry), run_name="__main__")

    for name, value in (config or {}).items():
        keys = _with(keys, name.split("."), value)
    return _run(run_main, stack, config=keys, secret=secret, deployed=deployed or {}, mocks=mocks)


def _with(values: Mapping[str, Any], path: list[str], value: object) -> dict[str, Any]:
    """Return a mapping in which the value at a path is another one."""
    first, *rest = path
    inner = _with(values.get(first) or {}, rest, value) if rest else value
    return {**values, first: inner}


def _run(  # noqa: PLR0913 - what a preview is made of
    program: Callable[[], object],
    stack: str,
    *,
    config: Mapping[str, object],
    secret: frozenset[str],
    deployed: Mapping[str, Graph],
    mocks: "Mocks | None",
) -> Graph:
    import pulumi  # noqa: PLC0415 - the extra `pulumi`, which assertions do not need
    from pulumi.runtime.settings import set_root_resource  # noqa: PLC0415

    from sparehub.testing.mocks import AzureMocks, Recorder, graph_of, root_outputs  # noqa: PLC0415

    recorded = {name: graph.state() for name, graph in deployed.items()}
    recorder = Recorder(mocks or AzureMocks(recorded=recorded))
    log = _Errors()
    logger = Logger("sparehub.testing")  # noqa: LOG001 - of this preview alone
    logger.addHandler(log)
    outputs: dict[str, Any] = {}

    def run() -> object:
        try:
            program()
        except SystemExit as end:
            if end.code:
                raise PreviewRefusedError("\n".join(log.lines) or f"exit code {end.code}") from None
        return root_outputs().apply(outputs.update)

    set_root_resource(None)  # type: ignore[arg-type] # else the stack of the last preview stays
    pulumi.runtime.set_mocks(
        recorder.mocks, project=_PROJECT, stack=stack, monitor=recorder, logger=logger
    )
    with _configured(config, secret):
        pulumi.runtime.test(run)()  # type: ignore[no-untyped-call]
    return graph_of(recorder, outputs)


class _Errors(Handler):
    """Keeps what a program logs as an error."""

    def __init__(self) -> None:
        super().__init__(ERROR)
        self.lines: list[str] = []

    def emit(self, record: LogRecord) -> None:
        self.lines.append(record.getMessage())


@contextmanager
def _configured(config: Mapping[str, object], secret: frozenset[str]) -> Iterator[None]:
    """Hand over the configuration as Pulumi does, in variables of the environment."""
    variables = {
        "PULUMI_CONFIG": json.dumps({key: _text(value) for key, value in config.items()}),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps([*secret]),
    }
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _text(value: object) -> str:
    """Return a value of a stack file as Pulumi hands it to a program."""
    return value if isinstance(value, str) else json.dumps(value)


@contextmanager
def _importable(directory: Path) -> Iterator[None]:
    """Let a program import what is beside it, as Python does where it runs ``__main__.py``."""
    sys.path.insert(0, str(directory.resolve()))
    try:
        yield
    finally:
        sys.path.remove(str(directory.resolve()))

"""The real engine, the real program and a local Azure, in a directory of each test's own."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sparehub.drill.workspace import Rehearsal
from sparehub.files.home import Home
from sparehub.simulator.arm.http_messages import Request, Response
from sparehub.simulator.arm.service import Azure
from sparehub.stacks.stack_files import stack_file
from tests.configurations import ROOT, recorded_inside

Change = Callable[[dict[str, Any]], object]
Write = tuple[str, str]
PATIENCE = 30.0  # seconds: a bound, not a measure


class Engine:
    """A rehearsal with what tests ask of it."""

    def __init__(self, directory: Path, stacks: tuple[str, ...]) -> None:
        self.rehearsal = Rehearsal.begin(directory, ROOT, stacks, os.environ)
        self.store = self.rehearsal.home.simulator

    @classmethod
    def at(cls, directory: Path) -> "Engine":
        """Return the engine of a home that is there already, a copy of another one's, say."""
        engine = cls.__new__(cls)
        engine.rehearsal = Rehearsal(Home(directory), os.environ)
        engine.rehearsal.home.prepare()
        engine.store = engine.rehearsal.home.simulator
        return engine

    def change(self, stack: str, change: Change) -> None:
        """Change the keys of a stack file, as a person would edit it."""
        path = stack_file(self.rehearsal.project, stack)
        yaml = YAML()
        content = yaml.load(path)
        change(content["config"])
        yaml.dump(content, path)

    def switch(self, stack: str, activation: str) -> list[Write]:
        """Turn the switch by hand and deploy."""
        self.rehearsal.pulumi("config", "set", "activation", activation, "--stack", stack)
        return self.up(stack)

    def up(self, stack: str) -> list[Write]:
        """Deploy a stack; return what Azure saw: operation and name of each write, in order."""
        with self.writes() as seen:
            self.rehearsal.pulumi("up", "--yes", "--skip-preview", "--stack", stack)
        return seen

    def preview(self, stack: str) -> str:
        """Return what Pulumi says a deployment would do."""
        return self.rehearsal.pulumi("preview", "--stack", stack)

    @contextmanager
    def writes(self) -> Iterator[list[Write]]:
        """Collect the writes that Azure carries out meanwhile."""
        before = len(self.rehearsal.log())
        seen: list[Write] = []
        yield seen
        for entry in self.rehearsal.log()[before:]:
            assert entry.outcome == "Succeeded", entry
            seen.append((entry.operation, "/".join(entry.path.split("/")[-1:])))

    def killed(self, *arguments: str, when: Callable[[], bool], what: str = "") -> None:
        """Start a pulumi command; once something holds, kill it, or ``what`` it started."""
        environment = self.rehearsal.home.environment(os.environ)
        victim = subprocess.Popen(
            ["pulumi", *arguments, "--yes", "--skip-preview", "--non-interactive"],
            cwd=self.rehearsal.project,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert until(when)
        finally:
            for process in self.processes() if what else [victim.pid]:
                if what in Path(f"/proc/{process}/cmdline").read_text():
                    os.kill(process, signal.SIGKILL)
            victim.wait()
        assert until(lambda: self.processes() == set())

    def processes(self) -> set[int]:
        """Return every process whose environment names this engine's local Azure."""
        wanted = f"SPAREHUB_SIMULATOR={self.store}".encode()
        found = set()
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if wanted in (process / "environ").read_bytes().split(b"\0"):
                    found.add(int(process.name))
            except OSError:
                continue  # ended meanwhile, or somebody else's
        return found

    def refused(self, *arguments: str) -> str:
        """Run a pulumi command that must fail; return what a person sees of it."""
        done = self.rehearsal.run(*arguments)
        assert done.returncode != 0, done.stdout
        return done.stdout + done.stderr

    def outputs(self, stack: str) -> dict[str, Any]:
        """Return the outputs of a stack, secrets hidden."""
        text = self.rehearsal.pulumi("stack", "output", "--json", "--stack", stack)
        found: dict[str, Any] = json.loads(text)
        return found

    def arm(self, method: str, path: str, body: dict[str, Any] | None = None) -> Response:
        """Speak to the local Azure behind Pulumi's back."""
        text = b"" if body is None else json.dumps(body).encode()
        query = {"api-version": "2024-05-01"}
        request = Request(method=method, path=path, query=query, body=text)
        return Azure(self.store).handle(request)


def until(condition: Callable[[], bool], patience: float = PATIENCE) -> bool:
    """Wait for something to hold; False where it does not within the patience of a test."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture
def engine(tmp_path: Path) -> Callable[..., Engine]:
    """Return a maker of engines in this test's directory."""

    def make(*stacks: str) -> Engine:
        return Engine(tmp_path / "home", stacks)

    return make


STACKS = ("primary", "secondary")


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of a pair as it is shipped, built once; tests work on copies."""
    home = tmp_path_factory.mktemp("pair") / "home"
    built = Engine(home, STACKS)
    for stack in STACKS:
        built.up(stack)
    return home


@pytest.fixture(scope="session")
def pair_inside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of a pair whose circuits' records lie in the regions that they serve.

    No fence at a circuit holds while its region is down.
    """
    home = tmp_path_factory.mktemp("inside") / "home"
    built = Engine(home, STACKS)
    for stack in STACKS:
        built.change(stack, lambda config: recorded_inside(config["sparehub:region"]))
        built.up(stack)
    return home


@pytest.fixture(scope="session")
def replicated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of a pair with two machines, which are replicated; tests work on copies."""
    # The module works on engines: it is imported once they are defined.
    from tests.engine.machines import deploy, describe  # noqa: PLC0415 - see above

    home = tmp_path_factory.mktemp("replicated") / "home"
    built = Engine(home, STACKS)
    describe(built)
    deploy(built)
    return home

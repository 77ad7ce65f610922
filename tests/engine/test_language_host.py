"""Programs that the real engine runs, through whichever language host set-up found or made."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from engine.language_host import environment_of
from engine.stubs import language_pb2
from sparehub.files.home import pulumi_directory


class Project:
    """A Pulumi project with one stack and a state of its own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        (directory / "state").mkdir()
        (directory / "Pulumi.yaml").write_text(
            f"name: trial\nruntime: {{name: python, options: {{virtualenv: {sys.prefix}}}}}\n"
        )
        (directory / "__main__.py").write_text("")
        path = [str(pulumi_directory() or ""), os.environ["PATH"]]
        self.environment = os.environ | {
            "PATH": os.pathsep.join(filter(None, path)),
            "PULUMI_BACKEND_URL": f"file://{directory / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_HOME": str(directory / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }
        assert self.pulumi("stack", "init", "trial").returncode == 0

    def program(self, text: str) -> None:
        (self.directory / "__main__.py").write_text(text)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["pulumi", "--non-interactive", "--color=never", *arguments],
            cwd=self.directory,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=60)
        return subprocess.CompletedProcess(arguments, process.returncode, output)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def wait_until(condition: Callable[[], bool]) -> None:
    """Looks again and again, for at most 20 s."""
    end = monotonic() + 20
    while not condition():
        assert monotonic() < end, "it did not come to be"
        sleep(0.02)


def is_gone(pid: int) -> bool:
    """Says whether a process has ended, waited for or not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z"


def test_outputs_follow_configuration(project: Project) -> None:
    """Configuration reaches the program, what it prints reaches the user, its outputs the state."""
    project.program(
        "import pulumi\n"
        "config = pulumi.Config()\n"
        "print('printed by', pulumi.get_project(), pulumi.get_stack())\n"
        "pulumi.export('region', config.require('region'))\n"
        "pulumi.export('key', config.require_secret('key'))\n"
    )
    project.pulumi("config", "set", "region", "eastasia")
    project.pulumi("config", "set", "--secret", "key", "open sesame")

    up = project.pulumi("up", "--yes")

    assert up.returncode == 0, up.stdout
    assert "printed by trial trial" in up.stdout
    assert project.pulumi("stack", "output", "region").stdout == "eastasia\n"
    assert project.pulumi("stack", "output", "key").stdout == "[secret]\n"


def test_exception_is_shown_once(project: Project) -> None:
    """A program that raises fails with its traceback, and with nothing more about it."""
    project.program("raise ValueError('no such region')\n")

    up = project.pulumi("up", "--yes")

    assert up.returncode != 0
    diagnostics = up.stdout.partition("Diagnostics:")[2]
    assert diagnostics.count("ValueError: no such region") == 1
    assert "exit code" not in diagnostics


def test_run_error_is_one_line(project: Project) -> None:
    """A RunError fails with its message alone, without a traceback."""
    project.program("import pulumi\nraise pulumi.RunError('no such region')\n")

    up = project.pulumi("up", "--yes")

    assert up.returncode != 0
    assert "error: no such region\n" in up.stdout
    assert "Traceback" not in up.stdout


def test_about_names_the_interpreter(project: Project) -> None:
    """``pulumi about`` knows the program's interpreter and packages."""
    about = project.pulumi("about")

    assert about.returncode == 0
    assert sys.prefix in about.stdout
    assert "sparehub" in about.stdout
    assert "warning" not in about.stdout


@pytest.mark.parametrize("killed", ["engine", "host"])
def test_nothing_outlives_what_is_killed(project: Project, killed: str) -> None:
    """When the engine is killed, or the host by it, both end and take the program with them."""
    project.program(
        "import os, pathlib, time\n"
        "pathlib.Path('new').write_text(f'{os.getpid()} {os.getppid()}')\n"
        "pathlib.Path('new').rename('pids')\n"
        "time.sleep(600)\n"
    )
    engine = project.start("preview")
    pids = project.directory / "pids"
    wait_until(pids.exists)
    program, host = map(int, pids.read_text().split())

    os.kill(engine.pid if killed == "engine" else host, signal.SIGKILL)
    engine.communicate(timeout=60)

    wait_until(lambda: is_gone(host) and is_gone(program))


@pytest.fixture
def host() -> Iterator[subprocess.Popen[str]]:
    """The replacement language host by itself, ready to serve."""
    with subprocess.Popen(
        [sys.executable, "-m", "engine.language_host", "127.0.0.1:1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert int(process.stdout.readline()) > 0
        yield process
        process.kill()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_host_ends_quietly(host: subprocess.Popen[str], ending: signal.Signals) -> None:
    """The engine shows what a host prints, so that ending it must print nothing."""
    host.send_signal(ending)

    assert host.communicate(timeout=20) == ("", "")
    assert host.returncode == 0


def test_host_ends_with_its_input(host: subprocess.Popen[str]) -> None:
    """The engine holds the other end of the host's input, until it is gone."""
    assert host.communicate(timeout=20) == ("", "")
    assert host.returncode == 0


def test_named_environment_is_used(tmp_path: Path) -> None:
    """``virtualenv`` of a Pulumi.yaml is relative to it; absent, the host's own serves."""
    info = language_pb2.ProgramInfo(root_directory=str(tmp_path))
    info.options.update({"virtualenv": ".venv"})
    assert environment_of(info) == Path(sys.prefix)

    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").touch()
    assert environment_of(info) == tmp_path / ".venv"

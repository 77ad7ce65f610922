"""What set-up decides, and what it says when a step cannot be done."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from engine import acquire, setup
from engine.files import locked, replacing
from engine.paths import ROOT
from engine.report import SetupError, reason, step


def make_executable(directory: Path, *names: str) -> str:
    """Makes executables that do nothing; returns their directory as an entry of PATH."""
    directory.mkdir(parents=True, exist_ok=True)
    for name in names:
        (directory / name).touch(mode=0o755)
    return str(directory)


def test_pulumi_with_its_host_beside_it_is_the_machines_own(tmp_path: Path) -> None:
    """The host may lie beside the executable that a link on PATH points to."""
    make_executable(tmp_path / "opt", "pulumi", "pulumi-language-python")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "pulumi").symlink_to(tmp_path / "opt" / "pulumi")

    assert acquire.find_own(str(tmp_path / "bin")) == tmp_path / "bin" / "pulumi"


def test_pulumi_with_its_host_elsewhere_on_path_is_the_machines_own(tmp_path: Path) -> None:
    """The engine looks for the host on PATH, too."""
    cli = make_executable(tmp_path / "a", "pulumi")
    host = make_executable(tmp_path / "b", "pulumi-language-python")

    assert acquire.find_own(f"{cli}:{host}") == tmp_path / "a" / "pulumi"


def test_pulumi_without_its_host_does_not_serve(tmp_path: Path) -> None:
    """An engine that cannot run a Python program is none."""
    assert acquire.find_own(make_executable(tmp_path, "pulumi")) is None


def test_what_set_up_made_is_not_the_machines_own(tmp_path: Path) -> None:
    """``sparehub simulate env`` puts it on PATH, and set-up may run in that shell."""
    made = make_executable(tmp_path / ".venv" / "pulumi", "pulumi", "pulumi-language-python")

    assert acquire.find_own(f"{made}/") is None


@pytest.mark.parametrize(
    ("printed", "version"),
    [("v3.259.0\n", (3, 259, 0)), ("3.260.0-dev.1", (3, 260, 0)), ("no such file", ())],
)
def test_version_is_read(printed: str, version: tuple[int, ...]) -> None:
    """A build that shows no version counts as older than every other."""
    assert acquire.parse_version(printed) == version


def test_go_mod_pins_the_version() -> None:
    """The installer and the build give the same version, named in one place."""
    go_mod = (ROOT / "engine" / "go.mod").read_text()

    assert acquire.parse_version(acquire.pinned_version(go_mod)) >= acquire.OLDEST
    with pytest.raises(SetupError, match=r"engine/go\.mod must require"):
        acquire.pinned_version("go 1.25\n")


def test_without_go_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the last of the three ways, so that either of two things helps."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SetupError, match=r"^Pulumi cannot be had: install it .* or install Go .*$"):
        acquire.build(tmp_path, "3.259.0")


def test_failed_go_build_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Go's own reason is in the one line, and the cache is as it was."""
    go = tmp_path / "go"
    go.write_text(
        "#!/bin/sh\necho 'go: downloading' >&2; echo 'go: no route to host' >&2; exit 1\n"
    )
    go.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    (cache := tmp_path / "cache").mkdir()

    with pytest.raises(SetupError, match=r"^go build: go: no route to host; .* and try again$"):
        acquire.build(cache, "3.259.0")
    assert list(cache.iterdir()) == []


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the tests below have set-up put Pulumi for the checkout."""
    monkeypatch.setattr(acquire, "PULUMI", tmp_path / "pulumi")
    return tmp_path / "pulumi"


def test_build_is_recorded_with_the_replacement_host(tmp_path: Path, checkout: Path) -> None:
    """Beside the executable, which must not be a link: else the engine warns at every run."""
    make_executable(acquire.built(tmp_path), "pulumi", "pulumi-language-python-exec")
    assert not acquire.recorded(tmp_path, "3.259.0")

    acquire.record(tmp_path, "3.259.0")

    assert acquire.find_own(str(checkout)) == checkout / "pulumi"
    assert not (checkout / "pulumi").is_symlink()
    assert acquire.recorded(tmp_path, "3.259.0")
    assert not acquire.recorded(tmp_path, "3.260.0")


def test_installed_pulumi_is_recorded_as_it_is(tmp_path: Path, checkout: Path) -> None:
    """It has a language host of its own, and is better than a build."""
    make_executable(acquire.built(tmp_path), "pulumi", "pulumi-language-python-exec")
    make_executable(acquire.installed(tmp_path), "pulumi", "pulumi-language-python")

    acquire.record(tmp_path, "3.259.0")

    assert checkout.readlink() == acquire.installed(tmp_path)
    assert acquire.recorded(tmp_path, "3.259.0")
    (checkout / "pulumi-language-python").unlink()
    assert not acquire.recorded(tmp_path, "3.259.0")


def test_what_is_in_the_cache_is_not_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the network nor Go is asked."""
    monkeypatch.setenv("PATH", "")
    make_executable(acquire.built(tmp_path), "pulumi", "pulumi-language-python-exec")

    acquire.obtain(tmp_path, "3.259.0")


def test_replacement_is_whole_or_not_at_all(tmp_path: Path) -> None:
    """What was there stays until its successor is complete; leftovers of a killed run go."""
    make_executable(tmp_path / "tool", "old")
    make_executable(tmp_path / "tool.unfinished", "leftover")

    def run_out_of_space() -> None:
        with replacing(tmp_path / "tool") as directory:
            make_executable(directory, "new")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        run_out_of_space()
    assert [file.name for file in tmp_path.rglob("*")] == ["tool", "old"]

    with replacing(tmp_path / "tool") as directory:
        make_executable(directory, "new")
    assert [file.name for file in tmp_path.rglob("*")] == ["tool", "new"]


def test_a_second_set_up_waits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says for what, and goes on when the first is done."""
    entered = Event()

    def second() -> None:
        with locked(tmp_path):
            entered.set()

    with ThreadPoolExecutor() as threads:
        with locked(tmp_path):
            threads.submit(second)
            said, end = "", monotonic() + 20
            while f"waiting for another set-up that works in {tmp_path}" not in said:
                assert monotonic() < end
                said += capsys.readouterr().out
            assert not entered.is_set()
        assert entered.wait(20)


def test_step_is_taken_once_for_the_same_contents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second set-up does nothing, until what a step depends on is another."""
    monkeypatch.setattr(setup, "VENV", tmp_path)
    assert not setup.Stamp("packages", b"one").is_set()

    setup.Stamp("packages", b"one").set()

    assert setup.Stamp("packages", b"one").is_set()
    assert not setup.Stamp("packages", b"two").is_set()


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (SetupError("pip: no network; try again"), "pip: no network; try again"),
        (
            PermissionError(13, "Permission denied", "/cache"),
            "/cache: Permission denied; see to that and try again",
        ),
        (KeyboardInterrupt(), "stopped; run it again to go on"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    error: BaseException,
    line: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Without a traceback, and with an exit code that stops make."""

    def fail() -> bool:
        with step("a step"):
            raise error

    monkeypatch.setattr(setup, "set_up_environment", fail)

    assert setup.main() != 0
    assert capsys.readouterr() == ("set-up: a step ... failed\n", f"set-up: {line}\n")


@pytest.mark.parametrize(
    ("output", "line"),
    [
        (
            "Looking\nERROR: No matching distribution\nhint: none\n",
            "ERROR: No matching distribution",
        ),
        ("go: downloading\ngo: no route to host\n", "go: no route to host"),
        ("", "it says nothing"),
    ],
)
def test_reason_is_taken_from_the_output(output: str, line: str) -> None:
    """An error line if there is one, else the last one."""
    assert reason(output) == line

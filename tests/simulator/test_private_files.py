"""What the local Azure keeps on disk: for its owner alone, and through no symbolic link."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from stat import S_IMODE
from typing import TextIO

import pytest

from sparehub.simulator.arm.storage.store import FILE, Store
from sparehub.simulator.errors import StoreError
from sparehub.simulator.provider import plugin


@pytest.fixture
def open_umask() -> Iterator[None]:
    """What lets everybody read and write each file that is made without a mode."""
    before = os.umask(0)
    yield
    os.umask(before)


def modes(directory: Path) -> dict[str, str]:
    found = {each.name: oct(S_IMODE(each.stat().st_mode)) for each in directory.iterdir()}
    return {".": oct(S_IMODE(directory.stat().st_mode)), **found}


@pytest.mark.usefixtures("open_umask")
def test_the_store_is_private(tmp_path: Path) -> None:
    """With its write-ahead log and its index, which SQLite makes."""
    store = Store(tmp_path / "simulator")
    with store.transaction(write=True) as transaction:
        assert transaction is not None

    private = {f"{FILE}{suffix}": "0o600" for suffix in ("", "-wal", "-shm")}
    assert modes(tmp_path / "simulator") == {".": "0o700", **private}
    store.close()


def test_a_store_of_an_earlier_version_is_closed_to_others(tmp_path: Path) -> None:
    """A directory that is there belongs to a person, and keeps its mode."""
    Store(tmp_path).close()
    (tmp_path / FILE).chmod(0o644)
    tmp_path.chmod(0o755)
    Store(tmp_path).close()

    assert modes(tmp_path) == {".": "0o755", FILE: "0o600"}


def test_a_link_in_the_place_of_the_store_is_refused(tmp_path: Path) -> None:
    """What it points at is not made a store."""
    other = tmp_path / "other"
    other.touch()
    (tmp_path / "simulator").mkdir()
    (tmp_path / "simulator" / FILE).symlink_to(other)
    with pytest.raises(StoreError, match="symbolic link"):
        Store(tmp_path / "simulator")

    assert other.read_bytes() == b""


@pytest.mark.usefixtures("open_umask")
def test_the_log_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From its first byte on."""
    handlers: list[logging.StreamHandler[TextIO]] = []
    monkeypatch.setattr(logging, "basicConfig", lambda **given: handlers.extend(given["handlers"]))
    plugin._log_to(str(tmp_path / "simulator"))  # noqa: SLF001 - main() serves an engine
    handlers[0].emit(logging.makeLogRecord({"msg": "a call"}))
    handlers[0].stream.close()

    log = tmp_path / "simulator" / plugin.LOG
    assert (S_IMODE(log.stat().st_mode), log.read_text()) == (0o600, "a call\n")
    assert modes(tmp_path / "simulator")["."] == "0o700"

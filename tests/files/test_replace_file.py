"""A user's files are replaced atomically; links, modes and owners stay."""

import os
from pathlib import Path
from stat import S_IMODE

import pytest

from sparehub.files.replace_file import create_file, replace_file
from sparehub.stacks.stack_file_edit import ACTIVATION, GENERATION, set_values
from sparehub.topology.errors import PreflightError

TEXT = "config:\n  sparehub:activation: active\n"


def test_a_symbolic_link_stays_and_its_target_is_replaced(tmp_path: Path) -> None:
    """Checkouts may share a stack file by a symbolic link."""
    target = tmp_path / "shared" / "primary.yaml"
    target.parent.mkdir()
    target.write_text(TEXT)
    link = tmp_path / "Pulumi.primary.yaml"
    link.symlink_to("shared/primary.yaml")
    set_values(tmp_path, "primary", {ACTIVATION: "standby"})

    assert link.is_symlink()
    assert target.read_text() == TEXT.replace("active", "standby")
    assert [path.name for path in target.parent.iterdir()] == ["primary.yaml"]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664])
def test_the_mode_stays(tmp_path: Path, mode: int) -> None:
    """Independent of the umask."""
    file = tmp_path / "Pulumi.primary.yaml"
    file.write_text(TEXT)
    file.chmod(mode)
    before = os.umask(0o077)
    try:
        replace_file(file, "other\n")
    finally:
        os.umask(before)

    assert (S_IMODE(file.stat().st_mode), file.read_text()) == (mode, "other\n")


def test_a_failed_write_leaves_the_file_unchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of several keys to change, none is changed."""
    file = tmp_path / "Pulumi.primary.yaml"
    file.write_text(TEXT)

    def full(descriptor: int) -> None:
        del descriptor
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PreflightError, match=r"cannot be written \(No space left on device\)"):
        set_values(tmp_path, "primary", {ACTIVATION: "standby", GENERATION: 3})
    with pytest.raises(OSError, match="No space left"):
        create_file(tmp_path / "new", "text")

    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(file.name, TEXT)]


def test_a_write_that_reads_back_differently_replaces_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The temporary file is read back first."""
    file = tmp_path / "Pulumi.primary.yaml"
    file.write_text(TEXT)
    monkeypatch.setattr(Path, "read_bytes", lambda _path: b"zeros")
    with pytest.raises(OSError, match="Input/output error"):
        replace_file(file, "other\n")

    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(file.name, TEXT)]


def test_a_read_only_file_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rename needs write access to the directory alone."""
    file = tmp_path / "Pulumi.primary.yaml"
    file.write_text(TEXT)
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    with pytest.raises(PreflightError, match=r"cannot be written \(Permission denied\)"):
        set_values(tmp_path, "primary", {ACTIVATION: "standby"})

    assert file.read_text() == TEXT


def test_a_new_file_is_never_written_over_another(tmp_path: Path) -> None:
    """Nor through a dangling symbolic link."""
    create_file(tmp_path / "file", "first")
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("file", "link"):
        with pytest.raises(FileExistsError):
            create_file(tmp_path / name, "second")

    assert (tmp_path / "file").read_text() == "first"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "link"]


def test_the_temporary_file_of_a_killed_process_is_replaced(tmp_path: Path) -> None:
    """A symbolic link of that name is not followed."""
    file, other = tmp_path / "file", tmp_path / "other"
    file.write_text("before")
    other.write_text("somebody's")
    (tmp_path / ".file.new").symlink_to(other)
    replace_file(file, "after")

    assert (file.read_text(), other.read_text()) == ("after", "somebody's")
    assert not file.is_symlink()

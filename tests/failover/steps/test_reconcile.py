"""Where Pulumi keeps a stack's state."""

from pathlib import Path

import pytest

from sparehub.failover.steps.reconcile import backend_directory


def test_a_file_backend_is_where_pulumi_finds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """By `~` and from the project on, too; a cloud's is nowhere on this disk."""
    monkeypatch.setenv("HOME", "/home/somebody")
    assert {
        backend: str(backend_directory(backend, Path("/project")))
        for backend in (
            "file:///state",
            "file:///a%20state?metadata=skip",
            "file://~",
            "file://~/state",
            "file://state",
            "file://./state",
            "file://../state",
            "s3://bucket/state",
            "https://api.pulumi.com",
        )
    } == {
        "file:///state": "/state",
        "file:///a%20state?metadata=skip": "/a state",
        "file://~": "/home/somebody",
        "file://~/state": "/home/somebody/state",
        "file://state": "/project/state",
        "file://./state": "/project/state",
        "file://../state": "/project/../state",
        "s3://bucket/state": "None",
        "https://api.pulumi.com": "None",
    }

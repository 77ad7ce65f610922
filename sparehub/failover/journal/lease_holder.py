"""Identifies processes across hosts, boots and PID namespaces.

Two containers of one host may have the same host name, and one process number then names a process
in each of them. The boot id and the PID namespace say which numbers are comparable.
"""

import getpass
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_PROC = Path("/proc")
_PARENT = 1  # the places in `stat` of the parent and of the start time, after that of the state
_STARTED = 19
_ENDED = ("Z", "X")


@dataclass(frozen=True, kw_only=True)
class Holder:
    """A process that holds a lease or a lock; an empty text is something that is not known."""

    host: str
    process: int
    started: str
    """Clock ticks from the boot to its start: a later process of the same number differs."""
    user: str
    boot: str = ""
    """The id of the boot: https://man7.org/linux/man-pages/man4/random.4.html"""
    namespace: str = ""
    """The PID namespace: https://man7.org/linux/man-pages/man7/pid_namespaces.7.html"""

    @classmethod
    def this_process(cls) -> Self:
        """Return who runs this program."""
        return cls.of(os.getpid())

    @classmethod
    def of(cls, process: int) -> Self:
        """Return a process of this PID namespace."""
        boot, namespace = _boot_and_namespace()
        return cls(
            host=socket.gethostname(),
            process=process,
            started=_started(process) if namespace else "",
            user=getpass.getuser(),
            boot=boot,
            namespace=namespace,
        )

    @property
    def is_comparable(self) -> bool:
        """Whether its number means the same process here: same host, boot and PID namespace.

        Where the system does not say (there is no ``/proc``), nothing is comparable.
        """
        here = (socket.gethostname(), *_boot_and_namespace())
        return all(here) and (self.host, self.boot, self.namespace) == here

    def is_gone(self) -> bool:
        """Return whether it is known to have ended; what is not comparable never is."""
        if not self.is_comparable or not self.started:
            return False
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            pass  # it runs, as another user
        fields = _stat(self.process)
        if not fields:
            return False  # hidden from other users (`hidepid`)
        return fields[0] in _ENDED or fields[_STARTED] != self.started

    def __str__(self) -> str:
        return f"{self.user} on {self.host}, process {self.process}"


def ancestors(process: int) -> Iterator[int]:
    """Yield a process of this PID namespace, its parent, and so on."""
    while process > 0:
        yield process
        fields = _stat(process)
        process = int(fields[_PARENT]) if fields else 0


def _boot_and_namespace() -> tuple[str, str]:
    """Return the id of this boot and of this process's PID namespace; empty where not known.

    A ``/proc`` of another namespace, as ``unshare --pid`` leaves it, shows other processes under
    the numbers of this one.
    """
    try:
        if str((_PROC / "self").readlink()) != str(os.getpid()):
            return "", ""
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
        return boot, str((_PROC / "self/ns/pid").readlink())
    except OSError:
        return "", ""


def _started(process: int) -> str:
    """Return when a process began; empty where that is not known."""
    return "".join(_stat(process)[_STARTED : _STARTED + 1])


def _stat(process: int) -> list[str]:
    """Return what Linux says of a process, from its state on; empty where it says nothing.

    https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    """
    try:
        text = (_PROC / str(process) / "stat").read_text(encoding="utf-8")
    except OSError:
        return []
    return text.rpartition(")")[2].split()

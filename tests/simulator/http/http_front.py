"""The HTTP front as a process of its own, and a raw client of it."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TOKEN = {"authorization": "Bearer anything"}
VERSION = "api-version=2024-05-01"


@dataclass
class Front:
    """A serving process."""

    process: subprocess.Popen[str]
    port: int
    directory: Path = Path()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: dict[str, str] | None = None,
        query: str = VERSION,
    ) -> tuple[int, dict[str, str], Any]:
        """Return status, headers in lower case and JSON body of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        content = body if isinstance(body, bytes) else json.dumps(body) if body else None
        try:
            sent = TOKEN if headers is None else headers
            connection.request(method, f"{path}?{query}", content, sent)
            answer = connection.getresponse()
            text = answer.read()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, found, json.loads(text) if text else None
        finally:
            connection.close()

    def text(self, path: str) -> str:
        """Return the body of an answer that is text."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", f"{path}?{VERSION}", headers=TOKEN)
            answer = connection.getresponse()
            assert answer.headers.get_content_type() == "text/plain", answer.read()
            return answer.read().decode()
        finally:
            connection.close()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Signal the process; return its exit code and what it said after it had started."""
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=30)
        return self.process.returncode, said


@contextmanager
def serving(directory: Path) -> Iterator[Front]:
    """Serve a store on a free port for as long as the block runs."""
    with started(start(directory, "--port", "0")) as front:
        front.directory = directory
        yield front


@contextmanager
def started(process: subprocess.Popen[str]) -> Iterator[Front]:
    """Return a serving process, once it says where; it is gone when the block is left."""
    try:
        assert process.stderr
        line = process.stderr.readline()
        found = re.search(r":(\d+)$", line.strip())
        assert found, line + process.stderr.read()
        yield Front(process, int(found[1]))
    finally:
        process.kill()
        process.communicate()


def start(directory: Path, *options: str) -> subprocess.Popen[str]:
    return run(
        ["-m", "sparehub.simulator.http.server", *options], SPAREHUB_SIMULATOR=str(directory)
    )


def run(arguments: list[str], **variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments],
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )

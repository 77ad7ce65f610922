"""A worker that is killed leaves no job Running, and none is run twice."""

import signal
from pathlib import Path

from sparehub.simulator.arm.service import Azure
from sparehub.simulator.automation import worker
from tests.simulator.arm.arm_client import Arm
from tests.simulator.automation import jobs
from tests.simulator.http.http_front import serving

_WRITES = "import time\nopen({marker!r}, 'a').write('x')\ntime.sleep({seconds})"


def test_the_job_of_a_killed_worker_is_failed(tmp_path: Path) -> None:
    """The next worker ends it; it is not started again."""
    marker = tmp_path / "marker"
    with serving(tmp_path / "azure") as front:
        jobs.account(front)
        jobs.publish(front, "long", _WRITES.format(marker=str(marker), seconds=60))
        job = jobs.start(front, "long")
        jobs.until(front, job, "Running")
        while not marker.exists():
            front.send("GET", job)
        front.process.send_signal(signal.SIGKILL)
        front.process.wait()

    with serving(tmp_path / "azure") as front:
        shown = jobs.until(front, job)

    assert (shown["status"], shown["exception"]) == (
        "Failed",
        "The worker that ran the job has ended.",
    )
    assert marker.read_text() == "x"


def test_a_server_that_stops_ends_its_jobs(tmp_path: Path) -> None:
    """Without another worker, too: the next request finds the job Failed."""
    with serving(tmp_path) as front:
        jobs.account(front)
        jobs.publish(front, "long", "import time; time.sleep(60)")
        job = jobs.start(front, "long")
        jobs.until(front, job, "Running")
        assert front.stop()[0] == 0

    azure = Azure(tmp_path)
    assert Arm(tmp_path, azure).properties(job)["status"] == "Failed"
    azure.store.close()


def test_a_store_has_one_worker(tmp_path: Path) -> None:
    """A second server answers, and runs no job."""
    azure = Azure(tmp_path)
    first, second = (worker.working(azure, "http://127.0.0.1:9") for _ in range(2))
    with first as one, second as other:
        assert (one, other) == (True, False)
    with worker.working(azure, "http://127.0.0.1:9") as later:
        assert later
    azure.store.close()

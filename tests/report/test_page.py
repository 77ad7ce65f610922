"""The HTML file: reproducible, without external resources, with escaped values."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from sparehub.report.document import compose
from sparehub.report.history import History
from sparehub.report.journal_files import Recorded
from sparehub.report.page import page
from sparehub.stacks.stack_file_check import check_stack_files
from tests.command_fixtures import Sparehub
from tests.report.conftest import report_of, write_stacks
from tests.report.journal_records import Event, begin, planned, records, unplanned, write

HOSTILE = '</script></title><script>alert("1")</script><img src=x onerror=alert(2)>'
# Elements that may do something or load something, and attributes that name an address.
LOADING = {"link", "iframe", "img", "object", "embed", "base", "form", "audio", "video", "image"}
ADDRESSES = {"src", "href", "action", "data", "poster", "xlink:href"}


class Page(HTMLParser):
    """Collects the tags of an HTML file."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def hostile(values: dict[str, Any]) -> None:
    circuit = next(iter(values["sparehub:region"]["expressRoute"]["connections"].values()))
    circuit["circuit"]["peeringLocation"] = HOSTILE
    circuit["circuit"]["serviceProvider"] = HOSTILE


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    """Independent of clock, randomness and set order."""
    assert page(report_of(tmp_path)) == page(report_of(tmp_path))


def test_nothing_is_fetched(tmp_path: Path) -> None:
    """The content security policy forbids it, and no element needs it."""
    text = page(report_of(tmp_path))
    tags = Page(text).tags

    assert [tag for tag, _ in tags if tag in LOADING] == []
    assert [tag for tag, attrs in tags if ADDRESSES & attrs.keys() and tag != "a"] == []
    policy = next(a["content"] for tag, a in tags if tag == "meta" and "http-equiv" in a)
    assert policy is not None
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'", policy
    )
    assert [attrs for _, attrs in tags if any(a.startswith("on") for a in attrs)] == []


def test_findings_lead_to_their_sources_and_nowhere_else(tmp_path: Path) -> None:
    """These are the only addresses in the page."""
    report = report_of(tmp_path, lambda c: c.pop("sparehub:pairedStack"))
    tags = Page(page(report)).tags

    assert "CONFIG" in [finding.rule for finding in report.findings]
    links = [attrs["href"] for tag, attrs in tags if tag == "a"]
    assert links == [finding.source for finding in report.findings]


def test_values_of_a_configuration_are_text(tmp_path: Path) -> None:
    """A value that looks like the end of a script is escaped, too."""
    plain, changed = page(report_of(tmp_path)), page(report_of(tmp_path, hostile, hostile))

    tags = [[tag for tag, _ in Page(text).tags] for text in (plain, changed)]
    assert [tags[1].count(tag) for tag in ("script", "img", "title")] == [
        tags[0].count(tag) for tag in ("script", "img", "title")
    ]
    assert "&lt;script&gt;" in changed
    assert HOSTILE not in changed


def test_the_command_writes_one_file(sparehub: Sparehub, tmp_path: Path) -> None:
    """Text without a terminal, one document for a script."""
    done = sparehub("report", "-o", "pair.html")

    written = (tmp_path / "pair.html").read_bytes()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        f"pair.html: {len(written)} bytes; errors: 0, warnings: 2, operations: 0\n"
    )
    assert b"<p>No operation is recorded here.</p>" in written
    assert written.startswith(b"<!doctype html>\n")
    again = sparehub("report", "-o", "pair.html", "--json")
    assert json.loads(again.stdout) == {
        "file": "pair.html",
        "errors": 0,
        "warnings": 2,
        "operations": 0,
    }
    assert (tmp_path / "pair.html").read_bytes() == written


def test_the_command_reports_the_journal_of_its_home(sparehub: Sparehub, tmp_path: Path) -> None:
    """A second run writes the same bytes; texts of the journal are escaped."""
    reason = "it <b>burnt</b> down"
    story = [*planned("c"), *unplanned("c"), begin(9000, "failback-20", "planned", "c", reason)]
    write(tmp_path / "home", records(*story))

    done = sparehub("report", "-o", "pair.html", "--json")

    written = (tmp_path / "pair.html").read_text()
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["operations"] == 3
    assert (written.count('<section class="entry'), written.count("<h2>Now</h2>")) == (3, 1)
    assert "it &lt;b&gt;burnt&lt;/b&gt; down" in written
    sparehub("report", "-o", "again.html")
    assert (tmp_path / "again.html").read_text() == written


def test_a_journal_that_cannot_be_read_is_a_warning(sparehub: Sparehub, tmp_path: Path) -> None:
    """In the page and on standard error; the rest of the page is complete."""
    write(tmp_path / "home", records(*planned("c"), project="other"))

    done = sparehub("report", "-o", "pair.html")

    said = "is the journal of the project 'other', not of 'sparehub'"
    assert done.returncode == 0
    assert done.stderr.startswith("warning: ")
    assert said in done.stderr
    written = (tmp_path / "pair.html").read_text()
    assert said.replace("'", "&#39;") in written
    assert "No operation is recorded here" not in written
    assert "<h2>Recovery time</h2>" in written


def test_the_report_has_the_newest_ten_operations(tmp_path: Path) -> None:
    """It shows the total number."""
    write_stacks(tmp_path)
    story = [event for n in range(12) for event in _finished(n)]
    history = History.of(records(*story))

    report = compose(check_stack_files(tmp_path), Recorded(history=history))

    assert (len(report.past.entries), report.past.older) == (10, 2)
    assert report.past.entries[0].facts[0] == ("Started", "2026-07-01 12:18:20 UTC")
    assert "the newest 10 of 12, the journal keeps all" in page(report)


def _finished(number: int) -> list[Event]:
    name = f"failover-{number}"
    return [begin(100 * number, name, "planned", "c"), (100 * number, name, "finished", {})]


def test_wrong_stack_files_still_give_a_report(sparehub: Sparehub, tmp_path: Path) -> None:
    """It shows the problem, and the exit code is 3."""
    (tmp_path / "Pulumi.secondary.yaml").write_text("config: [no, mapping]")

    done = sparehub("report", "-o", "pair.html")

    assert done.returncode == 3
    assert "has no `config:` mapping" in (tmp_path / "pair.html").read_text()


def test_a_file_that_cannot_be_written_is_one_message(sparehub: Sparehub) -> None:
    """There is no partial file."""
    done = sparehub("report", "-o", "no/such/directory.html")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "error: no/such/directory.html cannot be written (No such file or directory): "
        "name another file with -o\n"
    )

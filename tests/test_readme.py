"""What the README and the pages beside it show is true."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pulumi_azure_native import network
from pydantic import BaseModel

from engine import architecture_page
from sparehub.testing import preview
from sparehub.topology.config.site_recovery import ReplicateConfig, SiteRecoveryConfig
from tests.configurations import ROOT

PAGES = sorted(
    page
    for pattern in ("*.md", ".github/*.md", "docs/*.md", "examples/*/*.md")
    for page in ROOT.glob(pattern)
)
COMPONENTS = (ROOT / "docs" / "components.md").read_text()
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()
SCREEN = 30
"""Lines of a picture's source that fit on one screen, as its boxes do."""


def test_the_example_of_single_components_runs() -> None:
    """The program on the page of components makes the resources that it describes."""
    (program,) = re.findall(r"```python\n(.*?)```", COMPONENTS, re.DOTALL)

    def run() -> None:
        gateway = network.VirtualNetworkGateway("ergw", resource_group_name="rg")
        exec(program, {"hub_id": "hub-id", "gateway": gateway})  # noqa: S102 - our own page

    graph = preview(run)

    assert sorted(graph) == [
        "ergw",
        "web",
        "web-to-hub",
        "web-to-hub/hub-to-spoke",
        "web-to-hub/spoke-to-hub",
        "web/app",
        "web/network",
    ]
    assert graph["web-to-hub/hub-to-spoke"].depends_on == ("web/app", "web/network")


def prose(page: Path) -> str:
    """Return a page without its blocks of code."""
    return re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """Yield the file and the anchor, if any, of each link to the repository."""
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if not re.match(r"[a-z]+:", target):
            path, _, anchor = target.partition("#")
            yield (page.parent / path if path else page), anchor


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page, as GitHub makes them of its headings."""
    named: set[str] = set(re.findall(r'<a id="([^"]+)">', prose(page)))
    seen: Counter[str] = Counter()
    for heading in re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE):
        text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", text).strip().replace(" ", "-")
        named.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return named


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    """Links within the repository; an anchor has to be a heading of that page."""
    broken = [
        f"{path}#{anchor}"
        for path, anchor in links(page)
        if not path.exists() or (anchor and anchor not in anchors(path))
    ]

    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_source_file_that_a_page_names_exists(page: Path) -> None:
    """By its path, or by its end as in ``types/registry.py``; ``*`` stands for any text."""
    folders = r"(?:sparehub|components|engine|benchmarks|tests)(?:/[\w-]+)+"
    named = re.findall(rf"`((?:[\w*-]+/)*[\w*-]+\.py|{folders})`", prose(page))

    assert [name for name in named if not any((*ROOT.glob(name), *below(name)))] == []


def below(name: str) -> Iterator[Path]:
    """Yield the source files whose path ends with a name."""
    for package in ("sparehub", "components", "engine", "tests"):
        yield from (ROOT / package).glob(f"**/{name}")


def test_anchors_are_those_of_github(tmp_path: Path) -> None:
    """Lower case, no punctuation, hyphens for spaces, a number where a heading repeats."""
    page = tmp_path / "page.md"
    page.write_text('# The `A` of B, C\n## Why?\n## Why?\n```\n# no heading\n```\n<a id="x"></a>\n')

    assert anchors(page) == {"the-a-of-b-c", "why", "why-1", "x"}


def keys_of(model: type[BaseModel]) -> Iterator[str]:
    """Yield the keys of a part of a stack file, as they are written, and those of its parts."""
    for name, field in model.model_fields.items():
        yield field.alias or name
        yield from (key for part in models_in(field.annotation) for key in keys_of(part))


def models_in(annotation: object) -> Iterator[type[BaseModel]]:
    """Yield the models in an annotation, such as those of a dictionary's values."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from models_in(argument)


@pytest.mark.parametrize("model", [ReplicateConfig, SiteRecoveryConfig])
def test_every_key_of_site_recovery_is_on_the_page(model: type[BaseModel]) -> None:
    """In its section, as it is written in a stack file."""
    page = (ROOT / "docs" / "configuration.md").read_text()
    section = page.partition("\n## Site Recovery\n")[2].partition("\n## ")[0]

    keys = sorted(set(keys_of(model)))

    assert len(keys) >= 19
    assert [key for key in keys if not re.search(rf"\b{key}\b", section)] == []


def test_the_pictures_of_packages_are_current() -> None:
    """Run ``python -m engine.architecture_page`` where this fails."""
    assert architecture_page.drawn(ARCHITECTURE) == ARCHITECTURE


def test_a_picture_leaves_out_the_imports_that_follow_from_others() -> None:
    """The transitive reduction of three parts, of which the first imports both others."""
    parts = {"top": {"middle", "bottom"}, "middle": {"bottom"}, "bottom": set[str]()}

    assert architecture_page.reduced(parts) == {**parts, "top": {"middle"}}


def test_each_picture_fits_on_one_screen() -> None:
    """In boxes and arrows."""
    pictures = re.findall(r"```mermaid\n(.*?)```", ARCHITECTURE, re.DOTALL)

    assert len(pictures) == len(architecture_page.DRAWN)
    assert max(len(picture.splitlines()) for picture in pictures) <= SCREEN


def test_twenty_questions_have_an_answer_in_a_file() -> None:
    """Each row names at least one file; that it exists is the test of links."""
    rows = re.findall(r"^\| (\d+) \| .*\? \| (.*) \|$", ARCHITECTURE, re.MULTILINE)

    assert [number for number, _ in rows] == [str(number) for number in range(1, 21)]
    assert all("](../" in answer for _, answer in rows)


def searchable() -> list[tuple[str, str]]:
    """Return the terms of the glossary's second table, each with the file that has it."""
    table = GLOSSARY.partition("## Words to search for")[2]
    return re.findall(r"^\| `([a-z ]+)` \| \[[^]]+\]\(\.\./([^)]+)\)", table, re.MULTILINE)


@pytest.mark.parametrize(("term", "path"), searchable(), ids=lambda value: value)
def test_a_term_is_found_in_the_file_that_has_it(term: str, path: str) -> None:
    """A search for the term shows the file that carries it out."""
    assert term in " ".join((ROOT / path).read_text().lower().split())


def test_the_terms_that_a_stranger_searches_for_are_listed() -> None:
    """The list cannot shrink unseen."""
    assert {term for term, _ in searchable()} == {
        "retry",
        "backoff",
        "longest prefix",
        "reconcile",
        "orphan",
        "fencing token",
        "pending operation",
        "lease",
        "drift",
    }

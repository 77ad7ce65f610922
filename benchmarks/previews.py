"""Time of ``pulumi preview`` of large regions: this program, and the region declared by hand."""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from rich.console import Console
from ruamel.yaml import YAML

from benchmarks.figures import MEGABYTE, Figure, Run, Target
from benchmarks.graphs import agree, graph_of
from engine.paths import ROOT
from sparehub.drill.workspace import PulumiFailedError, Rehearsal
from sparehub.files.home import Home
from sparehub.stacks.stack_files import stack_file
from tests.configurations import shipped, with_spokes

HERE = Path(__file__).parent
STACK = "primary"
SIZES = (100, 500)  # spokes
FEW = 3  # spokes: enough to see whether two programs declare the same

Json = dict[str, Any]


@dataclass(frozen=True)
class Variant:
    """One program to be measured, and how often."""

    title: str
    program: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    rounds: int = 3
    components: bool = False


BY_HAND = HERE / "plain.py"
STRIPPED = {"BENCHMARK_ALIASES": "stripped"}
CALL = {"BENCHMARK_CALL": "first"}
SHELLS = {"BENCHMARK_SHELLS": "made"}
VARIANTS = {
    "ours": Variant("this program", ROOT / "__main__.py", components=True),
    "shells": Variant(
        "by hand, in empty components, stripped, call first",
        BY_HAND,
        STRIPPED | CALL | SHELLS,
        components=True,
    ),
    "hand": Variant("by hand, stripped, call first", BY_HAND, STRIPPED | CALL),
    "no-call": Variant("by hand, stripped", BY_HAND, STRIPPED, rounds=1),
    "as-sent": Variant("by hand, as azure-native sends it", BY_HAND, rounds=1),
}


@dataclass(frozen=True)
class Preview:
    """A variant with a stack file of some size, in a directory of its own."""

    rehearsal: Rehearsal

    @classmethod
    def of(cls, variant: Variant, spokes: int, directory: Path) -> "Preview":
        """Make the project and its stack."""
        # Python keeps what it compiled, as it does where nothing forbids it: each run would
        # otherwise compile azure-native again, which hides what the programs do.
        kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        word = {"BENCHMARK_USAGE": str(directory / "usage.json")}
        with TemporaryDirectory() as name:
            source = Path(name)
            shutil.copy(ROOT / "Pulumi.yaml", source)
            shutil.copy(HERE / "launcher.py", source / "__main__.py")
            content = {"config": with_spokes(shipped(STACK), spokes)}
            YAML().dump(content, stack_file(source, STACK))
            environment = kept | word | dict(variant.environment)
            rehearsal = Rehearsal.begin(directory, source, (STACK,), environment)
        shutil.copy(variant.program, rehearsal.project / "program.py")
        return cls(rehearsal)

    def run(self) -> tuple[Run, Json]:
        """Preview once; return its cost and its output."""
        started = monotonic()
        done = self.rehearsal.run("preview", "--json", "--stack", STACK)
        seconds = monotonic() - started
        if done.returncode:
            message = f"`pulumi preview` failed:\n{done.stdout}{done.stderr}"
            raise PulumiFailedError(message)
        used = json.loads((self.rehearsal.home.path / "usage.json").read_text())
        return Run(seconds, **used), json.loads(done.stdout)


def measure(directory: Path, console: Console) -> list[Figure]:
    """Measure every variant at every size, with progress on the console.

    Raises:
        SparehubError: A preview failed, or two programs declare different resources.
    """
    console.print(f"comparing what the programs declare, at {FEW} spokes")
    once = {key: replace(variant, rounds=1) for key, variant in VARIANTS.items()}
    measure_size(once, FEW, directory, console)
    return [
        figure for spokes in SIZES for figure in measure_size(VARIANTS, spokes, directory, console)
    ]


def measure_size(
    variants: Mapping[str, Variant], spokes: int, directory: Path, console: Console
) -> list[Figure]:
    """Measure variants at one size in turns, so that the machine's load affects all alike."""
    previews = {
        key: Preview.of(variant, spokes, directory / f"{spokes}-{key}")
        for key, variant in variants.items()
    }
    ours: Json = {}
    runs: dict[str, list[Run]] = {key: [] for key in variants}
    for turn in range(max(variant.rounds for variant in variants.values())):
        for key, variant in variants.items():
            if turn >= variant.rounds:
                continue
            with console.status(f"{spokes} spokes, {variant.title} ..."):
                run, preview = previews[key].run()
            ours = ours or preview
            agree(
                graph_of(ours, components=variant.components),
                graph_of(preview, components=variant.components),
                variant.title,
            )
            runs[key].append(run)
            console.print(
                f"  {spokes} spokes, {variant.title}: "
                f"{run.seconds:.1f} s, {run.bytes / MEGABYTE:.0f} MB"
            )
    return [Figure(key, spokes, runs[key]) for key in variants]


def pulumi_version(directory: Path) -> str:
    """Return the version of the CLI that measured in a directory."""
    rehearsal = Rehearsal(Home(directory / f"{FEW}-ours"), os.environ)
    return rehearsal.pulumi("version").strip().removeprefix("v")


def targets(figures: Sequence[Figure]) -> list[Target]:
    """Return the targets of the previews."""
    of = {(figure.variant, figure.spokes): figure for figure in figures}
    few, many = SIZES
    growth = of["ours", many].seconds / of["ours", few].seconds
    targets_ = [Target(f"growth from {few} to {many} spokes", bound=5.5, ratio=growth)]
    for spokes in SIZES:
        ours = of["ours", spokes]
        for key, bound in (("shells", 1.10), ("hand", 1.35)):
            text = f"{spokes} spokes, this program to `{VARIANTS[key].title}`"
            targets_ += [Target(text, bound=bound, ratio=ours.ratio(of[key, spokes]))]
        text = f"{spokes} spokes, `{VARIANTS['as-sent'].title}` to this program"
        ratio = of["as-sent", spokes].ratio(ours)
        targets_ += [Target(text, bound=3.0, ratio=ratio, at_least=True)]
    return targets_

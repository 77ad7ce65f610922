"""Medians, ratios and verdicts."""

from benchmarks.figures import Figure, Run, Target, table
from benchmarks.previews import SIZES, VARIANTS, targets

SECONDS = {"ours": 10.0, "shells": 10.0, "hand": 8.0, "no-call": 30.0, "as-sent": 31.0}


def figure(variant: str, spokes: int, *seconds: float) -> Figure:
    """Return a figure of runs with 100 MB each."""
    return Figure(variant, spokes, [Run(time, time / 2, 100_000_000) for time in seconds])


def measured(**changed: float) -> dict[str, bool]:
    """Return which targets are reached when at both sizes the variants take so many seconds."""
    seconds = SECONDS | changed
    reached = targets([figure(key, size, seconds[key]) for key in VARIANTS for size in SIZES])
    return {target.text: target.reached for target in reached}


def test_the_time_of_a_variant_is_the_median_of_its_runs() -> None:
    """One run that was disturbed changes nothing."""
    assert figure("ours", 100, 5, 4, 90).seconds == 5


def test_a_ratio_compares_runs_of_the_same_turn() -> None:
    """A variant that ran once is compared with the first run of the other."""
    ours = figure("ours", 100, 10, 40, 11)

    assert ours.ratio(figure("hand", 100, 5, 20, 5)) == 2
    assert figure("as-sent", 100, 30).ratio(ours) == 3


def test_the_table_compares_each_figure_with_the_reference() -> None:
    """Each figure beside ours of the same size."""
    figures = [figure("ours", 100, 4), figure("hand", 100, 2, 2.2, 9)]

    assert table(figures, {"ours": "this", "hand": "by hand"}, "ours").splitlines()[2:] == [
        "| 100 | this | 1 | 4.0 s | 1.00 | 2.0 s | 100 MB | 1.00 |",
        "| 100 | by hand | 3 | 2.2 s | 0.50 | 1.1 s | 100 MB | 1.00 |",
    ]


def test_a_target_is_reached_at_its_bound() -> None:
    """On either side."""
    assert [
        Target("t", bound=2, ratio=ratio, at_least=at_least).reached
        for at_least in (False, True)
        for ratio in (1.9, 2, 2.1)
    ] == [True, True, False, False, True, True]


def test_targets_of_a_good_program() -> None:
    """All seven are reached."""
    assert list(measured().values()) == [True] * 7


def test_a_slow_program_misses() -> None:
    """Slower components miss everything but growth."""
    assert sum(measured(ours=20).values()) == 1


def test_a_target_says_what_and_whether() -> None:
    """The line of the report."""
    assert str(Target("a / b", bound=1.1, ratio=1.204)) == "a / b: 1.20, to be at most 1.10: MISSED"

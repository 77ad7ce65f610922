"""``make mutants``: breaks lines of product code, one at a time, and runs the mirrored tests.

A mutant that no test notices is a line whose behaviour nothing checks. Lines are chosen by a seed,
so that a run can be repeated. The checkout is not touched: each worker breaks a copy.
"""

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

from engine.paths import ROOT, VENV

PRODUCT = ("sparehub", "components")
COPIED = ("sparehub", "components", "engine", "benchmarks", "tests", "docs")
SECONDS = 240
"""Limit of one run of tests; a mutant that exceeds it is noticed, because it hangs."""
_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}


@dataclass(frozen=True)
class Mutant:
    """One changed line of a file, and the tests that mirror the file."""

    file: str
    line: int
    before: str
    after: str
    text: str
    """The whole file with the change."""
    tests: tuple[str, ...]


def main() -> int:
    """Runs the mutants; prints those that no test noticed."""
    parser = argparse.ArgumentParser(prog="python -m engine.mutants", description=__doc__)
    parser.add_argument("--count", type=int, default=40, help="how many lines are broken")
    parser.add_argument("--seed", type=int, default=1, help="which lines")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    chosen = mutants(options.count, options.seed)
    survivors = []
    for number, (mutant, noticed) in enumerate(run(chosen, options.workers), start=1):
        state = "noticed" if noticed else "NOT NOTICED"
        print(f"{number}/{len(chosen)} {state}: {mutant.file}:{mutant.line}", flush=True)
        print(f"    - {mutant.before}\n    + {mutant.after}", flush=True)
        if not noticed:
            survivors.append(mutant)
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} noticed (seed {options.seed})")
    return 1 if survivors else 0


def mutants(count: int, seed: int) -> list[Mutant]:
    """Returns mutants of lines that are chosen by a seed, at most one a line."""
    candidates = [
        (path, line)
        for package in PRODUCT
        for path in sorted((ROOT / package).rglob("*.py"))
        for line in sorted({node.lineno for node in _changeable(ast.parse(path.read_text()))})
    ]
    generator = random.Random(seed)  # noqa: S311 - a repeatable choice, not a secret
    generator.shuffle(candidates)
    return [_mutant(path, line, generator) for path, line in candidates[:count]]


def tests_of(file: str) -> tuple[str, ...]:
    """Returns the tests that mirror a file: its own module, else those of the nearest folder."""
    parts = Path(file).with_suffix("").parts
    folder = Path("tests", *(parts[1:-1] if parts[0] == "sparehub" else parts[:-1]))
    own = folder / f"test_{parts[-1]}.py"
    if (ROOT / own).exists():
        return (str(own),)
    while not any((ROOT / folder).glob("**/test_*.py")):
        folder = folder.parent
    return (str(folder),)


def run(chosen: Sequence[Mutant], workers: int) -> Iterator[tuple[Mutant, bool]]:
    """Yields each mutant and whether its tests failed, in the order of ``chosen``."""
    copies: Queue[Path] = Queue()
    with tempfile.TemporaryDirectory() as temporary:
        for number in range(workers):
            copies.put(_copy(Path(temporary) / str(number)))

        def is_noticed(mutant: Mutant) -> bool:
            copy = copies.get()
            file = copy / mutant.file
            original = file.read_text()
            try:
                file.write_text(mutant.text)
                return not _pass(copy, mutant.tests)
            finally:
                file.write_text(original)
                copies.put(copy)

        with ThreadPoolExecutor(workers) as pool:
            yield from zip(chosen, pool.map(is_noticed, chosen), strict=True)


def _copy(directory: Path) -> Path:
    for name in COPIED:
        shutil.copytree(ROOT / name, directory / name, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ROOT.iterdir():
        if file.is_file():
            shutil.copy(file, directory)
    (directory / VENV.name).symlink_to(VENV)
    return directory


def _pass(copy: Path, tests: Sequence[str]) -> bool:
    """Runs tests against a copy; it comes before the installed package on Python's path."""
    command = [str(VENV / "bin" / "python"), "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [*command, *tests],
            cwd=copy,
            env=environment,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _changeable(tree: ast.Module) -> Iterator[ast.expr | ast.stmt]:
    """Yields the nodes that can be broken: in functions, no annotations and no docstrings."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        for statement in function.body:
            for node in ast.walk(statement):
                match node:
                    case (
                        ast.Compare()
                        | ast.BoolOp()
                        | ast.IfExp()
                        | ast.If()
                        | ast.Constant(value=bool() | int())
                        | ast.Return(value=ast.expr())
                        | ast.Expr(value=ast.Call())
                    ):
                        yield node


def _mutant(path: Path, line: int, generator: random.Random) -> Mutant:
    source = path.read_text()
    tree = ast.parse(source)
    node = generator.choice([each for each in _changeable(tree) if each.lineno == line])
    target = node.test if isinstance(node, ast.If) else node
    new = _broken(target)
    lines = source.encode().splitlines(keepends=True)
    start = sum(map(len, lines[: target.lineno - 1])) + target.col_offset
    end = sum(map(len, lines[: (target.end_lineno or 0) - 1])) + (target.end_col_offset or 0)
    text = (source.encode()[:start] + new.encode() + source.encode()[end:]).decode()
    file = str(path.relative_to(ROOT))
    before = source.encode()[start:end].decode()
    return Mutant(file, line, before, new, text, tests_of(file))


def _broken(node: ast.AST) -> str:  # noqa: PLR0911 - one return for each kind of node
    """Returns source text that does something else than a node."""
    match node:
        case ast.Compare():
            operators = [_COMPARISONS[type(node.ops[0])](), *node.ops[1:]]
            return f"({ast.unparse(ast.Compare(node.left, operators, node.comparators))})"
        case ast.BoolOp():
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            return f"({ast.unparse(ast.BoolOp(other, node.values))})"
        case ast.IfExp():
            return f"({ast.unparse(ast.IfExp(node.test, node.orelse, node.body))})"
        case ast.Constant(value=bool() as flag):
            return str(not flag)
        case ast.Constant(value=int() as number):
            return str(number + 1)
        case ast.Return():
            return "return None"
        case ast.Expr():
            return "pass"
        case _:
            return f"(not ({ast.unparse(node)}))"


if __name__ == "__main__":
    sys.exit(main())

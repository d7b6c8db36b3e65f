"""Look for input that makes a parser raise what it must not: `make fuzz`, or with names of targets.

Coverage leads (atheris, libFuzzer). Each target gets a process of its own with a budget of
seconds, 10 seconds for one input and 1 GiB of memory; a finding is written to
tests/fuzz/corpus/TARGET, where `test_parsers.py` repeats it for ever. Prints executions for each
target; 1 when something was found.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

CORPUS = Path(__file__).parent / "corpus"
INPUT_BYTES_MAX = 16 << 10
INPUT_SECONDS_MAX = 10
MEMORY_MIB_MAX = 1024
_RUNS = re.compile(r"Done (\d+) runs|stat::number_of_executed_units:\s*(\d+)")


def main() -> int:
    """Fuzz the targets named, or all, one after the other."""
    parser = argparse.ArgumentParser(description="Fuzz parsers, with coverage as the guide.")
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--seconds", type=int, default=30, help="for each target")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    options, rest = parser.parse_known_args()
    if options.inside:
        fuzz(options.inside, rest)
        return 0
    from tests.fuzz.targets import TARGETS  # noqa: PLC0415 - the child imports it instrumented

    found = 0
    total = 0
    for name in options.targets or sorted(TARGETS):
        runs, wrong = run_apart(name, TARGETS[name].seeds, options.seconds)
        total += runs
        found += wrong
        click.echo(f"{name:22} {runs:>12,} executions{'  FOUND' if wrong else ''}")
    click.echo(f"{'together':22} {total:>12,} executions")
    return int(found > 0)


def run_apart(name: str, seeds: tuple[bytes, ...], seconds: int) -> tuple[int, bool]:
    """Fuzz one target in a process; its executions, and whether something was found."""
    kept = CORPUS / name
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds):
            (Path(folder) / f"seed-{number}").write_bytes(seed)
        kept.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [
                *(sys.executable, "-m", "tests.fuzz.run", "--inside", name),
                *(f"-max_total_time={seconds}", f"-max_len={INPUT_BYTES_MAX}"),
                *(f"-timeout={INPUT_SECONDS_MAX}", f"-rss_limit_mb={MEMORY_MIB_MAX}"),
                *("-print_final_stats=1", f"-artifact_prefix={kept}/", folder),
            ],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds + 120,
            check=False,
        )
    if not any(kept.iterdir()):
        kept.rmdir()
    said = done.stdout + done.stderr
    runs = [int(one or other) for one, other in _RUNS.findall(said)]
    if done.returncode:
        click.echo(said[-4000:], err=True)
    return max(runs, default=0), done.returncode != 0


def fuzz(name: str, arguments: list[str]) -> None:
    """In the child: never returns but by the end of the budget or a finding."""
    import atheris  # noqa: PLC0415 - only where it is installed

    with atheris.instrument_imports(
        include=["crypto", "tendering", "evaluation_rooms", "insurance_gateway", "clients"]
    ):
        from tests.fuzz.targets import TARGETS  # noqa: PLC0415 - instrumented while imported
    target = TARGETS[name]
    atheris.Setup([sys.argv[0], *arguments], guarded(target.parse, target.refusals))
    atheris.Fuzz()


def guarded(parse: Callable[[bytes], Any], refusals: tuple[type[Exception], ...]) -> Any:
    """The target as libFuzzer calls it: named errors are answers."""

    def once(data: bytes) -> None:
        try:
            parse(data)
        except refusals:
            return

    return once


if __name__ == "__main__":
    sys.exit(main())

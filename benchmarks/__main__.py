"""Run one benchmark by name, or list the questions: `python -m benchmarks [NAME]`."""

import ast
import runpy
import sys
from pathlib import Path

NOT_BENCHMARKS = {"__init__", "__main__", "preload", "report", "request_lines", "room_lines"}


def questions() -> dict[str, str]:
    """First line of each benchmark's docstring, by the benchmark's name."""
    found = {}
    for file in sorted(Path(__file__).parent.glob("*.py")):
        if file.stem not in NOT_BENCHMARKS:
            docstring = ast.get_docstring(ast.parse(file.read_text())) or ""
            found[file.stem] = docstring.partition("\n")[0]
    return found


def main(arguments: list[str]) -> None:
    """Run the named benchmark, which reads what follows its name; exit 2 when there is none."""
    known = questions()
    if arguments and arguments[0] in known:
        name = arguments[0]
        sys.argv = sys.argv[1:]
        runpy.run_module(f"benchmarks.{name}", run_name="__main__", alter_sys=True)
        return
    for name, question in known.items():
        print(f"  {name:16} {question}")
    if arguments:
        sys.exit(f"no benchmark is called {arguments[0]}")


if __name__ == "__main__":
    main(sys.argv[1:])

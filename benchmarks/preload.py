"""A few lines of C before a program's libraries: a slower disk, a peer that forces its files."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


def preload(source: str, folder: Path, defined: Mapping[str, int] | None = None) -> dict[str, str]:
    """The environment in which programs run with `source` before their libraries.

    Exits where there is no C compiler.
    """
    code, library = folder / "preload.c", folder / "preload.so"
    code.write_text(source)
    compiler = shutil.which("cc")
    if compiler is None:
        sys.exit("this needs a C compiler, cc")
    macros = [f"-D{name}={value}" for name, value in (defined or {}).items()]
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O2", *macros, "-o", str(library), str(code), "-ldl"],
        check=True,
    )
    library.chmod(0o755)
    return {"LD_PRELOAD": str(library)}

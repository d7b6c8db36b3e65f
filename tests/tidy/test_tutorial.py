"""The tutorial can be walked: its changes apply to the code as it is, its new files are new."""

import ast
import re
import subprocess

from tests.support.postgres import ROOT

TEXT = (ROOT / "docs/tutorial.md").read_text()
WALK_IT_AGAIN = "docs/tutorial.md: walk it again and mend what it shows"


def test_the_changes_that_the_tutorial_shows_can_be_made() -> None:
    changes = re.findall(r"```diff\n(.*?)```", TEXT, re.DOTALL)
    assert changes

    told = subprocess.run(
        ["git", "apply", "--check", "-C1", "-"],
        cwd=ROOT,
        input="".join(changes),
        capture_output=True,
        check=False,
        text=True,
    )

    assert told.stderr == "", WALK_IT_AGAIN
    assert told.returncode == 0, WALK_IT_AGAIN


def test_the_files_that_the_tutorial_adds_are_not_there_and_import_what_is() -> None:
    added = dict(re.findall(r"`([\w/]+\.py)`, a new file:\n\n```python\n(.*?)```", TEXT, re.DOTALL))
    assert added

    assert [path for path in added if (ROOT / path).exists()] == [], WALK_IT_AGAIN
    imported = {
        node.module.replace(".", "/") + ".py"
        for code in added.values()
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.ImportFrom) and node.module
        if node.module.partition(".")[0] in {"tendering", "tests"}
    }
    folders = {path.removesuffix(".py") for path in imported if (ROOT / path).exists() is False}
    assert {folder for folder in folders if not (ROOT / folder).is_dir()} <= {
        path.removesuffix(".py") for path in added
    }, WALK_IT_AGAIN

"""The house rules that no linter knows: sizes, names, words, and where SQL and clocks may stand."""

import ast
import os
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from tendering.domain import refusals
from tendering.storage.migrations import read_migrations
from tests.support.leftovers import packages_of
from tests.support.narrowing import taken_away
from tests.support.postgres import MIGRATION_FOLDERS, ROOT

LINE_MAX = 100
FUNCTION_LINES_MAX = 60
MODULE_LINES_MAX = 400

NOT_OURS = {
    *(".git", ".venv", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"),
    *("__pycache__", "corpus", "node_modules", "web_dist", "web_dist.new", "site", "dist", "var"),
}
TEXT = {".css", ".html", ".md", ".py", ".sh", ".sql", ".toml", ".ts", ".typ", ".vue", ".yml", ""}
BANNED_NAMES = {"base", "common", "helper", "helpers", "manager", "misc", "service", "utils"}
BANNED_WORDS = {
    "a mark of unfinished work": re.compile(r"\b(TODO(?!\(#\d)|FIXME|XXX|HACK)\b|待实现|占位符"),
    "a path of one machine": re.compile(r"(?<![\w.$}])/(work|root)/\w"),
    "a package registry's host": re.compile(r"py(thonhosted|pi[.]org)|npmjs[.](org|com)"),
}
# Where an instant is born; everywhere else it is an argument.
CLOCKS = {
    "server.py",
    "clients/archive_keeping.py",
    "clients/ocds_import.py",
    "tendering/platform_clock.py",
    "clients/serving.py",
    "clients/outside_ca.py",
    "clients/tsa.py",
}
SQL = re.compile(
    r"^\s*(SELECT\s|INSERT\s+INTO\s|UPDATE\s+[\w.]+\s+SET\s|DELETE\s+FROM\s|WITH\s+\w+\s+AS\s"
    r"|CREATE\s+(TABLE|INDEX|ROLE|DATABASE)\s|ALTER\s+TABLE\s|DROP\s+(TABLE|DATABASE)\s"
    r"|NOTIFY\s+\w|LISTEN\s+\w)"
)
# What a pure test has no use for: tests that need it stand in tests/integration.
NOT_PURE = {"asyncio", "concurrent.futures", "multiprocessing", "subprocess", "threading"}
SCHEMAS = {
    "tendering": "tendering",
    "evaluation_rooms": "rooms",
    "insurance_gateway": "insurance",
}
# The pool does not reset sessions, so state that outlives a transaction would leak to the next use.
SESSION_STATE = re.compile(r"\bpg_(try_)?advisory_(un)?lock(_shared)?\s*\(|\A\s*SET\s+(?!LOCAL)\w")


def test_lines_of_sql_and_scripts_are_short() -> None:
    checked = [file for file in _files() if file.suffix in {".sql", ".sh"} or _is_script(file)]

    found = [
        f"{_name(file)}:{number}"
        for file in checked
        if not file.is_relative_to(ROOT / "docs")
        for number, line in enumerate(file.read_text().splitlines(), start=1)
        if len(line) > LINE_MAX
    ]

    assert found == []


def test_modules_are_short() -> None:
    modules = [
        file
        for file in _files()
        if file.suffix in {".py", ".ts", ".vue"} and "generated" not in file.parts
    ]

    found = {
        _name(file): length
        for file in modules
        if (length := len(file.read_text().splitlines())) > MODULE_LINES_MAX
    }

    assert found == {}


def test_functions_are_short() -> None:
    found = {
        f"{_name(file)}:{node.lineno} {node.name}": length
        for file, tree in _modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES_MAX
    }

    assert found == {}


def test_every_module_says_what_it_is_for() -> None:
    found = [_name(file) for file, tree in _modules() if not ast.get_docstring(tree)]

    assert found == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    found = [_name(file) for file in _files() if file.stem in BANNED_NAMES]

    assert found == []


def test_no_banned_word_is_written() -> None:
    found = [
        f"{_name(file)}:{number} {meaning}"
        for file in _files()
        if file != Path(__file__)
        for number, line in enumerate(file.read_text().splitlines(), start=1)
        for meaning, pattern in BANNED_WORDS.items()
        if pattern.search(line)
    ]

    assert found == []


def test_sql_stands_only_in_storage() -> None:
    found = [
        f"{_name(file)}:{number}"
        for file, tree in _modules()
        if file.relative_to(ROOT).parts[0] not in {"tests", "benchmarks", "scripts"}
        and "storage" not in file.parts
        for number, text in _strings(tree)
        if SQL.match(text)
    ]

    assert found == []


def test_a_packages_sql_names_only_its_own_schema() -> None:
    found = [
        f"{place} {schema}.{thing}"
        for package, own in SCHEMAS.items()
        for place, sql in _sql_of(package)
        for schema, thing in re.findall(r"\b(tendering|rooms|insurance)\.(\w+)", sql)
        if schema != own
    ]

    assert found == []


def test_sql_leaves_no_state_in_the_session() -> None:
    found = [
        place
        for package in SCHEMAS
        for place, sql in _sql_of(package)
        if SESSION_STATE.search(sql) and "/migrations" not in place
    ]

    assert found == []


def test_every_migration_is_numbered_and_says_what_it_does() -> None:
    migrations = read_migrations(MIGRATION_FOLDERS)

    found = [
        f"{migration.package}/{migration.name}"
        for migration in migrations
        if not re.match(r"-- \S.*[.:]", migration.sql)
    ]

    assert found == []


def test_a_migration_that_takes_something_away_says_so() -> None:
    found = {
        f"{migration.package}/{migration.name}": sorted(taken)
        for migration in read_migrations(MIGRATION_FOLDERS)
        if (taken := taken_away(migration.sql)) and not migration.contracts
    }

    assert found == {}
    assert taken_away("ALTER TABLE a.b\n  DROP COLUMN c;") == {"drop column"}
    assert taken_away("ALTER TABLE a.b ADD COLUMN c int NOT NULL;") == {"not null"}
    assert taken_away("ALTER TABLE a.b RENAME c TO d; REVOKE ALL ON a.b FROM e;") == {
        "rename",
        "revoke",
    }
    # What the same file makes, no earlier release uses; what has a value of its own needs none.
    assert not taken_away("CREATE TABLE a.b (c int); ALTER TABLE a.b ADD d int NOT NULL;")
    assert not taken_away("ALTER TABLE a.b ADD COLUMN c int NOT NULL DEFAULT 1; -- DROP COLUMN")


def test_only_connection_imports_the_driver() -> None:
    found = {
        _name(file)
        for file, tree in _modules()
        for node in ast.walk(tree)
        if file.relative_to(ROOT).parts[0] != "tests"
        and isinstance(node, ast.Import | ast.ImportFrom)
        and "asyncpg" in {name.split(".")[0] for name in _imported(node)}
    }

    assert found == {"tendering/storage/connection.py"}


def test_the_clock_is_read_at_the_edge_only() -> None:
    clock = re.compile(r"\b(datetime\.(now|utcnow|today)|date\.today|time\.time(_ns)?)\(")

    found = {
        _name(file)
        for file, _ in _modules()
        if file.relative_to(ROOT).parts[0] not in {"tests", "benchmarks", "scripts"}
        and clock.search(file.read_text())
    }

    assert found <= CLOCKS


def test_every_refusal_has_a_code_of_its_own_and_is_documented() -> None:
    for module in iter_modules(refusals.__path__):
        import_module(f"{refusals.__name__}.{module.name}")
    codes = [cls.code for cls in _descendants(refusals.Refused) if "code" in vars(cls)]
    document = ROOT / "docs/api/refusals.md"

    assert len(codes) == len(set(codes))
    if document.exists():
        listed = re.findall(r"^\|\s*`([a-z0-9-]+)`", document.read_text(), re.MULTILINE)
        assert sorted(listed) == sorted(codes)


def test_links_in_the_documents_lead_somewhere() -> None:
    link = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#([^)\s]+))?\)")

    found = [
        f"{_name(file)}: {target}{'#' + anchor if anchor else ''}"
        for file in _files()
        if file.suffix == ".md"
        for target, anchor in link.findall(file.read_text())
        if not _leads_somewhere(file.parent / target, anchor)
    ]

    assert found == []


def test_every_program_that_tests_need_has_its_debian_package() -> None:
    named = {
        str(ast.literal_eval(argument))
        for file, tree in _modules()
        if file.is_relative_to(ROOT / "tests")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "needs"
        for argument in node.args
    }

    assert [program for program in sorted(named) if not packages_of({program})] == []


def test_unit_tests_start_no_loop_no_thread_and_no_program() -> None:
    found = [
        f"{_name(file)}:{node.lineno}"
        for file, tree in _modules()
        if file.is_relative_to(ROOT / "tests/unit")
        for node in ast.walk(tree)
        if (isinstance(node, ast.Import | ast.ImportFrom) and NOT_PURE & set(_imported(node)))
        or (isinstance(node, ast.AsyncFunctionDef) and node.name.startswith("test_"))
    ]

    assert found == []


def _files() -> Iterator[Path]:
    """Every file of ours, as far as it is text by its name."""
    for folder, subfolders, names in os.walk(ROOT):
        subfolders[:] = [name for name in subfolders if name not in NOT_OURS]
        yield from (
            Path(folder, name)
            for name in sorted(names)
            if Path(name).suffix in TEXT and not name.startswith(".")
        )


@cache
def _modules() -> tuple[tuple[Path, ast.Module], ...]:
    return tuple((file, ast.parse(file.read_text())) for file in _files() if file.suffix == ".py")


def _name(file: Path) -> str:
    return str(file.relative_to(ROOT))


def _is_script(file: Path) -> bool:
    return not file.suffix and file.read_text().startswith("#!")


def _strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line number and value of each text constant."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def _sql_of(package: str) -> Iterator[tuple[str, str]]:
    """Place and text of each statement in the package's storage, comments left out."""
    folder = ROOT / package / "storage"
    for file in sorted(folder.rglob("*.sql")):
        yield _name(file), re.sub(r"--[^\n]*", "", file.read_text())
    for file in sorted(folder.rglob("*.py")):
        for number, text in _strings(ast.parse(file.read_text())):
            if SQL.match(text) or re.search(r"\s(FROM|JOIN|INTO)\s", text):
                yield f"{_name(file)}:{number}", re.sub(r"--[^\n]*", "", text)


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names]


def _descendants(cls: type[refusals.Refused]) -> Iterator[type[refusals.Refused]]:
    for child in cls.__subclasses__():
        yield child
        yield from _descendants(child)


def _leads_somewhere(target: Path, anchor: str) -> bool:
    """Whether the file exists and, for a Python file, defines what the anchor names."""
    if not target.exists():
        return False
    if target.suffix != ".py" or not anchor or re.fullmatch(r"L\d+(-L\d+)?", anchor):
        return True
    names = {
        name
        for node in ast.walk(ast.parse(target.read_text()))
        for name in [getattr(node, "name", None), getattr(node, "id", None)]
    }
    return anchor in names

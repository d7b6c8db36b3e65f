"""What all tests share: a database each, no sockets in unit tests, a list of what was left out."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings

from tendering.storage.connection import Pool, open_pool
from tests.support import leftovers
from tests.support.postgres import Cluster, Database, cluster

UNIT_TESTS = Path(__file__).parent / "unit"
SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
TEST_POOL_SIZE = 8

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile(
    "nightly",
    max_examples=2_000,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

_missing_programs: pytest.StashKey[set[str]] = pytest.StashKey()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres() -> AsyncIterator[Cluster]:
    """The cluster of this run: for tests that want an empty database or two at once."""
    async with cluster() as running:
        yield running


@pytest.fixture
async def database(postgres: Cluster) -> AsyncIterator[Database]:
    """A migrated database of the test's own."""
    async with postgres.migrated() as fresh:
        yield fresh


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    """A pool of the application's role on the test's own database."""
    async with open_pool(database.app_dsn, size=TEST_POOL_SIZE) as opened:
        yield opened


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of test data beside the repository; skips where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("no test data beside the repository (../shared/data)")
    return SHARED_DATA


def pytest_configure(config: pytest.Config) -> None:
    """Make room for what is found missing."""
    config.stash[_missing_programs] = set()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Unit tests are pure: a socket in one of them is an error."""
    for item in items:
        if item.path.is_relative_to(UNIT_TESTS):
            item.add_marker(pytest.mark.disable_socket)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out a test whose programs are not installed."""
    missing = leftovers.missing_programs(item)
    if missing:
        item.config.stash[_missing_programs].update(missing)
        pytest.skip(f"not installed: {', '.join(missing)}")


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say what was left out."""
    leftovers.write_report(terminalreporter, config.stash[_missing_programs])


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """With `REQUIRE_ALL=1` a run that left something out has failed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if leftovers.REQUIRE_ALL and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED

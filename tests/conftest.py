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

TESTS = Path(__file__).parent
KEPT_TOGETHER = {"browser", "journeys", "tidy", "unit"}
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


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres() -> AsyncIterator[Cluster]:
    """The cluster of this process: for tests that want an empty database or two at once."""
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


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: tests of servers and browsers wait as often as not."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Unit tests are pure: a socket in one of them is an error.

    In a run of several processes each of these folders stays with one of them: what its tests
    share is costly to start.
    """
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        if folder == "unit":
            item.add_marker(pytest.mark.disable_socket)
        if folder in KEPT_TOGETHER:
            item.add_marker(pytest.mark.xdist_group(folder))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out a test whose programs are not installed."""
    leftovers.skip_without_programs(item)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out."""
    leftovers.write_report(terminalreporter)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """With `REQUIRE_ALL=1` a run that left something out has failed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if leftovers.REQUIRE_ALL and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED

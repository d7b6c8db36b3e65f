"""The schema in the documents is the one that the migrations make."""

from scripts.dump_schema import TARGET
from tests.support.postgres import Database
from tests.support.schema import dump_schema


async def test_the_documented_schema_is_the_migrated_one(database: Database) -> None:
    documented = TARGET.read_text()

    assert documented == await dump_schema(database), "run `make schema`"

"""The first start of a demonstration: there must be an operator before anybody can register one."""

import json
import secrets
from pathlib import Path
from typing import Final
from uuid import uuid4

from stdnum.cn import uscc

from tendering.actions.accounts import Grant, register_organization
from tendering.api.context import Context
from tendering.domain.parties import Organization, Person
from tendering.domain.roles import Role
from tendering.storage import organizations
from tendering.storage.connection import transaction

# 统一社会信用代码 without its check digit: 91 enterprise, 510100, and a number that nobody has.
OPERATOR_CODE: Final = "91510100MA0000000"


async def ensure_operator(context: Context, file: Path) -> None:
    """On the first start of a demonstration, make the operator's account; write it to `file`."""
    async with transaction(context.pool) as connection:
        if await organizations.list_in_role(connection, Role.OPERATOR):
            return
        password = secrets.token_urlsafe(12)
        organization_id, person_id = uuid4(), uuid4()
        # The file first: a crash between the two is mended by the next start, which writes anew.
        _keep_secret(file, json.dumps({"login": "operator", "password": password}) + "\n")
        await register_organization(
            connection,
            Organization(organization_id, _uscc(), "示范平台运营机构", frozenset({Role.OPERATOR})),
            Person(person_id, organization_id, "示范运营员", "operator", is_administrator=True),
            [Grant(uuid4(), Role.OPERATOR)],
            password_hash=await context.passwords.hash(password),
            at=context.now(),
        )


def _keep_secret(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.write_text(text, "utf-8")


def _uscc() -> str:
    return OPERATOR_CODE + uscc.calc_check_digit(OPERATOR_CODE)

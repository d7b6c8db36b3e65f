"""The insurers of the demonstration: a process each, which the operator registers."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from clients.demo.processes import Stage
from clients.demo.registering import Account
from clients.demo.setting import HOST
from clients.platform import Platform, PlatformRefused
from clients.serving import write_private

UNDERWRITING_MS: Final = 300


async def start_insurers(
    stage: Stage,
    folder: Path,
    operator: Platform,
    accounts: Sequence[Account],
    *,
    ports: Sequence[int],
) -> None:
    """Start each insurer and register it; `folder` keeps its config and keys.

    One that the platform knows already must come back at its old port. Raises ProcessFailed,
    PlatformRefused.
    """
    for account, port in zip(accounts, ports, strict=True):
        config, name = folder / f"{account.login}.json", account.player.name
        told = {
            "platform": operator.address,
            "login": account.login,
            "password": account.password,
            "name": name,
            "key_folder": str(folder / account.login),
            "listen": f"{HOST}:{port}",
            "latency_ms": UNDERWRITING_MS,
        }
        content = json.dumps(told, ensure_ascii=False).encode()
        await asyncio.to_thread(write_private, config, content)
        arguments = ["-m", "clients.insurer_simulator", "--config", str(config)]
        ready = await stage.start_ready(account.login, arguments)
        body = {
            "name": name,
            "organization_id": account.organization_id,
            "endpoint": ready["ready"],
            "public_key": ready["public_key"],
        }
        try:
            guarantor = await operator.post("/insurance/guarantors", body)
        except PlatformRefused as refusal:
            if refusal.code != "already-registered":
                raise
        else:
            await operator.post(f"/insurance/guarantors/{guarantor['id']}/approval", {})

"""Exchanges as documentation: what was really sent and answered, with the volatile parts fixed."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tendering.domain.roles import Role
from tests.support.platform import Answer, Platform

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_INSTANT = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|\+00:00)")
_SECRET = re.compile(r'("(?:token|csrf_token|request_id|password)": ?)"[^"]+"')
_NUMBER = re.compile(r"KB-20[0-9]{2}-[0-9A-F]{8}")
_SHOWN = ("Content-Type", "ETag", "WWW-Authenticate", "Allow")


@dataclass(slots=True)
class Recorder:
    """Asks a platform and keeps each exchange as text. Ids are numbered as they appear."""

    platform: Platform
    texts: list[str] = field(default_factory=list)
    _ids: dict[str, str] = field(default_factory=dict)

    async def ask(
        self,
        title: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        role: Role = Role.PUBLIC,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """One exchange; the answer's JSON, or None when it has none."""
        sent = dict(headers or {})
        if body is not None:
            data = json.dumps(body, ensure_ascii=False).encode()
            sent.setdefault("Content-Type", "application/json")
        answer = await self.platform.request(method, path, role=role, data=data, headers=sent)
        self.texts.append(self._text(title, method, path, sent, body, role, answer))
        is_json = "json" in answer.headers.get("Content-Type", "")
        return json.loads(answer.body) if is_json and answer.body else None

    def document(self) -> str:
        """All exchanges, as a `.http` file."""
        return "\n".join(self.texts)

    def _text(  # noqa: PLR0917 - the parts of one exchange
        self,
        title: str,
        method: str,
        path: str,
        sent: Mapping[str, str],
        body: Any,
        role: Role,
        answer: Answer,
    ) -> str:
        lines = [f"### {title}", "", f"{method} {path} HTTP/1.1"]
        if role is not Role.PUBLIC:
            lines.append(f"Authorization: Bearer <session of the {role}>")
        lines += [f"{name}: {value}" for name, value in sent.items()]
        if body is not None:
            lines += ["", json.dumps(body, ensure_ascii=False, indent=2)]
        lines += ["", f"HTTP/1.1 {answer.status}"]
        lines += [f"{name}: {answer.headers[name]}" for name in _SHOWN if name in answer.headers]
        if answer.body and "json" in answer.headers.get("Content-Type", ""):
            shown = json.dumps(json.loads(answer.body), ensure_ascii=False, indent=2)
            lines += ["", shown]
        return self._fixed("\n".join(lines) + "\n")

    def _fixed(self, text: str) -> str:
        text = _SECRET.sub(r'\1"<secret>"', text)
        text = _NUMBER.sub("KB-2026-00000001", text)
        text = _INSTANT.sub("2026-11-23T04:00:00.000000Z", text)
        return _UUID.sub(lambda found: self._numbered(found.group()), text)

    def _numbered(self, found: str) -> str:
        return self._ids.setdefault(found, f"00000000-0000-4000-8000-{len(self._ids) + 1:012d}")

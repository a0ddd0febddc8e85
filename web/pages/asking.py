"""What pages ask with: the HTTP API, in this process, as the person who looks. So pages hold no rule of their own."""

from typing import Any
from urllib.parse import quote

import httpx
from starlette.types import ASGIApp

from web.callers import CSRF_HEADER

ROOT = "/api/v1"
BASE = "http://localhost"  # a name of this machine; nothing leaves the process
TIMEOUT_S = 30.0


class RefusedError(Exception):
    """The API refused it; the message is its sentence for people."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status, self.problem = status, problem
        self.kind = str(problem.get("type", "")).rpartition(":")[2]
        super().__init__(_sentence(problem))


class Api:
    """Calls the API as somebody. ``cookie``: name and value, as their browser sent them."""

    def __init__(self, app: ASGIApp, cookie: tuple[str, str] | None, csrf: str | None) -> None:
        self.csrf = csrf or ""
        self._http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url=BASE,
            timeout=TIMEOUT_S,
            cookies=dict([cookie]) if cookie else None,
            headers={CSRF_HEADER: csrf} if csrf else None,
        )

    async def get(self, *path: str | int, **query: Any) -> Any:
        """Return what is at a path, whose parts are encoded. Raises RefusedError."""
        asked = {name.rstrip("_"): value for name, value in query.items() if value is not None and value != ""}
        return await self._answer("GET", *path, params=asked)

    async def post(self, *path: str | int, **body: Any) -> Any:
        """Send what the keywords say as JSON. Raises RefusedError."""
        return await self._answer("POST", *path, json=body)

    async def delete(self, *path: str | int) -> Any:
        """Remove what is at a path. Raises RefusedError."""
        return await self._answer("DELETE", *path)

    async def _answer(self, method: str, *path: str | int, **given: Any) -> Any:
        address = "/".join((ROOT, *(quote(str(part), safe="") for part in path)))
        response = await self._http.request(method, address, **given)
        try:
            answer = response.json() if response.content else None
        except ValueError:
            answer = None
        if response.is_error:
            problem = answer if isinstance(answer, dict) else {"detail": f"it answered {response.status_code}"}
            raise RefusedError(response.status_code, problem)
        return answer


def _sentence(problem: dict[str, Any]) -> str:
    detail = str(problem.get("detail") or problem.get("title") or "it was refused")
    missing = [f"{one['field']}: {one['message']}" for one in problem.get("errors", ()) if one["message"] not in detail]
    text = "; ".join([detail, *missing])
    return text[:1].upper() + text[1:]

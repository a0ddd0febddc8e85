"""The one client of the HTTP API that every command uses; what is refused becomes one plain sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import httpx

from deploy.bearer import bearer_headers
from deploy.errors import PlainError
from deploy.settings import Settings, load_settings

ROOT = "/api/v1"
NEEDS_SIGN_IN = "urn:tandem:problem:sign-in"
SIGN_IN = (
    "this Tandem wants to know who asks, and took no token from here: run the command on its machine as the user that "
    "runs it, with the same TANDEM_HOME, or set TANDEM_TOKEN to a token of `tandem tokens add`"
)
TIMEOUT = httpx.Timeout(30.0, connect=3.0)  # a decision may wait for a worker that is just being started


class ApiError(PlainError):
    """Tandem refused it."""

    def __init__(self, status: int, problem: dict[str, Any], retry_after: float = 1.0) -> None:
        self.status_code, self.problem, self.retry_after = status, problem, retry_after
        super().__init__(_sentence(status, problem))


class UnreachableError(PlainError):
    """Tandem does not answer."""


class UsageError(PlainError):
    """The command needs something else."""

    status = 2


class Api:
    """Calls the API of one Tandem."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        encrypted = settings.api.startswith("https:")  # else no certificates are loaded, which takes a while
        self._http = httpx.Client(
            base_url=settings.api,
            timeout=TIMEOUT,
            trust_env=False,
            verify=encrypted,
            headers=bearer_headers(settings),
        )

    def get(self, *path: str | int, **query: Any) -> Any:
        """Return what is at a path; parts are encoded, slashes included. Raises ApiError, UnreachableError."""
        return self.call("GET", address(*path), params=_given(query)).json()

    def post(self, *path: str | int, body: dict[str, Any] | None = None) -> Any:
        """Send a JSON body. Raises ApiError, UnreachableError."""
        return self.call("POST", address(*path), json=body or {}).json()

    def put(self, *path: str | int, body: Any, **query: Any) -> Any:
        """Put a JSON body. Raises ApiError, UnreachableError."""
        return self.call("PUT", address(*path), json=body, params=_given(query)).json()

    def call(self, method: str, url: str, **arguments: Any) -> httpx.Response:
        """Return the response when it is no error. Raises ApiError, UnreachableError."""
        try:
            response = self._http.request(method, url, **arguments)
        except httpx.TimeoutException as exc:
            if isinstance(exc, httpx.ConnectTimeout):
                raise self._unreachable() from exc
            raise UnreachableError("Tandem did not answer in time; look again before asking again") from exc
        except httpx.HTTPError as exc:
            raise self._unreachable() from exc
        return checked(response)

    @contextmanager
    def stream(self, *path: str | int, **query: Any) -> Iterator[Iterator[bytes]]:
        """Yield what is at a path, piece by piece. Raises ApiError, UnreachableError."""
        try:
            with self._http.stream("GET", address(*path), params=_given(query)) as response:
                if response.is_error:
                    response.read()
                checked(response)
                yield response.iter_bytes()
        except httpx.HTTPError as exc:
            raise self._unreachable() from exc

    def _unreachable(self) -> UnreachableError:
        return UnreachableError(f"Tandem does not answer at {self.settings.api}; start it with `tandem up`")


def connect() -> Api:
    """Return a client with the settings of the environment."""
    return Api(load_settings())


def address(*parts: str | int) -> str:
    """Return the path of a resource: every part percent-encoded."""
    return "/".join((ROOT, *(quote(str(part), safe="") for part in parts)))


def checked(response: httpx.Response) -> httpx.Response:
    """Return a response that is no error. Raises ApiError."""
    if not response.is_error:
        return response
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict) or "detail" not in problem:
        raise ApiError(response.status_code, {"detail": f"{response.url} answered {response.status_code}"})
    seconds = response.headers.get("retry-after", "")
    raise ApiError(response.status_code, problem, float(seconds) if seconds.isdigit() else 1.0)


def acting(person: str | None) -> str:
    """Return who acts. Raises UsageError when nobody was named."""
    if not person:
        raise UsageError("say who you are: --as PERSON")
    return person


def _sentence(status: int, problem: dict[str, Any]) -> str:
    if problem.get("type") == NEEDS_SIGN_IN:
        return SIGN_IN
    detail = str(problem.get("detail") or problem.get("title") or f"status {status}")
    missing = [error for error in problem.get("errors", []) if error["message"] not in detail]
    return "; ".join([detail, *(f"{error['field']}: {error['message']}" for error in missing)])


def _given(query: dict[str, Any]) -> dict[str, Any]:
    return {name.rstrip("_"): value for name, value in query.items() if value is not None}

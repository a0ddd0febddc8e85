"""Errors as RFC 9457 problem details: what went wrong, in a sentence, and at which field."""

import re
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException as AnyHTTPException

from activities.ports import AllotmentExceededError, BrokenChainError, BrokenSealError, VaultUnavailableError
from events.errors import EventError, FieldError
from events.ports import DeliveryUnavailableError
from events.room import FullError, TooManyError
from workflows.client import NoAnswerError, NotOpenError, RefusedError

MEDIA_TYPE = "application/problem+json"
TYPES: dict[str, tuple[int, str]] = {  # name -> status, title
    "invalid-event": (400, "The event is not valid"),
    "invalid-request": (422, "The request is not valid"),
    "invalid-product": (422, "The product file cannot be applied"),
    "unknown-product": (404, "There is no such product"),
    "not-found": (404, "There is no such thing"),
    "expired": (410, "The link has expired"),
    "method-not-allowed": (405, "This address does not take that method"),
    "unsupported-media-type": (415, "The content type is not accepted"),
    "too-large": (413, "The body is too large"),
    "sign-in": (401, "Sign in first"),
    "sign-in-again": (401, "Sign in again"),
    "not-signed": (401, "The signature is missing, wrong or too old"),
    "not-allowed": (403, "This person may not do that"),
    "other-site": (403, "Requests from other web sites are refused"),
    "wrong-host": (421, "This server does not answer to that name"),
    "changed-since-you-looked": (409, "It has changed since you looked"),
    "not-open": (409, "It is no longer open"),
    "refused": (409, "It was refused"),
    "ambiguous": (409, "Several things have this name"),
    "try-later": (503, "Not now"),
    "no-answer": (504, "There was no answer in time"),
    "internal": (500, "An error inside Tandem"),
}
_BY_STATUS = {404: "not-found", 405: "method-not-allowed", 413: "too-large", 415: "unsupported-media-type"}


class FieldProblem(BaseModel):
    """One field and what is wrong with it."""

    field: str = Field(description="The field as people write it: `data.efforts.web`; `body` for the whole")
    pointer: str = Field(description="The field as a JSON Pointer (RFC 6901); empty for the whole")
    message: str


class ProblemDetails(BaseModel):
    """RFC 9457 problem details."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="`urn:tandem:problem:` and the name of the kind of problem")
    title: str
    status: int
    detail: str = Field(description="What went wrong, in words")
    errors: list[FieldProblem] = Field(default_factory=list, description="What is wrong, field by field")


class Problem(HTTPException):
    """What went wrong, for the one who asked."""

    def __init__(
        self,
        kind: str,
        detail: str,
        errors: Sequence[FieldError] = (),
        headers: dict[str, str] | None = None,
        more: dict[str, Any] | None = None,
    ) -> None:
        status, self.title = TYPES[kind]
        super().__init__(status, detail, headers)
        self.kind, self.errors, self.more = kind, list(errors), more or {}

    def body(self) -> dict[str, Any]:
        """Return the problem as it is sent."""
        found = {
            "type": f"urn:tandem:problem:{self.kind}",
            "title": self.title,
            "status": self.status_code,
            "detail": self.detail,
        }
        if self.errors:
            found["errors"] = fields(self.errors)
        return found | self.more

    def response(self) -> JSONResponse:
        """Return the problem as a response."""
        return JSONResponse(self.body(), self.status_code, self.headers, MEDIA_TYPE)


def problem(
    kind: str,
    detail: str,
    errors: Sequence[FieldError] = (),
    *,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Problem:
    """Return a problem of a kind that ``TYPES`` names; ``more`` are further members of its body."""
    return Problem(kind, detail, errors, headers, more)


def fields(errors: Iterable[FieldError]) -> list[dict[str, str]]:
    """Return errors as a problem lists them."""
    return [{"field": error.field, "pointer": error.pointer, "message": error.message} for error in errors]


def try_later(detail: str, seconds: float | None) -> Problem:
    """Return the problem of something that will be possible again."""
    return problem("try-later", detail, headers={"Retry-After": retry_after(seconds)})


def retry_after(seconds: float | None) -> str:
    """Return seconds as the header wants them: whole, and at least one."""
    return str(max(1, round(seconds or 1.0)))


def translated(error: Exception) -> Problem:
    """Return an error of the ports as the problem that the caller sees."""
    if isinstance(error, EventError):
        return problem("invalid-event", str(error), error.errors)
    if isinstance(error, FullError):
        return try_later(f"{error}; nothing was taken", error.retry_after)
    if isinstance(error, TooManyError):
        return problem("too-large", str(error))
    if isinstance(error, DeliveryUnavailableError):
        return try_later(f"the engine cannot be reached: {error}", 1.0)
    if isinstance(error, VaultUnavailableError):
        return try_later(str(error) or "the keys of customers' texts cannot be reached", 1.0)
    if isinstance(error, NoAnswerError):
        return problem("no-answer", f"{error}; it may still happen, so look again before asking again")
    if isinstance(error, NotOpenError):
        return problem("not-open", str(error))
    if isinstance(error, RefusedError):
        return problem("refused", str(error))
    if isinstance(error, AllotmentExceededError):
        return problem("invalid-product", str(error), [FieldError(("teams",), str(error))])
    if isinstance(error, BrokenSealError):
        return problem("internal", str(error))
    return problem("internal", f"the ledger does not hold: {error}")  # BrokenChainError


def add_handlers(app: FastAPI) -> None:
    """Make every error of the application a problem."""
    ports = (
        *(EventError, FullError, TooManyError, DeliveryUnavailableError, NoAnswerError, NotOpenError),
        *(RefusedError, AllotmentExceededError, BrokenChainError, BrokenSealError, VaultUnavailableError),
    )
    for port in ports:
        app.add_exception_handler(port, _translate)
    app.add_exception_handler(AnyHTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)


async def _translate(_: Request, error: Exception) -> JSONResponse:
    return translated(error).response()


async def _http(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, Problem):
        return error.response()
    if not isinstance(error, AnyHTTPException):
        raise error
    detail = str(error.detail)
    if error.status_code == HTTPStatus.NOT_FOUND:
        detail = f"there is nothing at {request.url.path}"
    elif error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        detail = f"{request.url.path} does not take {request.method}"
    found = problem(_BY_STATUS.get(error.status_code, "invalid-request"), detail)
    found.status_code, found.headers = error.status_code, dict(error.headers or {}) or None
    return found.response()


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    found = [FieldError(_place(one["loc"]), _plain(one)) for one in error.errors()]
    detail = "; ".join(f"{one.field}: {one.message}" for one in found[:5])
    return problem("invalid-request", detail, found).response()


def _place(loc: Sequence[str | int]) -> tuple[str | int, ...]:
    return tuple(loc[1:]) if len(loc) > 1 and isinstance(loc[1], str) else ()


def _plain(error: dict[str, Any]) -> str:
    kind, message = error["type"], str(error["msg"]).removeprefix("Value error, ")
    if kind == "missing":
        return "is required"
    if kind == "extra_forbidden":
        return "unknown field"
    if kind == "json_invalid":
        return f"is not JSON: {error.get('ctx', {}).get('error', message)}"
    return re.sub(r"^[A-Z][a-z]+ should ", "must ", message)

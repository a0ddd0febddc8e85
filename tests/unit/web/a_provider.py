"""A sign-in service in memory: it signs what it is told to say, and checks what it is sent."""

import base64
import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.unit.web.front_door import Door, Times, front_door
from web.oidc import Provider, ProviderSettings

ISSUER = "https://id.example"
START, CALLBACK = "/sign-in/provider", "/sign-in/provider/callback"
SETTINGS = ProviderSettings(
    issuer=ISSUER,
    client_id="tandem",
    client_secret="hush/hush",
    callback="http://localhost:8080/sign-in/provider/callback",
    name_claim="preferred_username",
    scope="openid profile",
)
FIRST_KEY = RSAKey.generate_key(2048, {"kid": "first"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "other"})


@dataclass
class FakeProvider:
    """Answers as `ISSUER`; ``changes``: of what the next token says."""

    now: Callable[[], datetime]
    key: RSAKey = field(default_factory=lambda: FIRST_KEY)
    signing: RSAKey | None = None  # None: the key that it publishes
    header: dict[str, Any] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)  # changes of its description
    changes: dict[str, Any] = field(default_factory=dict)
    person: dict[str, Any] = field(default_factory=lambda: {"preferred_username": "olga"})
    userinfo: dict[str, Any] = field(default_factory=dict)
    down: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def provider(self, **changes: Any) -> Provider:
        """Return what asks it."""
        known = ProviderSettings(**(vars(SETTINGS) | changes))
        return Provider(known, self.now, httpx.MockTransport(self.answer))

    def authorize(self, address: str) -> dict[str, str]:
        """Sign the person in at the address that we sent their browser to; return what they come back with."""
        url = httpx.URL(address)
        assert f"{url.scheme}://{url.host}{url.path}" == f"{ISSUER}/authorize"
        query = dict(url.params)
        assert (query["response_type"], query["client_id"], query["redirect_uri"], query["code_challenge_method"]) == (
            *("code", "tandem", SETTINGS.callback, "S256"),
        )
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return {"code": code, "state": query["state"]}

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer our side."""
        if self.down:
            raise httpx.ConnectError("nobody listens")
        self.asked.append(request.url.path)
        match request.url.path:
            case "/.well-known/openid-configuration":
                paths = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
                more = {"userinfo_endpoint": f"{ISSUER}/me"} if self.userinfo else {}
                endpoints = {name: f"{ISSUER}/{path}" for name, path in paths.items()}
                return httpx.Response(200, json={"issuer": ISSUER} | endpoints | more | self.about)
            case "/keys":
                return httpx.Response(200, json={"keys": [self.key.as_dict(private=False)]})
            case "/me":
                assert request.headers["authorization"] == "Bearer access"
                return httpx.Response(200, json=self.userinfo)
            case _:
                return self._token(request)

    def _token(self, request: httpx.Request) -> httpx.Response:
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        known = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        basic = "Basic " + base64.b64encode(b"tandem:hush%2Fhush").decode()
        if known is None or known["code_challenge"] != challenge or form["redirect_uri"] != SETTINGS.callback:
            return httpx.Response(400, json={"error": "invalid_grant"})
        if request.headers.get("authorization") != basic:
            return httpx.Response(401, json={"error": "invalid_client"})
        now = int(self.now().timestamp())
        claims = {"iss": ISSUER, "aud": "tandem", "sub": "1", "iat": now, "exp": now + 300, "nonce": known["nonce"]}
        claims |= {"auth_time": now} | self.person | self.changes
        said = {name: value for name, value in claims.items() if value is not None}
        key = self.signing or self.key
        token = jwt.encode({"alg": "RS256", "kid": key.kid} | self.header, said, key)
        return httpx.Response(200, json={"access_token": "access", "token_type": "Bearer", "id_token": token})


async def serving(**settings: Any) -> AsyncIterator[tuple[Door, FakeProvider]]:
    """Serve with a sign-in service; ``settings``: of what we know of it."""
    times = Times()
    service = FakeProvider(times.now)
    async with front_door("oidc", provider=service.provider(**settings), times=times) as door:
        yield door, service


async def go(browser: httpx.AsyncClient, service: FakeProvider, start: str = START) -> dict[str, str]:
    """Go to the service, and return what it leads back with."""
    there = await browser.get(start)
    assert there.status_code == 303, there.text
    return service.authorize(there.headers["location"])


async def come_back(browser: httpx.AsyncClient, answer: dict[str, str]) -> httpx.Response:
    return await browser.get(CALLBACK, params=answer)


async def me(browser: httpx.AsyncClient) -> Any:
    answer = await browser.get("/api/v1/me")
    return answer.json() if answer.status_code == 200 else answer.status_code

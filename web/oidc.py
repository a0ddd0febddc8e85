"""Who somebody is, by the word of a sign-in service: OpenID Connect, authorization code with PKCE.

Sources: OpenID Connect Core 1.0 and Discovery 1.0, RFC 7636 (PKCE), RFC 9207 (issuer in the answer).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx
import structlog
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from activities.ports_accounts import SESSION_LASTS
from domain.accounts_rules import name_flaw

log = structlog.get_logger()
TIMEOUT_S = 5.0
SKEW = timedelta(seconds=60)  # between its clock and ours
KEPT = timedelta(hours=1)  # what it says of itself; keys that we do not know are asked for at once
SIGNED_WITH = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]


class ProviderDownError(Exception):
    """The sign-in service does not answer as it should."""


class NotVouchedError(Exception):
    """The sign-in service does not vouch for anybody; the message is for people."""


@dataclass(frozen=True)
class ProviderSettings:
    """A sign-in service, and what it knows us by."""

    issuer: str
    client_id: str
    client_secret: str | None
    callback: str  # our address that it leads back to
    name_claim: str  # that holds what products call people
    scope: str


class Flight(NamedTuple):
    """What we gave somebody who went to the sign-in service, to know them by when they come back."""

    state: str
    nonce: str
    verifier: str
    began_at: datetime
    again: bool  # they have to prove who they are though the service still knows them


class Vouched(NamedTuple):
    """Who came back."""

    name: str
    proved_at: datetime  # when they proved it to the service


class Provider:
    """Asks one sign-in service."""

    def __init__(
        self,
        settings: ProviderSettings,
        clock: Callable[[], datetime],
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._settings, self._clock = settings, clock
        self._http = httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False, transport=transport)
        self._known: tuple[dict[str, Any], datetime] | None = None
        self._keys: KeySet | None = None

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def address(self, flight: Flight) -> str:
        """Return where somebody proves who they are. Raises ProviderDownError."""
        about = await self._about()
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self._settings.callback,
            "scope": self._settings.scope,
            "state": flight.state,
            "nonce": flight.nonce,
            "code_challenge": create_s256_code_challenge(flight.verifier),
            "code_challenge_method": "S256",
            "max_age": "0" if flight.again else str(int(SESSION_LASTS.total_seconds())),  # so that it says `auth_time`
            **({"prompt": "login"} if flight.again else {}),
        }
        return str(add_params_to_uri(about["authorization_endpoint"], asked.items()))

    async def vouch(self, answer: Mapping[str, str], flight: Flight) -> Vouched:
        """Return who came back with this answer. Raises ProviderDownError, NotVouchedError."""
        about = await self._about()
        if answer.get("iss", about["issuer"]) != about["issuer"]:
            raise NotVouchedError("This answer comes from another sign-in service.")
        if "error" in answer or "code" not in answer:
            raise NotVouchedError("The sign-in service did not let you in.")
        tokens = await self._exchange(about, answer["code"], flight.verifier)
        try:
            claims = await self._claims(about, tokens, flight.nonce)
        except (JoseError, ValueError, KeyError, TypeError) as exc:
            log.warning("id_token_refused", because=type(exc).__name__)
            raise NotVouchedError("What the sign-in service said of you cannot be trusted.") from exc
        return Vouched(await self._name(about, tokens, claims), self._proved_at(claims, flight))

    async def _about(self) -> dict[str, Any]:
        """Return what the service says of itself."""
        now = self._clock()
        if self._known is not None and now - self._known[1] < KEPT:
            return self._known[0]
        issuer = self._settings.issuer.rstrip("/")
        found = await self._json("GET", f"{issuer}/.well-known/openid-configuration")
        needed = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
        if not all(isinstance(found.get(name), str) for name in needed) or found["issuer"].rstrip("/") != issuer:
            raise _down("it does not describe itself as the configured issuer")
        if issuer.startswith("https:") and not all(found[name].startswith("https:") for name in needed):
            raise _down("it names addresses without https")
        self._known, self._keys = (found, now), None
        return found

    async def _exchange(self, about: Mapping[str, Any], code: str, verifier: str) -> dict[str, Any]:
        """Trade the code for what it stands for."""
        known = self._settings
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": known.callback,
            "code_verifier": verifier,
        }
        basic: httpx.BasicAuth | None = None
        ways = about.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if known.client_secret is not None and "client_secret_basic" in ways:
            basic = httpx.BasicAuth(quote(known.client_id, safe=""), quote(known.client_secret, safe=""))
        else:
            form["client_id"] = known.client_id
            form |= {} if known.client_secret is None else {"client_secret": known.client_secret}
        return await self._json("POST", about["token_endpoint"], data=form, auth=basic)

    async def _claims(self, about: Mapping[str, Any], tokens: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        """Return what the token says, once its signature, issuer, audience, times and nonce hold."""
        registry = JWSRegistry(algorithms=SIGNED_WITH, strict_check_header=False)
        try:
            token = jwt.decode(tokens["id_token"], await self._key_set(about), registry=registry)
        except InvalidKeyIdError:
            token = jwt.decode(tokens["id_token"], await self._key_set(about, fresh=True), registry=registry)
        client = self._settings.client_id
        options = {
            "iss": {"essential": True, "value": about["issuer"]},
            "aud": {"essential": True, "value": client},
            "exp": {"essential": True},
            "nonce": {"essential": True, "value": nonce},
        }
        held = CodeIDToken(token.claims, token.header, options, {"nonce": nonce, "client_id": client})
        held.validate(now=int(self._clock().timestamp()), leeway=int(SKEW.total_seconds()))
        return dict(held)

    async def _key_set(self, about: Mapping[str, Any], fresh: bool = False) -> KeySet:
        if self._keys is None or fresh:
            found: Any = await self._json("GET", about["jwks_uri"])
            self._keys = KeySet.import_key_set(found)
        return self._keys

    async def _name(self, about: Mapping[str, Any], tokens: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
        claim = self._settings.name_claim
        if claim not in claims and "userinfo_endpoint" in about:
            asked = {"authorization": f"Bearer {tokens.get('access_token', '')}"}
            more = await self._json("GET", about["userinfo_endpoint"], headers=asked)
            claims = {**more, **claims} if more.get("sub") == claims["sub"] else claims
        name = claims.get(claim)
        if claim == "email" and claims.get("email_verified") is not True:  # anybody can claim an address
            raise NotVouchedError("The sign-in service has not verified your mail address.")
        if not isinstance(name, str) or name_flaw(name):
            log.warning("name_claim_unusable", claim=claim, given=sorted(claims))
            raise NotVouchedError(
                f"The sign-in service does not say what products call you: it gives no usable {claim!r}."
            )
        return name

    def _proved_at(self, claims: Mapping[str, Any], flight: Flight) -> datetime:
        """Return when they proved who they are; at the latest, where the service does not say it."""
        said = claims.get("auth_time")
        if isinstance(said, bool) or not isinstance(said, int | float):
            if flight.again:
                raise NotVouchedError("The sign-in service does not say when you proved who you are (`auth_time`).")
            return flight.began_at - SESSION_LASTS
        proved_at = min(datetime.fromtimestamp(min(said, 4e9), UTC), self._clock())
        if proved_at < flight.began_at - (timedelta(0) if flight.again else SESSION_LASTS) - SKEW:
            raise NotVouchedError("The sign-in service did not ask you to prove who you are.")
        return proved_at

    async def _json(self, method: str, url: str, **given: Any) -> dict[str, Any]:
        """Return what it answers. Raises ProviderDownError; NotVouchedError when it refuses."""
        try:
            response = await self._http.request(method, url, **given)
            found = response.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as exc:
            raise _down(type(exc).__name__) from exc
        if response.is_client_error:
            error = found.get("error") if isinstance(found, dict) else None
            log.warning("provider_refused", status=response.status_code, error=str(error)[:100])
            raise NotVouchedError("The sign-in service no longer knows this sign-in. It may have been used already.")
        if not response.is_success or not isinstance(found, dict):
            raise _down(f"it answered {response.status_code}")
        return found


def _down(because: str) -> ProviderDownError:
    log.error("provider_down", because=because)
    return ProviderDownError(because)

"""How a decision is given by command: on what was looked at, in a voice that counts, and never on something else."""

import shlex
import sys
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

import typer

from deploy.cli.api import Api, ApiError, UsageError, acting, connect
from deploy.cli.approvals_shown import show_alternative, show_request
from deploy.cli.output import print_json, print_line, progress
from deploy.cli.shown import instant_of, labelled
from deploy.cli.voice import signature, voice_of
from deploy.errors import PlainError

SHORTEST_HASH = 8  # characters
HashOption = Annotated[
    str | None, typer.Option("--hash", help=f"What you looked at, as `show` prints it; {SHORTEST_HASH} characters do.")
]


class Wanted(NamedTuple):
    """What somebody decides, as they typed it."""

    verdict: str
    reason: str
    person: str | None
    role: str | None = None
    acting_for: str | None = None
    seen: str | None = None  # a hash, or its beginning
    until: str | None = None
    alternative: str | None = None  # its number, or its hash
    wishes: dict[str, str] | None = None  # item -> in | out


def decide(product: str, number: int, wanted: Wanted, *, as_json: bool) -> None:
    """Decide exactly what was looked at, and say what it came to. Raises PlainError."""
    api, actor = connect(), acting(wanted.person)
    one = api.get("approvals", product, number, as_=actor)
    proposal = _looked_at(api, one, wanted, as_json=as_json)
    yours, role = one["yours"], wanted.role
    able = yours["approving"].get(proposal, []) if wanted.verdict == "approve" else []
    voice = voice_of(yours, able or yours["voices"], role, wanted.acting_for, one["role"])
    body = {
        "verdict": wanted.verdict,
        "actor": actor,
        "role": voice.role,
        "acting_for": voice.acting_for,
        "reason": wanted.reason,
        "proposal": proposal,
        "until": instant_of(wanted.until, one["time_zone"], "--until"),
        "wishes": wanted.wishes or {},
    }
    try:
        with progress(f"deciding request {number} of {product}"):
            done = api.post("approvals", product, number, "decision", body=body)
    except ApiError as error:
        raise _told(product, error) from error
    if as_json:
        print_json(done | {"role": voice.role, "hash": proposal})
        return
    effect = {"changes": "planned anew", "uncounted": "taken back"}.get(done["effect"], done["effect"])
    print_line(labelled(f"{product} {number}: {effect} by {signature(actor, voice, done)}: {done['because']}", done))
    if done["open"]:
        print_line("it stays open until the approvals that are needed are there")


def _looked_at(api: Api, one: Mapping[str, Any], wanted: Wanted, *, as_json: bool) -> str:
    """Return the hash that the decision is bound to: of what the person says to have seen, or sees now."""
    if one["state"] != "open" and wanted.seen is None and wanted.alternative is None:
        return str(one["hash"])  # nothing is left to look at: the answer says what became of it
    if wanted.verdict == "withdraw" and wanted.seen is None:  # it is about one's own word
        mine = [vote["hash"] for vote in one["votes_given"] if wanted.person in (vote["by"], vote["acting_for"])]
        return str(mine[0] if mine else one["hash"])
    alternative = _alternative(one, wanted)
    if alternative is not None:
        return _that_alternative(api, one, alternative, wanted, as_json=as_json)
    digest = str(one["hash"])
    if wanted.seen is None:
        if not _on_a_terminal():
            where = f"tandem approvals show {one['product']} {one['number']}"
            raise UsageError(f"say what you looked at: --hash, as `{where}` prints it")
        show_request(one)
        _confirm(wanted.verdict)
        return digest
    begins = _beginning(wanted.seen, "--hash")
    if not digest.startswith(begins):
        raise PlainError(
            f"changed since you looked: request {one['number']} of {one['product']} now asks about {digest[:12]}, "
            f"not {begins[:12]}; look again with `tandem approvals show {one['product']} {one['number']}`"
        )
    return digest


def _alternative(one: Mapping[str, Any], wanted: Wanted) -> Mapping[str, Any] | None:
    """Return the alternative that somebody means: by its number or hash, or because they looked at just its hash."""
    offers: list[dict[str, Any]] = one["alternatives"]
    if wanted.alternative is None:
        seen = (wanted.seen or "").lower().removesuffix("…")
        looked_at = len(seen) >= SHORTEST_HASH and wanted.verdict == "approve"
        return next((offer for offer in offers if looked_at and offer["hash"].startswith(seen)), None)
    if wanted.alternative.isdigit() and len(wanted.alternative) < SHORTEST_HASH:
        found = [offer for offer in offers if str(offer["number"]) == wanted.alternative]
    else:
        begins = _beginning(wanted.alternative, "--alternative")
        found = [offer for offer in offers if offer["hash"].startswith(begins)]
    if found:
        return found[0]
    where = f"tandem approvals show {one['product']} {one['number']}"
    raise PlainError(f"request {one['number']} has no alternative {wanted.alternative}; `{where}` lists what there is")


def _that_alternative(
    api: Api, one: Mapping[str, Any], offer: Mapping[str, Any], wanted: Wanted, *, as_json: bool
) -> str:
    """Show an alternative, and return its own hash once it is clear that this one is meant."""
    digest = str(offer["hash"])
    if not as_json:
        show_alternative(one, offer, api.get("documents", digest)["content"])
    named = wanted.seen or (wanted.alternative if not _is_number(wanted.alternative) else None)
    if named is None:
        if not _on_a_terminal():
            at = f"{shlex.quote(one['product'])} {one['number']}"
            raise UsageError(
                f"say which plan you looked at, by its own hash: `tandem approvals approve {at} "
                f"--alternative {digest[:12]} …`"
            )
        _confirm("approve")
    elif not digest.startswith(_beginning(named, "--hash")):
        raise PlainError(
            f"alternative {offer['number']} is {digest[:12]} and not {named[:12]}; look again with "
            f"`tandem approvals show {one['product']} {one['number']}`"
        )
    return digest


def _is_number(text: str | None) -> bool:
    return text is None or (text.isdigit() and len(text) < SHORTEST_HASH)


def _beginning(text: str, option: str) -> str:
    begins = text.lower().removesuffix("…")
    if len(begins) < SHORTEST_HASH:
        raise UsageError(f"{option} needs at least {SHORTEST_HASH} characters")
    return begins


def _on_a_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _confirm(verdict: str) -> None:
    asked = {"changes": "ask for changes to this", "keep": "keep the plan as it is"}.get(verdict, f"{verdict} this")
    if not typer.confirm(f"{asked}?"):
        raise PlainError("nothing was decided")


def _told(product: str, error: ApiError) -> PlainError:
    """Return a refusal with the differences, what is open now, and what is left to do."""
    found = error.problem
    lines = [str(error), *(f"  {difference}" for difference in found.get("differences", ()))]
    if found.get("successor") is not None:
        lines.append(f"open now: `tandem approvals show {product} {found['successor']}`")
    if found.get("offer"):
        lines.append(f"{found['offer']['text']}: `{found['offer']['command']}`")
    return PlainError("\n".join(lines))

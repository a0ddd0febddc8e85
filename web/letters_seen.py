"""Dead letters for whoever asks: those of products that they do not see are not there for them."""

from activities.ports_letters import LetterQuery, Letters
from domain.access import Act
from domain.letters import Kept
from web.callers import Caller
from web.guard import may_in, places, require
from web.problems import problem
from web.services import Services


async def letter_for(svc: Services, who: Caller, letters: Letters, name: str, act: Act) -> Kept:
    """Return a letter to do this with. Raises a problem: not found, also for who must not know of its product."""
    kept = await letters.letter(name)
    if kept is None or not await may_in(svc, who, "read", kept.letter.product):
        raise problem("not-found", f"there is no dead letter {name!r}")
    await require(svc, who, act, kept.letter.product)
    return kept


async def letters_for(svc: Services, who: Caller, letters: Letters, query: LetterQuery, act: Act) -> list[Kept]:
    """Return the letters of a query in the products where somebody may do this, in its order."""
    asked = await places(svc, who, act, query.product)
    found = [one for product in asked for one in await letters.letters(query.model_copy(update={"product": product}))]
    found.sort(key=lambda one: (one.letter.at, one.letter.id), reverse=not query.oldest_first)
    return found[: query.limit]

"""What a product file says that is valid and would still tell nobody: names that nothing else in it knows. Pure."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from domain.definition import ProductDefinition, unknown
from domain.policy import Ladder
from domain.waits import elapsed

POLICY = "policy"  # where ladders and reminders stand
MOST = 20  # that are said at once
AN_INSTANT = datetime(2026, 1, 1, tzinfo=UTC)  # plain waits are compared from any


def doubts_of(definition: ProductDefinition) -> list[str]:
    """Return what will not work as it is declared, each with its place."""
    found = [*_people(definition), *_words(definition), *_ladders(definition), *_reminders(definition)]
    more = len(found) - MOST
    return [*found[:MOST], *([f"and {more} more of this kind"] if more > 0 else [])]


def _known_people(definition: ProductDefinition) -> set[str]:
    people = definition.people
    known = {*people.product_manager, *people.product_owner, *people.executive_board}
    return known | {team.lead for team in definition.teams.values()}


def _ladders_of(definition: ProductDefinition) -> Iterator[tuple[str, Ladder]]:
    yield f"{POLICY}.ladder", definition.policy.ladder
    for function, ladder in sorted(definition.policy.ladders.items()):
        yield f"{POLICY}.ladders.{function}", ladder


def _people(definition: ProductDefinition) -> Iterator[str]:
    known = _known_people(definition)
    named = {person for _, ladder in _ladders_of(definition) for rung in ladder.rungs for person in rung.people}
    for person, contact in sorted(definition.contacts.items()):
        if person not in known | named:
            yield f"contacts.{person}: {_nobody(person, known)}"
        if "mail" in contact.reach and contact.mail is None:
            yield f"contacts.{person}.reach: mail leads nowhere without an address under mail"


def _nobody(person: str, known: Iterable[str]) -> str:
    return f"holds no role, leads no team and is on no ladder; {unknown('person', person, sorted(known))}"


def _words(definition: ProductDefinition) -> Iterator[str]:
    functions = _functions(definition)
    things = {*definition.items, *definition.milestones, *definition.dependencies, *definition.teams}
    for function, words in sorted(definition.words.items()):
        if function not in functions:
            yield f"words.{function}: {unknown('function', function, sorted(functions))}"
        for name in sorted(set(words) - things):
            yield f"words.{function}.{name}: {unknown('item, milestone, dependency or team', name, sorted(things))}"


def _functions(definition: ProductDefinition) -> set[str]:
    declared = {contact.function for contact in definition.contacts.values() if contact.function is not None}
    return declared | {team.function for team in definition.teams.values()}


def _ladders(definition: ProductDefinition) -> Iterator[str]:
    functions = {team.function for team in definition.teams.values()}
    known = _known_people(definition) | set(definition.contacts)
    for function in sorted(set(definition.policy.ladders) - functions):
        yield f"policy.ladders.{function}: {unknown('function', function, sorted(functions))}, so it is never climbed"
    for place, ladder in _ladders_of(definition):
        for number, rung in enumerate(ladder.rungs):
            for person in sorted(set(rung.people) - known):
                yield f"{place}.rungs.{number}.people: {unknown('person', person, sorted(known))}"
        if ladder.rungs[0].reminder:
            yield f"{place}.rungs.0.reminder: there is nothing to remind of yet"


def _reminders(definition: ProductDefinition) -> Iterator[str]:
    within = definition.policy.decision_within
    for number, reminder in enumerate(definition.policy.reminders):
        same = reminder.unit == within.unit
        late = reminder.amount >= within.amount if same else False
        if not same and not reminder.business and not within.business:
            late = elapsed(AN_INSTANT, reminder) >= elapsed(AN_INSTANT, within)
        if late:
            yield f"policy.reminders.{number}: {reminder} is not before the deadline, which is {within}"

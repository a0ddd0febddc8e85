"""Whom a product may tell, and how: the contacts of its file with their time zones and their words. Pure."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, Field

from domain.contacts import Contact
from domain.product import ProductState
from domain.timetable import calendars_of_leads


class Recipient(BaseModel):
    """One person, or one channel, that a message is for."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str  # of the person, or of the channel of the installation
    is_channel: bool = False
    role: str = ""  # in which they are told: a role, `team lead`, or empty
    contact: Contact = Contact()
    time_zone: str = "UTC"  # that times are written in
    words: dict[str, str] = Field(default_factory=dict)  # id -> what they call it


class Directory(BaseModel):
    """What is known about everybody whom the product may tell; travels with what is asked of them."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    contacts: dict[str, Contact] = Field(default_factory=dict)
    zones: dict[str, str] = Field(default_factory=dict)  # person -> time zone, where it is not the product's
    functions: dict[str, str] = Field(default_factory=dict)  # person -> whose words they read
    words: dict[str, dict[str, str]] = Field(default_factory=dict)  # function -> id -> their name for it
    time_zone: str = "UTC"  # of the product

    def person(self, name: str, role: str = "") -> Recipient:
        """Return a person as a recipient; who has no contact is one too."""
        words = self.words.get(self.functions.get(name, ""), {})
        zone = self.zones.get(name, self.time_zone)
        return Recipient(name=name, role=role, contact=self.contacts.get(name, Contact()), time_zone=zone, words=words)

    def channel(self, name: str) -> Recipient:
        """Return a channel as a recipient."""
        return Recipient(name=name, is_channel=True, time_zone=self.time_zone)

    def people(self, names: Iterable[str], role: str = "") -> tuple[Recipient, ...]:
        """Return people as recipients, in order, each once."""
        return tuple(self.person(name, role) for name in dict.fromkeys(names))


def directory_of(state: ProductState, about: Iterable[str] = ()) -> Directory:
    """Return the directory of a product; ``about``: ids that the message names, whose words travel with it."""
    declared = state.declared
    functions = {team.lead: team.function for team in state.teams.values()}
    functions |= {name: one.function for name, one in declared.contacts.items() if one.function is not None}
    named = calendars_of_leads(state)
    named |= {name: one.calendar for name, one in declared.contacts.items() if one.calendar is not None}
    zones = {
        name: declared.calendars[calendar].time_zone
        for name, calendar in named.items()
        if calendar in declared.calendars
    }
    wanted = set(about)
    words = {
        function: {name: text for name, text in named.items() if name in wanted}
        for function, named in declared.words.items()
    }
    return Directory(
        contacts=declared.contacts,
        zones=zones,
        functions=functions,
        words={function: named for function, named in words.items() if named},
        time_zone=state.time_zone,
    )

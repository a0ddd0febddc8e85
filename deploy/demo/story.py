"""What happens in the demo, as data: the product file, the steps in order, and what must follow from each."""

from datetime import datetime
from importlib.resources import files
from typing import Any, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field

from domain.definition import ProductDefinition
from domain.policy import ROLES, Limits, Policy
from events.internal import Role, Verdict

Tag = Literal["thresholds", "reject"]  # what is different in a variant
# Doubled in the variant in which small things are more: everything that decides whether somebody is asked.
THRESHOLDS = (
    *("surge_points", "rescore_points", "budget_change", "reforecast_change", "overrun", "capacity_change_days"),
    *("milestone_slip_days", "dependency_late_days"),
)


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Sent(_Strict):
    """An event that a system sends."""

    type: str
    source: str
    data: dict[str, Any]


class Expected(_Strict):
    """An entry that must appear in the ledger."""

    kind: str
    says: str = ""  # a part of its words
    unless: Tag | None = None
    when: Tag | None = None

    def counts(self, tags: frozenset[Tag]) -> bool:
        """Tell whether it is expected in a variant."""
        return self.unless not in tags if self.when is None else self.when in tags


class Decision(_Strict):
    """How somebody decides the open request."""

    verdict: Verdict
    actor: str
    role: Role
    reason: str


class Answer(_Strict):
    """How somebody answers the open escalation."""

    answer: Literal["accept_delay", "waive", "handled"]
    actor: str
    role: Role
    until: datetime
    reason: str


class Step(_Strict):
    """Something that is done at an instant, and what must follow."""

    at: datetime  # on the wall of the product's time zone
    id: str = ""
    unless: Tag | None = None
    send: tuple[Sent, ...] = ()
    begin: str | None = None  # the source that says what began: all that the plan in force has for the month
    finish: str | None = None  # the source that says what is finished: all that began and takes one month
    decide: Decision | None = None
    answer: Answer | None = None
    kill: str | None = None  # a process of the stack
    expect: tuple[Expected, ...] = ()


class Chapter(_Strict):
    """Steps under one heading; the heading appears with the first entry that follows from them."""

    id: str
    title: str
    opens: tuple[str, ...] = ()  # the kinds of entries that open it; none: the first event sent in it, or a kill
    steps: tuple[Step, ...]


class Variant(_Strict):
    """What is done differently."""

    without: frozenset[str] = frozenset()  # ids of steps that do not happen
    thresholds: float = Field(default=1, gt=0)  # times the policy's own
    reject: bool = False  # the owner says no
    until: str | None = None  # the id of the last chapter

    @property
    def tags(self) -> frozenset[Tag]:
        """Return what steps and expectations may ask about."""
        found: set[Tag] = set()
        if self.thresholds != 1:
            found.add("thresholds")
        if self.reject:
            found.add("reject")
        return frozenset(found)


def _text(name: str) -> str:
    return files("deploy.demo").joinpath(name).read_text(encoding="utf-8")


def load_definition(variant: Variant = Variant()) -> ProductDefinition:  # noqa: B008 - frozen
    """Return the product, with the thresholds of the variant."""
    definition = ProductDefinition.model_validate(yaml.safe_load(_text("product.yaml")))
    if variant.thresholds == 1:
        return definition
    return definition.model_copy(update={"policy": _scaled(definition.policy, variant.thresholds)})


def _scaled(policy: Policy, factor: float) -> Policy:
    values = policy.model_dump()
    for name in THRESHOLDS:
        values[name] = type(values[name])(values[name] * factor)
    for role in ROLES:
        limits = values["authority"][role]
        amounts = [field for field in Limits.model_fields if field != "quorum" and limits[field] is not None]
        values["authority"][role] = limits | {field: int(limits[field] * factor) for field in amounts}
    return Policy.model_validate(values)


def load_chapters(variant: Variant = Variant()) -> tuple[Chapter, ...]:  # noqa: B008 - frozen
    """Return the chapters of a variant, without the steps that do not happen in it."""
    chapters = [Chapter.model_validate(one) for one in yaml.safe_load(_text("story.yaml"))["chapters"]]
    found = []
    for chapter in chapters:
        steps = tuple(
            _varied(step, variant)
            for step in chapter.steps
            if step.id not in variant.without and step.unless not in variant.tags
        )
        if steps:
            found.append(chapter.model_copy(update={"steps": steps}))
        if chapter.id == variant.until:
            break
    return tuple(found)


def _varied(step: Step, variant: Variant) -> Step:
    expect = tuple(one for one in step.expect if one.counts(variant.tags))
    decide = step.decide
    if decide is not None and variant.reject:
        decide = decide.model_copy(update={"verdict": "reject", "reason": "Not without the board; nothing moves."})
    return step.model_copy(update={"expect": expect, "decide": decide})


def local(moment: datetime, zone: str) -> datetime:
    """Return an instant of the story as an aware one."""
    return moment.replace(tzinfo=ZoneInfo(zone)) if moment.tzinfo is None else moment

"""Hypothesis strategies for every event, derived from the models' own fields."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from pydantic import AwareDatetime

from events.envelope import CORE
from events.fields import Profile, ValueInputs
from events.model import BudgetAdjusted, Event, FeedbackReceived
from events.union import EVENT_TYPES, INTERNAL_TYPES, External

EXTERNAL_CLASSES = [cls for name, cls in sorted(EVENT_TYPES.items()) if name not in INTERNAL_TYPES]

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
plain = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20)
dates = st.dates(date(1901, 1, 1), date(2998, 12, 31))
instants = st.datetimes(datetime(1901, 1, 1), datetime(2998, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
extensions = st.dictionaries(
    st.from_regex(r"[a-z0-9]{1,20}", fullmatch=True).filter(lambda name: name not in (*CORE, "data")),
    st.booleans() | st.integers(-(2**31), 2**31 - 1) | plain,
    max_size=2,
)


def events(cls: type[Event]) -> st.SearchStrategy[Event]:
    """Return valid events of this class, as they may arrive from outside."""
    hints = get_type_hints(cls, include_extras=True)
    names = [name for name in cls.model_fields if name not in ("type", "inferred")]  # the latter is never sent
    fields = {name: _of(hints[name], cls.model_fields[name].metadata) for name in names}
    fields |= {"id": plain, "source": st.from_regex(r"/[a-z0-9/]{1,20}", fullmatch=True), "extensions": extensions}
    if cls is BudgetAdjusted:
        either = st.sampled_from(["delta", "total"])
        return st.builds(_budget, st.just(cls), either, amount=st.integers(0, 10**15), **_without(fields))
    if cls is FeedbackReceived:
        return st.builds(_feedback, **fields)
    return st.builds(cls, **fields)


def _feedback(text: str, theme: str | None, sentiment: float | None, **fields: Any) -> Event:
    if theme is None or sentiment is None:
        text = text or "slow"
    return FeedbackReceived(text=text, theme=theme, sentiment=sentiment, **fields)


def _without(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: strategy for name, strategy in fields.items() if name not in ("delta", "total")}


def _budget(cls: Callable[..., Event], which: str, amount: int, **fields: Any) -> Event:
    return cls(**{which: amount}, **fields)


def _of(hint: Any, metadata: list[Any]) -> st.SearchStrategy[Any]:
    """Return values of a type within the limits that its annotations and field declare."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        limits = [limit for one in arguments[1:] for limit in getattr(one, "metadata", [one])]
        return _of(arguments[0], [*limits, *metadata])
    if origin in (UnionType, Union):
        return st.one_of([_of(one, metadata) for one in arguments])
    if origin is tuple:
        return st.lists(_of(arguments[0], []), max_size=3).map(tuple)
    if origin is dict:
        return st.dictionaries(_of(arguments[0], []), _of(arguments[1], []), max_size=3)
    if origin is Literal:
        return st.sampled_from(arguments)
    limits_by_name = {
        name: getattr(one, name)
        for one in metadata
        for name in ("ge", "le", "pattern", "min_length", "max_length")
        if getattr(one, name, None) is not None
    }
    return _scalar(hint, limits_by_name)


def _scalar(hint: Any, limits: dict[str, Any]) -> st.SearchStrategy[Any]:
    if hint is NoneType:
        return st.none()
    if hint is bool:
        return st.booleans()
    if hint is int:
        return st.integers(limits.get("ge"), limits.get("le"))
    if hint is float:
        return st.floats(limits.get("ge"), limits.get("le"), allow_nan=False, allow_infinity=False)
    if hint is str and "pattern" in limits:
        return st.from_regex(limits["pattern"].removesuffix("$") + r"\Z")
    if hint is str:
        return texts.filter(lambda text: len(text) >= limits.get("min_length", 0))
    if hint is ValueInputs:
        return st.builds(ValueInputs, **{name: st.floats(0, 100) for name in ValueInputs.model_fields})
    if hint is Profile:
        return st.builds(
            Profile,
            by=st.none() | dates | instants,
            then=st.floats(0, 1),
            half_life_days=st.none() | st.floats(0.01, 36_525),
        )
    return {date: dates, datetime: instants, AwareDatetime: instants}[hint]


any_external: st.SearchStrategy[External] = st.one_of([events(cls) for cls in EXTERNAL_CLASSES])  # type: ignore[misc]

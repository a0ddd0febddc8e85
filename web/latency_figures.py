"""Decision latency as Prometheus reads it: a histogram per kind, role and stage over all products. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from domain.latency import Course, lengths_of, role_of
from web.figures import Figure, text_of

HOUR, DAY = 3_600, 86_400  # seconds
BOUNDS = (60, 600, HOUR, 4 * HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY)  # seconds
NAME = "tandem_decision_latency_seconds"
TEXT = (
    "How long decisions take, by the clock of each product, from the whole ledger: the same in every process, so take "
    "the maximum over them and not the sum."
)
LABELS = ("kind", "role", "stage")
NAMED = "named"  # in place of a role: people were asked by name
LATER = ("answer to effect", "in all")  # stages of an escalation whose effect may still become another one

Key = tuple[str, str, str]  # kind, role, stage


def text_of_latencies(courses: Iterable[Course]) -> str:
    """Return the histogram, and how many questions are open; nothing that was counted once is ever counted less."""
    lengths: defaultdict[Key, list[float]] = defaultdict(list)
    waiting: Counter[tuple[str, str]] = Counter()
    for course in courses:
        role = role_of(course) or NAMED
        if not course.ended:
            waiting[course.kind, role] += 1
            continue
        for stage, (seconds, _) in lengths_of(course).items():
            if course.final or stage not in LATER:
                lengths[course.kind, role, stage.replace(" ", "_")].append(seconds)
    told = [f"# HELP {NAME} {TEXT}", f"# TYPE {NAME} histogram"]
    told += [line for key, found in sorted(lengths.items()) for line in _lines(key, found)]
    open_now = Figure("tandem_questions_open", "gauge", "Questions without an answer.", waiting.items(), LABELS[:2])
    return "\n".join(told) + "\n" + text_of([open_now])


def _lines(key: Key, found: list[float]) -> Iterator[str]:
    pairs = ",".join(f'{name}="{value}"' for name, value in zip(LABELS, key, strict=True))
    for bound in BOUNDS:
        yield f'{NAME}_bucket{{{pairs},le="{bound}"}} {sum(seconds <= bound for seconds in found)}'
    yield f'{NAME}_bucket{{{pairs},le="+Inf"}} {len(found)}'
    yield f"{NAME}_sum{{{pairs}}} {round(sum(found), 3)}"
    yield f"{NAME}_count{{{pairs}}} {len(found)}"

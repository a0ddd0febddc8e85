"""A public roadmap, version by version, read from its file. Knows nothing of Tandem.

Kubernetes enhancement proposals; see ``SOURCE.md`` beside the file. Every line is one version of one proposal as it was
merged. Everything is typed by hand: a target that is no release is kept as it is written, and named by ``unreadable``.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

FOLDER = "kep-roadmap"
FILE = f"{FOLDER}/dev.jsonl"
STAGES = ("alpha", "beta", "stable")
LATEST = "latest_milestone"
RELEASE = re.compile(r"v?1\.(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Version:
    """What a proposal said when one change of it was merged."""

    merged_at: datetime
    commit: str
    path: str  # of the proposal; a renamed one is another one
    number: str
    title: str
    owner: str  # team
    participants: tuple[str, ...]  # teams that have to take part
    status: str
    stage: str  # that `latest_milestone` is about
    targets: Mapping[str, str]  # field -> release as written; "" where none is given


@lru_cache
def read_versions(path: Path) -> tuple[Version, ...]:
    """Return the versions in the order in which they were merged."""
    with path.open(encoding="utf-8") as lines:
        return tuple(_version(json.loads(line)) for line in lines)


def _version(row: Mapping[str, object]) -> Version:
    def text(field: str) -> str:
        return str(row[field] or "").strip()

    return Version(
        merged_at=datetime.fromisoformat(text("merged_at")).astimezone(UTC),
        commit=text("commit"),
        path=text("path"),
        number=text("kep_number"),
        title=text("title"),
        owner=text("owning_sig"),
        participants=tuple(dict.fromkeys(name.strip() for name in text("participating_sigs").split(";") if name)),
        status=text("status"),
        stage=text("stage"),
        targets={field: text(field) for field in (*STAGES, LATEST)},
    )


def release_of(text: str) -> int | None:
    """Return 27 for ``v1.27`` or ``1.27``; None for whatever is no release."""
    found = RELEASE.fullmatch(text)
    return int(found[1]) if found else None


def unreadable(versions: Iterable[Version], fields: tuple[str, ...]) -> Counter[str]:
    """Return the targets that are no release, as written, and how often they occur."""
    written = (version.targets[field] for version in versions for field in fields)
    return Counter(text for text in written if text and release_of(text) is None)

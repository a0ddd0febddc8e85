"""The contract of the port ``Sources``: what the database and the fake both keep; and what lies in the file."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from activities.ledger.envelope import new_key
from activities.ledger.sources import SqlSources
from activities.ports import BrokenSealError
from events.webhooks.registry import (
    SourceExistsError,
    Sources,
    SourcesUnavailableError,
    TooManySecretsError,
    UnknownSourceError,
)
from tests.contract.ledger_case import url_of
from tests.fakes.webhooks import FakeSources

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FIRST, SECOND, THIRD = "the first secret", "the second secret", "the third secret"


@pytest.fixture(params=["sql", "fake"])
async def sources(request: pytest.FixtureRequest, database: Path) -> AsyncIterator[Sources]:
    if request.param == "fake":
        yield FakeSources()
        return
    sql = SqlSources(url_of(database), new_key())
    yield sql
    await sql.close()


async def test_a_source_is_found_with_its_secret(sources: Sources) -> None:
    await sources.add("github-web", "github", FIRST, NOW)
    await sources.add("campaigns", "standard", SECOND, NOW)
    found = await sources.find("github-web")
    assert found is not None
    assert (found.name, found.kind, found.created_at) == ("github-web", "github", NOW)
    assert [(one.number, one.ends_at) for one in found.secrets] == [(1, None)]
    assert await sources.secrets("github-web", NOW) == [FIRST]
    assert [one.name for one in await sources.all()] == ["campaigns", "github-web"]
    assert await sources.find("github") is None


async def test_a_name_is_taken_once(sources: Sources) -> None:
    await sources.add("github-web", "github", FIRST, NOW)
    with pytest.raises(SourceExistsError):
        await sources.add("github-web", "jira", SECOND, NOW)
    assert await sources.secrets("github-web", NOW) == [FIRST]


async def test_two_secrets_are_valid_until_the_old_one_ends(sources: Sources) -> None:
    await sources.add("github-web", "github", FIRST, NOW)
    await sources.rotate("github-web", SECOND, NOW, NOW + HOUR)
    assert await sources.secrets("github-web", NOW) == [SECOND, FIRST]
    assert await sources.secrets("github-web", NOW + HOUR - timedelta(seconds=1)) == [SECOND, FIRST]
    assert await sources.secrets("github-web", NOW + HOUR) == [SECOND]


async def test_a_third_secret_is_refused_until_one_has_ended(sources: Sources) -> None:
    await sources.add("github-web", "github", FIRST, NOW)
    await sources.rotate("github-web", SECOND, NOW, NOW + HOUR)
    with pytest.raises(TooManySecretsError):
        await sources.rotate("github-web", THIRD, NOW, NOW + 2 * HOUR)
    await sources.rotate("github-web", THIRD, NOW + HOUR, NOW + 2 * HOUR)
    assert await sources.secrets("github-web", NOW + HOUR) == [THIRD, SECOND]
    found = await sources.find("github-web")
    assert found is not None
    assert [one.number for one in found.secrets] == [2, 3], "what has ended is forgotten"


async def test_no_overlap_means_none(sources: Sources) -> None:
    await sources.add("github-web", "github", FIRST, NOW)
    await sources.rotate("github-web", SECOND, NOW, NOW)
    assert await sources.secrets("github-web", NOW) == [SECOND]


async def test_the_old_secret_can_be_ended_early(sources: Sources) -> None:
    await sources.add("github-web", "github", FIRST, NOW)
    assert await sources.retire("github-web", NOW) == 0
    await sources.rotate("github-web", SECOND, NOW, NOW + HOUR)
    assert await sources.retire("github-web", NOW) == 1
    assert await sources.secrets("github-web", NOW) == [SECOND]
    await sources.rotate("github-web", THIRD, NOW, NOW + HOUR)


async def test_what_is_removed_is_gone_and_its_name_is_free(sources: Sources) -> None:
    await sources.add("github-web", "github", FIRST, NOW)
    await sources.remove("github-web")
    assert await sources.find("github-web") is None
    for call in (
        sources.remove("github-web"),
        sources.retire("github-web", NOW),
        sources.rotate("github-web", SECOND, NOW, NOW),
    ):
        with pytest.raises(UnknownSourceError):
            await call
    await sources.add("github-web", "jira", SECOND, NOW)
    assert await sources.secrets("github-web", NOW) == [SECOND]


async def test_no_secret_lies_in_the_file(database: Path) -> None:
    sources = SqlSources(url_of(database), new_key())
    await sources.add("github-web", "github", FIRST, NOW)
    await sources.close()
    content = b"".join(path.read_bytes() for path in database.parent.glob(f"{database.name}*"))
    assert b"github-web" in content
    assert FIRST.encode() not in content


async def test_another_root_key_opens_no_secret(database: Path) -> None:
    sources = SqlSources(url_of(database), new_key())
    await sources.add("github-web", "github", FIRST, NOW)
    await sources.close()
    other = SqlSources(url_of(database), new_key())
    with pytest.raises(BrokenSealError):
        await other.secrets("github-web", NOW)
    await other.close()


async def test_a_database_that_is_not_there_is_said(tmp_path: Path) -> None:
    sources = SqlSources(url_of(tmp_path / "nowhere" / "ledger.db"), new_key())
    with pytest.raises(SourcesUnavailableError):
        await sources.add("github-web", "github", FIRST, NOW)
    await sources.close()

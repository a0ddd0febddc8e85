"""The contract of the port ``Vault``: what the database and the fake both keep."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.ledger.envelope import ERASED, PREFIX, new_key, open_text, seal_text, unwrap, wrap
from activities.ledger.vault import SqlVault
from activities.ports import BrokenSealError, Vault
from events.customer_text import MAX_SEALED, MAX_TEXT
from tests.contract.ledger_case import url_of
from tests.fakes.vault import FakeVault

ONE = ("web", "/crm", "17")


@pytest.fixture(params=["sql", "fake"])
async def vault(request: pytest.FixtureRequest, database: Path) -> AsyncIterator[Vault]:
    if request.param == "fake":
        yield FakeVault()
        return
    sql = await SqlVault.connect(url_of(database), new_key())
    yield sql
    await sql.close()


async def test_what_was_sealed_can_be_opened(vault: Vault) -> None:
    (sealed,) = await vault.seal([(*ONE, "Grüße, it is slow 🎉")])
    assert sealed.startswith(PREFIX)
    assert "slow" not in sealed
    assert await vault.open(*ONE, sealed) == "Grüße, it is slow 🎉"


async def test_a_batch_is_answered_in_order_and_empty_texts_stay_empty(vault: Vault) -> None:
    names = [(product, source, str(number)) for product in ("web", "app") for source in "ab" for number in range(600)]
    texts = ["" if number % 3 == 0 else f"text {number}" for number in range(len(names))]
    sealed = await vault.seal([(*name, text) for name, text in zip(names, texts, strict=True)])
    assert [bool(one) for one in sealed] == [bool(text) for text in texts]
    for index in (0, 1, 2, 599, 1_201, 2_399):
        assert await vault.open(*names[index], sealed[index]) == texts[index]
    assert not await vault.erase(*names[0]), "an empty text has no key"
    assert await vault.seal([]) == []


async def test_the_same_event_sent_again_keeps_its_key(vault: Vault) -> None:
    first, other = await vault.seal([(*ONE, "one"), (*ONE, "two")])
    (again,) = await vault.seal([(*ONE, "one")])
    assert [await vault.open(*ONE, one) for one in (first, other, again)] == ["one", "two", "one"]


async def test_erased_is_erased_for_ever(vault: Vault) -> None:
    first, other = await vault.seal([(*ONE, "one"), ("web", "/crm", "18", "two")])
    assert await vault.erase(*ONE)
    assert await vault.open(*ONE, first) is None
    assert await vault.open("web", "/crm", "18", other) == "two"
    again, new, empty = await vault.seal([(*ONE, "one"), ("web", "/crm", "19", "three"), (*ONE, "")])
    assert (again, empty) == (ERASED, "")
    assert await vault.open("web", "/crm", "19", new) == "three"
    assert await vault.open(*ONE, ERASED) is None
    assert await vault.open(*ONE, first) is None
    assert await vault.erase(*ONE), "again is harmless"


async def test_what_was_never_sealed_is_not_erased(vault: Vault) -> None:
    assert not await vault.erase(*ONE)
    (sealed,) = await vault.seal([(*ONE, "one")])
    assert await vault.open(*ONE, sealed) == "one"
    assert not await vault.erase("app", *ONE[1:])
    assert await vault.open("app", *ONE[1:], sealed) is None


async def test_a_sealed_text_belongs_to_its_event(vault: Vault) -> None:
    sealed = await vault.seal([(*ONE, "one"), ("web", "/crm", "18", "two"), ("app", *ONE[1:], "three")])
    for name in (("web", "/crm", "18"), ("app", *ONE[1:])):
        with pytest.raises(BrokenSealError, match="/".join(name)):
            await vault.open(*name, sealed[0])


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda sealed: sealed[:-4], id="cut"),
        pytest.param(lambda sealed: f"{sealed[:-8]}AAAA{sealed[-4:]}", id="changed"),
        pytest.param(lambda sealed: sealed.removeprefix(PREFIX), id="without its prefix"),
        pytest.param(lambda _: f"{PREFIX}ä", id="no base64"),
        pytest.param(lambda _: PREFIX, id="nothing"),
        pytest.param(lambda _: "one", id="never sealed"),
    ],
)
async def test_a_changed_text_is_not_opened(vault: Vault, change: Callable[[str], str]) -> None:
    (sealed,) = await vault.seal([(*ONE, "one")])
    with pytest.raises(BrokenSealError):
        await vault.open(*ONE, change(sealed))


@pytest.mark.parametrize("text", [ERASED, f"{PREFIX}AAAA", "sealed:"])
async def test_a_text_that_looks_sealed_is_just_text(vault: Vault, text: str) -> None:
    (sealed,) = await vault.seal([(*ONE, text)])
    assert sealed != text
    assert await vault.open(*ONE, sealed) == text


async def test_those_who_seal_at_once_agree_on_the_key(vault: Vault) -> None:
    sealed = await asyncio.gather(*(vault.seal([(*ONE, str(number))]) for number in range(10)))
    assert [await vault.open(*ONE, one) for (one,) in sealed] == [str(number) for number in range(10)]


async def test_the_longest_text_fits_where_it_is_kept(vault: Vault) -> None:
    (sealed,) = await vault.seal([(*ONE, "🎉" * MAX_TEXT)])
    assert len(sealed) <= MAX_SEALED


@given(text=st.text(st.characters(exclude_categories=["Cs"])), name=st.tuples(st.text(), st.text(), st.text()))
def test_any_text_of_any_name_comes_back(text: str, name: tuple[str, str, str]) -> None:
    key, under = new_key(), new_key()
    assert open_text(seal_text(text, key, name), key, name) == text
    assert unwrap(wrap(key, under, name), under, name) == key

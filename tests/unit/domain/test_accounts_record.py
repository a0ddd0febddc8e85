"""What the ledger keeps of accounts and tokens reads well, is found again, and has keys of its own."""

import pytest

from domain.access import Grant
from domain.accounts_record import Acting, account_entry, grant_entry, sign_out_entry, token_entry
from domain.narrative import Line, line_of, text_of
from domain.record import SYSTEM_STREAM, Entry, Recorded
from tests.builders import NOON
from tests.plain_words import faults

MIRA, OLGA = Acting("mira"), Acting("olga", "authenticated")
IN_WEB, EVERYWHERE = Grant(role="operator", product="web"), Grant(role="customer_text")
TOKEN = ("0a1b2c", "ci")
TOLD = [
    (
        account_entry("account.added", "olga", MIRA, NOON, NOON),
        "mira added an account for olga",
        "the link to choose a password holds until 2026-03-02 12:00 UTC",
    ),
    (
        account_entry("account.invited", "olga", MIRA, NOON, NOON),
        "mira made a new link for olga to choose a password",
        "the link to choose a password holds until 2026-03-02 12:00 UTC",
    ),
    (
        account_entry("account.disabled", "olga", MIRA, NOON),
        "mira disabled the account of olga",
        "nobody can sign in with it, and who had is out",
    ),
    (
        account_entry("account.password_set", "olga", OLGA, NOON),
        "olga chose a password",
        "the link is used up, and earlier sign-ins have ended",
    ),
    (grant_entry("grant.given", "olga", IN_WEB, MIRA, NOON), "mira gave olga the role operator in web", ""),
    (
        grant_entry("grant.withdrawn", "olga", EVERYWHERE, MIRA, NOON),
        "mira took from olga the right to read what customers wrote in all products",
        "",
    ),
    (sign_out_entry("olga", 2, MIRA, NOON), "mira ended 2 sessions of olga", ""),
    (
        token_entry("token.added", TOKEN, [IN_WEB, EVERYWHERE], MIRA, NOON, NOON),
        "mira made the token 0a1b2c for ci, with the role operator in web and the right to read what customers wrote "
        "in all products",
        "it holds until 2026-03-02 12:00 UTC",
    ),
    (
        token_entry("token.revoked", TOKEN, [IN_WEB], MIRA, NOON),
        "mira revoked the token 0a1b2c for ci",
        "whoever uses it is refused from now on",
    ),
]


def line(entry: Entry) -> Line:
    return line_of(Recorded(entry=entry, seq=1, prev_hash="0" * 64, hash="0" * 64))


@pytest.mark.parametrize(("entry", "what", "why"), TOLD, ids=[entry.kind for entry, _, _ in TOLD])
def test_each_change_is_told_in_plain_words(entry: Entry, what: str, why: str) -> None:
    told = line(entry)
    assert (told.what, told.why) == (what, why)
    assert not faults(told), faults(told)
    assert entry.product == SYSTEM_STREAM


def test_who_did_it_is_shown_with_how_they_are_known() -> None:
    assert text_of(line(TOLD[3][0]), "UTC").startswith("2026-03-02 12:00  olga (authenticated)  chose a password")
    assert "mira (asserted)  gave olga" in text_of(line(TOLD[4][0]), "UTC")


def test_a_change_is_found_by_the_person_the_token_and_the_product() -> None:
    assert TOLD[4][0].about == ("account:olga", "product:web")
    assert TOLD[5][0].about == ("account:olga",)
    assert TOLD[7][0].about == ("token:0a1b2c", "product:web")


def test_no_two_changes_share_a_key_whatever_names_hold() -> None:
    tricky = [
        grant_entry("grant.given", name, Grant(role="auditor", product=product), Acting(by), NOON)
        for name, product, by in (("a/auditor", "b", "c"), ("a", "b", "c"), ("a", "b/c", "c"), ("a", "b", "c/c"))
    ]
    keys = [entry.key for entry in [*tricky, *(entry for entry, _, _ in TOLD)]]
    assert len(set(keys)) == len(keys)


def test_a_name_cannot_write_lines_of_its_own() -> None:
    told = line(grant_entry("grant.given", "olga\n2026", IN_WEB, Acting("mi\x1bra"), NOON))
    assert text_of(told, "UTC").isprintable()

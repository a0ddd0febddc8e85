"""The tables of accounts: people, their setup links, roles and sessions; the tokens of systems. None holds a secret."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from activities.ledger.tables import Moment, Word, metadata

account = Table(
    "account",
    metadata,
    Column("name", Word, nullable=False),  # what products call the person
    Column("state", Word, nullable=False),  # `invited`, `active`, `disabled`
    Column("password", Word),  # argon2id, with its salt and parameters; NULL: none was chosen
    Column("created_at", Moment, nullable=False),
    Column("created_by", Word, nullable=False),
    PrimaryKeyConstraint("name", name="account_pk"),
)

setup_link = Table(
    "setup_link",
    metadata,
    Column("digest", Word, nullable=False),  # SHA-256 of the secret
    Column("person", Word, nullable=False),
    Column("ends_at", Moment, nullable=False),
    PrimaryKeyConstraint("digest", name="setup_link_pk"),
    Index("setup_link_by_person", "person"),
)

person_grant = Table(  # of people whom only a provider knows, too: hence no reference to `account`
    "person_grant",
    metadata,
    Column("person", Word, nullable=False),
    Column("role", Word, nullable=False),
    Column("product", Word, nullable=False),  # `*`: all of them
    PrimaryKeyConstraint("person", "role", "product", name="person_grant_pk"),
)

sign_in = Table(
    "sign_in",
    metadata,
    Column("digest", Word, nullable=False),  # SHA-256 of the session's secret
    Column("person", Word, nullable=False),
    Column("method", Word, nullable=False),  # `local`, `oidc`, `asserted`
    Column("signed_in_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),  # to the minute
    Column("ends_at", Moment, nullable=False),
    PrimaryKeyConstraint("digest", name="sign_in_pk"),
    Index("sign_in_by_person", "person", "signed_in_at"),
)

api_token = Table(
    "api_token",
    metadata,
    Column("id", Word, nullable=False),
    Column("digest", Word, nullable=False),  # SHA-256 of the whole token
    Column("name", Word, nullable=False),
    Column("grants", Text, nullable=False),  # JSON list
    Column("created_at", Moment, nullable=False),
    Column("created_by", Word, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("used_at", Moment),  # to the minute
    PrimaryKeyConstraint("id", name="api_token_pk"),
    UniqueConstraint("digest", name="api_token_digest"),
)

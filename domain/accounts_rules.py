"""What a person who signs in may be called, and which passwords are good enough. Pure."""

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 256  # characters; NIST SP 800-63B asks for no mix of kinds of characters
LONGEST_NAME = 200  # characters, as products allow
ENGINE = "tandem"  # the ledger shows this actor as Tandem itself
TOKENS = "token/"  # how the ledger names systems that use a token


def name_flaw(name: str) -> str | None:
    """Return why nobody may be called this, None when somebody may. Products call people by the same name."""
    if not name or len(name) > LONGEST_NAME:
        return f"a name has 1 to {LONGEST_NAME} characters"
    if not name.isprintable() or name != name.strip():
        return "a name has no line breaks, no control characters, and no spaces around it"
    if name.casefold() == ENGINE or name.casefold().startswith(TOKENS):
        return f"the ledger would take {name!r} for Tandem itself or for a system"
    return None


def password_flaw(password: str, name: str) -> str | None:
    """Return why this person may not have this password, None when they may; the password is not repeated."""
    if len(password) < SHORTEST_PASSWORD:
        return f"a password has at least {SHORTEST_PASSWORD} characters"
    if len(password) > LONGEST_PASSWORD:
        return f"a password has at most {LONGEST_PASSWORD} characters"
    if password.strip().casefold() == name.casefold():
        return "a password is not the name of whom it belongs to"
    return None

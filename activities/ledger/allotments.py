"""Whether the shares that products take of a team go together. Pure."""

from collections.abc import Iterable, Mapping

from activities.ports import AllotmentExceededError

SLACK = 1e-9  # of the team; shares are sums of decimal fractions


def refuse_overcommitted(
    product: str,
    shares: Mapping[str, tuple[float, float]],  # team -> (allotment, person-days of the whole team)
    others: Iterable[tuple[str, str, float, float]],  # team, product, allotment, person-days of the whole team
) -> None:
    """Raise AllotmentExceededError when ``product`` cannot have its shares beside those of the others."""
    held: dict[str, dict[str, float]] = {team: {} for team in shares}
    for team, other, share, size in sorted(others):
        if team not in shares:
            continue
        if size != shares[team][1]:
            raise AllotmentExceededError(
                f"team {team!r} has {shares[team][1]:g} person-days per period according to product {product!r}, "
                f"but {size:g} according to product {other!r}"
            )
        held[team][other] = share
    for team, (share, size) in shares.items():
        total = share + sum(held[team].values())
        if not total <= size * (1 + SLACK):
            parts = [f"{product!r} {share:g}"] + [f"{other!r} {part:g}" for other, part in held[team].items()]
            raise AllotmentExceededError(
                f"team {team!r} has {size:g} person-days per period, but {total:g} are allotted: {', '.join(parts)}"
            )

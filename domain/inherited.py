"""What an item unblocks: a blocker inherits the value of all that needs it, directly or through others. Pure.

This is for people who look at one item. The planner gets it through precedence: an item is funded only with what it
needs, so what a blocker is worth to a plan is there already, and adding it to the objective would count it twice.
"""

from collections.abc import Iterable, Mapping

from domain.things import Item


def unblocked_by(items: Mapping[str, Item]) -> dict[str, tuple[str, ...]]:
    """Return, for each open item, the open items that need it, directly or through others; each once, none itself.

    Total on circles too. Sets are the bits of whole numbers: 2,000 items that all wait for each other take a second.
    """
    waiting: dict[str, list[str]] = {name: [] for name, item in sorted(items.items()) if item.open}
    for name in waiting:
        for other in items[name].after:
            if other in waiting and other != name:
                waiting[other].append(name)
    bits = {name: 1 << index for index, name in enumerate(waiting)}
    found = dict.fromkeys(waiting, 0)
    order, changed = _last_first(waiting), True
    while changed:  # twice, but for circles
        changed = False
        for name in order:
            mask = found[name]
            for other in waiting[name]:
                mask |= bits[other] | found[other]
            if mask != found[name]:
                found[name], changed = mask, True
    names = list(waiting)
    return {name: tuple(_named(mask & ~bits[name], names)) for name, mask in found.items()}


def inherited(values: Mapping[str, float], unblocks: Iterable[str]) -> float:
    """Return the value points that an item inherits from what it unblocks; each counts once."""
    return sum(values[name] for name in unblocks)


def _last_first(waiting: Mapping[str, list[str]]) -> list[str]:
    """Return the items such that, without circles, each comes after all that wait for it."""
    order: list[str] = []
    seen: set[str] = set()
    for first in waiting:
        stack = [(first, iter(waiting[first]))] if first not in seen else []
        seen.add(first)
        while stack:
            name, rest = stack[-1]
            follower = next((other for other in rest if other not in seen), None)
            if follower is None:
                order.append(name)
                stack.pop()
            else:
                seen.add(follower)
                stack.append((follower, iter(waiting[follower])))
    return order


def _named(mask: int, names: list[str]) -> Iterable[str]:
    return (names[index] for index, bit in enumerate(reversed(bin(mask)[2:])) if bit == "1")

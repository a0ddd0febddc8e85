"""What somebody may answer to an escalation and do to its climb, for pages that offer nothing else. Pure.

Whoever does it is asked again by `domain.replies` and `domain.climbing`, which alone refuse.
"""

from typing import get_args

from domain.climbing import Steer
from domain.product import DEBT_SUBJECT
from domain.replies import OF_THE_DEBT
from events.internal import Reply, Role

REPLIES: tuple[Reply, ...] = get_args(Reply)


def answers_open(subject: str, at_least: Role) -> tuple[Reply, ...]:
    """Return the answers that make sense for a subject: the board hands nothing to itself."""
    found = OF_THE_DEBT if subject == DEBT_SUBJECT else REPLIES
    return tuple(one for one in found if one != "hand_to_board" or at_least != "executive_board")


def steering_open(
    *, stopped: bool, paused: bool, steps_left: bool, answers: bool, role: bool, seen: bool, asked: bool, operator: bool
) -> tuple[Steer, ...]:
    """Return what somebody may do to a climb. ``answers``: they may answer it; ``role``: they hold one in the product.

    ``seen``: they have acknowledged it; ``asked``: they were told of it; ``operator``: without a role in the product.
    """
    open_to: dict[Steer, bool] = {
        "acknowledge": not seen and (asked or answers),
        "pause": not paused and (answers or operator),
        "resume": stopped and (role or operator),
        "force": steps_left and (role or operator),
        "skip": steps_left and answers,
        "reassign": answers,
    }
    return tuple(kind for kind, is_open in open_to.items() if is_open)

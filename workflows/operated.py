"""What operators may do to whatever asks people: send its question again, and go back to an earlier point."""

from typing import Protocol

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from workflows.messages_operating import Resend, Resent, WasReset
from workflows.waiting import read

MOST_RESENT = 100  # by one run


class Asking(Protocol):
    """The record of something that asks people."""

    mark: str

    def asked_now(self) -> tuple[str, ...]:
        """Return who is asked now, and may be asked again."""
        ...

    async def resent(self, resend: Resend, number: int, people: tuple[str, ...]) -> None:
        """Record that the question is sent again, and send it."""
        ...


class Operated:
    """The handlers of operators; mixed into the workflows of requests and escalations."""

    record: Asking
    resent = 0

    def why_closed(self) -> str:
        """Return why nobody is asked any more; empty while somebody is."""
        raise NotImplementedError

    @workflow.signal(name="was_reset", description="it goes on from an earlier point")
    def was_reset(self, mark: RawValue) -> None:
        """Give what is recorded and sent from now on keys of its own (`WasReset`)."""
        self.record.mark = read(mark, WasReset).mark

    @workflow.update(name="resend", description="send the question again")
    async def resend(self, resend: Resend) -> Resent:
        """Send the question again; returns to whom."""
        self.resent += 1
        people = self.record.asked_now() if resend.person is None else (resend.person,)
        await self.record.resent(resend, self.resent, people)
        return Resent(to=people)

    @resend.validator
    def check_resend(self, resend: Resend) -> None:
        """Refuse when nobody is asked any more, or this person is not."""
        asked = self.record.asked_now()
        why = self.why_closed()
        if not why and self.resent >= MOST_RESENT:
            why = f"it was sent again {MOST_RESENT} times already"
        if not why and not asked:
            why = "nobody is asked yet"
        if not why and resend.person is not None and resend.person not in asked:
            why = f"{resend.person} is not asked; those who are: {', '.join(asked)}"
        if why:
            raise ApplicationError(why, type="ResendRefusedError", non_retryable=True)

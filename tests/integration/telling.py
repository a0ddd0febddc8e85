"""A workflow that only tells, for tests of messages: so many to one person, side by side."""

import asyncio

from pydantic import AwareDatetime, BaseModel
from temporalio import workflow

from activities.links import LinkTo
from domain.clock import ProductClock
from domain.directory import Recipient
from domain.policy import Flood
from workflows.recording import Recorder


class Telling(BaseModel):
    """What is told."""

    product: str = "shop"
    to: tuple[Recipient, ...]
    count: int = 1
    flood: Flood = Flood()
    clock: ProductClock
    link_until: AwareDatetime | None = None
    first: int = 1  # number of the first message


@workflow.defn(name="Telling")
class TellingWorkflow:
    """Tell whatever it is given; as a product does, it lives on, and so do the digests that it starts."""

    def __init__(self) -> None:
        self.cases: list[Telling] = []
        self.done: list[int] = []

    @workflow.run
    async def run(self) -> None:
        """Tell, for ever."""
        while True:
            await workflow.wait_condition(lambda: len(self.cases) > len(self.done))
            case = self.cases[len(self.done)]
            record = Recorder(case.product, workflow.info().workflow_id, case.clock, "policy")
            numbers = range(case.first, case.first + case.count)
            self.done.append(sum(await asyncio.gather(*(self._tell(record, case, number) for number in numbers))))

    @workflow.signal(description="tell this")
    def tell(self, case: Telling) -> None:
        """Take something to tell."""
        self.cases.append(case)

    @workflow.query(description="how many messages of each case had no trouble")
    def told(self) -> list[int]:
        """Return one number for each case that is done."""
        return self.done

    @staticmethod
    async def _tell(record: Recorder, case: Telling, number: int) -> bool:
        data = {"role": "product_owner", "subject": f"News {number}", "text": "it is late"}
        entry = record.entry("notification.sent", f"told/{number}", None, data, about=("approval:7",))
        link = None
        if case.link_until is not None:
            link = LinkTo(thing="approval/shop/7", hash="a" * 64, until=case.link_until)
        return await record.tell(
            entry, "product_owner", case.to, f"News {number}", "it is late", link=link, flood=case.flood
        )

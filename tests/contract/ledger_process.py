"""A process that appends batches and prints each key once its append was acknowledged.

Usage: python -m tests.contract.ledger_process URL NAME BATCHES SIZE
"""

import asyncio
import sys

from activities.ledger.store import SqlLedger
from tests.contract.ledger_case import a_row, an_entry


async def main(url: str, name: str, batches: int, size: int) -> None:
    ledger = await SqlLedger.open(url)
    print("ready", flush=True)
    sys.stdin.readline()  # so that two of them start together
    for batch in range(batches):
        keys = [f"{name}/{batch}/{number}" for number in range(size)]
        await ledger.append([an_entry(key, about=(name,), rows=(a_row(name, state=key),)) for key in keys])
        print(*keys, flush=True)
        await asyncio.sleep(0.005)  # SQLite's lock is not fair: without a pause the others wait to the end
    await ledger.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))

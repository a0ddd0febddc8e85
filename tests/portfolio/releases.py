"""The Next Release Problem's public instances: which customers to satisfy with a given sum.

A requirement costs money and brings nothing; a customer costs nothing and brings a profit once every requirement that
they ask for is in. A dependency ``A B`` means that B needs A. Format: the set's own readme; Xuan et al., IEEE
Transactions on Software Engineering 38(5), 2012.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from domain.planning import Snapshot, Task

FOLDER = "nrp"
OPTIMA = "optima_dev.json"


@dataclass(frozen=True)
class Instance:
    """One file: costs of requirements 1 … n, what needs what, and the customers as (profit, requests)."""

    costs: tuple[int, ...]
    needs: tuple[tuple[int, int], ...]  # (requirement, the one that it needs)
    customers: tuple[tuple[int, tuple[int, ...]], ...]

    def closures(self) -> list[set[int]]:
        """Return for each customer every requirement that must be in, what requests need included."""
        needed: dict[int, list[int]] = {}
        for requirement, other in self.needs:
            needed.setdefault(requirement, []).append(other)
        found = []
        for _, requests in self.customers:
            closure: set[int] = set()
            waiting = list(requests)
            while waiting:
                requirement = waiting.pop()
                if requirement not in closure:
                    closure.add(requirement)
                    waiting.extend(needed.get(requirement, []))
            found.append(closure)
        return found


@dataclass(frozen=True)
class Case:
    """An instance at a ratio of its total cost, and what is known of it."""

    name: str
    ratio: float
    budget: int  # whole, rounded down
    optimum: int

    def __str__(self) -> str:
        return f"{self.name} at {self.ratio}"


def read(path: Path) -> Instance:
    """Return an instance from a file: levels of requirements, dependencies, customers; all numbers from 1 on."""
    numbers = iter([int(word) for word in path.read_text().split()])
    costs = [next(numbers) for _ in range(next(numbers)) for _ in range(next(numbers))]
    pairs = [(next(numbers), next(numbers)) for _ in range(next(numbers))]
    customers = []
    for _ in range(next(numbers)):
        profit, requests = next(numbers), next(numbers)
        customers.append((profit, tuple(next(numbers) for _ in range(requests))))
    if next(numbers, None) is not None:
        raise ValueError(f"{path.name}: numbers left over")
    return Instance(tuple(costs), tuple((needing, needed) for needed, needing in pairs), tuple(customers))


def cases(path: Path) -> list[Case]:
    """Return every case whose optimum is known."""
    return [
        Case(case["instance"], case["cost_ratio"], case["budget_floor"], case["optimum_floor"])
        for case in json.loads((path / OPTIMA).read_text())
    ]


def snapshot_of(instance: Instance, budget: int) -> Snapshot:
    """Return the instance as a roadmap of one period."""
    needs: dict[int, list[str]] = {}
    for requirement, other in instance.needs:
        needs.setdefault(requirement, []).append(f"requirement-{other}")
    tasks = [
        Task(id=f"requirement-{k}", value=0, cost=cost, after=tuple(sorted(needs.get(k, []))), duration=0)
        for k, cost in enumerate(instance.costs, 1)
    ]
    for k, (profit, requests) in enumerate(instance.customers, 1):
        after = tuple(sorted({f"requirement-{request}" for request in requests}))
        tasks.append(Task(id=f"customer-{k}", value=profit, cost=0, duration=0, after=after))
    return Snapshot(
        product="release",
        currency="EUR",
        periods=("2026-01",),
        budgets=(budget,),
        tasks=tuple(sorted(tasks, key=lambda task: task.id)),
    )


def greedy(instance: Instance, budget: int) -> int:
    """Return the profit of taking customers by profit per cost of what they ask for, each if it still fits."""
    closures = instance.closures()
    totals = [sum(instance.costs[k - 1] for k in closure) for closure in closures]
    order = sorted(range(len(totals)), key=lambda k: -instance.customers[k][0] / max(1, totals[k]))
    funded: set[int] = set()
    left, profit = budget, 0
    for k in order:
        extra = closures[k] - funded
        price = sum(instance.costs[j - 1] for j in extra)
        if price <= left:
            left, profit, funded = left - price, profit + instance.customers[k][0], funded | extra
    return profit

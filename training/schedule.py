"""The learning rate's factor: warm up, stay flat, fall on a straight line to zero.

The end is a step count or a moment of the clock. By the clock, the fall is planned anew at each
step from the rate measured lately, so that zero is reached on time on a machine that is shared;
the factors that came of it are logged, and the log can be replayed.
"""

import statistics
import time
from collections import deque
from pathlib import Path

WARM_UP = 200
FLAT_SHARE = 0.3


def by_steps(step: int, steps: int) -> float:
    """Factor of step 0 .. steps - 1 of a run of known length."""
    flat = max(WARM_UP, int(FLAT_SHARE * steps))
    if step < min(WARM_UP, steps // 4):
        return (step + 1) / min(WARM_UP, steps // 4)
    return 1.0 if step < flat else max(0.0, (steps - step) / (steps - flat))


def replay(path: Path) -> list[float]:
    """The factors of an earlier run from lines `step factor`; steps left out are interpolated."""
    rows = [line.split() for line in path.read_text().splitlines()]
    known = [(int(step), float(factor)) for step, factor in rows]
    factors = []
    for (step, factor), (later, last) in zip(known, known[1:]):
        slope = (last - factor) / (later - step)
        factors += [factor + slope * i for i in range(later - step)]
    return [*factors, known[-1][1]]


class Clock:
    """Plans against a deadline, in the seconds of `now`."""

    def __init__(self, deadline: float, begun: float, now=time.time):
        self.deadline, self.begun, self.now = deadline, begun, now
        self.seconds = deque(maxlen=200)
        self.factor = 1.0
        self.last = None

    def tick(self) -> None:
        """Call once a step. A pause counts as no more than five usual steps."""
        now = self.now()
        if self.last is not None:
            took = now - self.last
            if len(self.seconds) > 20:
                took = min(took, 5 * statistics.median(self.seconds))
            self.seconds.append(took)
        self.last = now

    def remaining(self) -> float:
        """Steps that still fit, by the mean of the last 200; many as long as nothing is known."""
        left = max(0.0, self.deadline - self.now())
        if not self.seconds:
            return 1e6 if left else 0.0
        return left * len(self.seconds) / sum(self.seconds)

    def next(self, step: int) -> float:
        """The factor of this step: a straight line from where it is now to zero at the deadline."""
        self.tick()
        if step < WARM_UP:
            return (step + 1) / WARM_UP
        if self.now() < self.begun + FLAT_SHARE * (self.deadline - self.begun):
            return self.factor
        self.factor *= max(0.0, 1 - 1 / max(1.0, self.remaining()))
        return self.factor

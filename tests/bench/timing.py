"""How long something takes that is done in a process of its own."""

import statistics
import time
from collections.abc import Callable
from typing import Any

_ROUNDS = 7


def timed(work: Callable[[], Any]) -> float:
    """CPU milliseconds, the median of some rounds after one that warms the caches."""
    work()
    took = []
    for _ in range(_ROUNDS):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return statistics.median(took) * 1000

"""Waiting for what comes of itself: as long as a slow machine needs, and no longer than it takes."""

import asyncio
import time
from collections.abc import Callable

# Seconds, far more than anything needs: who is out of patience has met a fault, not a busy machine.
PATIENCE = 120.0


def until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Return when the condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


async def happens(condition: Callable[[], object]) -> None:
    """The same inside an event loop."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.005)

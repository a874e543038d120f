"""Of several processes on one database, one does what only one may do: a lease, renewed now and then."""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

from bot.pipeline import Pipeline
from storage import leases

LENGTH = timedelta(seconds=30)
_RENEWED_AFTER = 10.0


class Alone:
    """Whether this process is the one; on SQLite there is no other."""

    def __init__(self, name: str, owner: str, pipeline: Pipeline, real: Callable[[], datetime], several: bool) -> None:
        """`real` is the true time; `several`: the database serves more than one process."""
        self._name = name
        self._owner = owner
        self._pipeline = pipeline
        self._real = real
        self._several = several
        self._asked = 0.0
        self._holds = not several

    async def holds(self) -> bool:
        """Take, renew or look for the lease, at most every ten seconds."""
        if self._several and (not self._asked or monotonic() - self._asked > _RENEWED_AFTER):
            real = self._real()
            self._holds = await self._pipeline.do(
                lambda turn: leases.hold(turn.db, self._name, self._owner, real, LENGTH)
            )
            self._asked = monotonic()
        return self._holds

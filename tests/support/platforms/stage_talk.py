"""A talk that is played on the stage of a platform."""

from datetime import datetime
from typing import Generic, TypeVar

from bot.practice.timetable import LONGEST_STEP
from storage.reminders import deliveries
from tests.support.platforms.platform_stage import PlatformStage
from tests.support.stage import ZONE
from tests.support.talk import Talk

Played = TypeVar("Played", bound=PlatformStage)


class StageTalk(Talk, Generic[Played]):
    """The same talk where messages come and go as they do on a platform."""

    def __init__(self, stage: Played, text: str, name: str) -> None:
        super().__init__(None, text, name)  # type: ignore[arg-type]
        self.stage = stage

    async def _at(self, when: str) -> None:
        """Through every tick in between, as on the practice page."""
        self.strict = False
        then = datetime.strptime(when, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)
        stage = type(self.stage)
        await self.stage.tick()
        while stage.now < then:
            with self.stage.app.engine.database.read.connect() as db:
                due = deliveries.next_due(db, stage.now)
            steps = (then, stage.now + LONGEST_STEP, *([due.due_at.astimezone(ZONE)] if due else []))
            stage.now = max(min(steps), stage.now)
            await self.stage.tick()
        self._collect()

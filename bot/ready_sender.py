"""The sender of a channel that cannot always send: what is due waits untouched meanwhile."""

from bot.sender import Sender


class ReadySender(Sender):
    """Claims only while its channel is ready, so that no try is counted and another process may have the letter."""

    async def _round(self) -> bool:
        if self._channel.ready():
            return await super()._round()
        if not self._ended:
            return False
        await self._note(room=0)
        return True

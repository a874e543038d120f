"""How far letters of several parts have come: a second try goes on where the first one stopped."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import TypeVar

from bot.channels import SendError

Part = TypeVar("Part")
_MOST_UNFINISHED = 1000


class Progress:
    """Of each unfinished letter how many parts have been sent; forgotten at the end of the process."""

    def __init__(self) -> None:
        self._done: dict[Hashable, int] = {}

    def left(self, letter: Hashable, parts: Sequence[Part]) -> Sequence[Part]:
        """The parts that have not been sent."""
        return parts[self._done.get(letter, 0) :]

    async def send(self, letter: Hashable, parts: Sequence[Part], say: Callable[[Part], Awaitable[str]]) -> str:
        """Send what is left of it by `say`; the platform's id of the last message. Raises SendError."""
        said = ""
        try:
            for part in self.left(letter, parts):
                said = await say(part) or said
                self._done[letter] = self._done.get(letter, 0) + 1
        except SendError as error:
            if error.permanent:
                self._done.pop(letter, None)
            while len(self._done) > _MOST_UNFINISHED:
                del self._done[next(iter(self._done))]
            raise
        self._done.pop(letter, None)
        return said

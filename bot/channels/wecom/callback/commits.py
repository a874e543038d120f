"""What a callback changes: a message is handled, a card keeps the code of its press, whoever left is not written to."""

from functools import partial
from secrets import token_hex

from bot.channels.wecom.callback import decode
from bot.outbox import reachability
from bot.pipeline.turn import Outcome, Turn
from bot.pipeline.writer import Pipeline
from handlers.kit import Message
from storage.messages import card_codes, inbox


async def commit(pipeline: Pipeline, heard: decode.Told) -> Outcome | None:
    """Return when it is committed: the outcome of a message; None: nothing is said to it."""
    if isinstance(heard, Message):
        return await pipeline.submit(heard)
    if isinstance(heard, decode.Left):
        await pipeline.do(partial(_leave, heard))
        return None
    # What the press brings is there before it decides anything, in the same transaction.
    for result in await pipeline.submit_all((partial(_keep_code, heard), heard.message)):
        if isinstance(result, Exception):
            raise result
    return None


def _keep_code(press: decode.Press, turn: Turn) -> None:
    if press.response_code:
        card_codes.clicked(turn.db, decode.NAME, press.task_id, press.response_code, turn.now)


def _leave(left: decode.Left, turn: Turn) -> None:
    row = {"channel": decode.NAME, "message_id": left.known_as, "chat": left.user, "sender": left.user}
    arrived = inbox.arrive(turn.db, [{**row, "received_at": turn.now}], token_hex(8))
    if arrived[decode.NAME, left.known_as].fresh:
        reachability.lost(turn, decode.NAME, left.user)

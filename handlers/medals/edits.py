"""A nomination whose message was changed: it may have been decided meanwhile, so it stays as it is."""

from datetime import timedelta

from handlers.asker import context
from handlers.kit import Ask, Button, Reply
from handlers.registry import edits
from storage.medals import nominations

_STAYS = "您改了一条发过的消息。提名不能这样改,已经记下的不变。要改就发「我的提名」看编号,撤回后重新提名。"
# Between the platform's clock and ours.
_CLOCKS_DIFFER = timedelta(minutes=2)


@edits("nomination")
def edited(ask: Ask) -> Reply | None:
    """None as long as the sender has nominated nobody since the message was sent."""
    if context.reading_of(ask, ask.args).intent != "nomination":
        return None
    last = nominations.of_person(ask.db, ask.me.id, 1)
    recorded = last and last[0].made_at >= ask.message.sent_at - _CLOCKS_DIFFER
    return Reply(_STAYS, (Button("我的提名", "我的提名"),)) if recorded else None

"""What is said to somebody without a role: how to come in, or whose word they wait for."""

from handlers import rights
from handlers.kit import Ask
from handlers.people.appointments import described
from storage.people import appointments

GREETING = "您好，我是少先队辅导员助手。请向学校大队辅导员要一个邀请码，再发给我：加入 邀请码"


def told(ask: Ask) -> str:
    """How to come in, once a day; to whoever has come, and waits for somebody's word, that."""
    return waits(ask) or (GREETING if rights.is_once_more(ask, "greetings") else "")


def waits(ask: Ask) -> str:
    """What waits of theirs and whose word it takes; empty where nothing does."""
    person_id = ask.person.id if ask.person else None
    one = appointments.of(ask.db, person_id, ask.message.channel, ask.message.sender, ask.now)
    if one is None:
        return ""
    able = [each.name for each in rights.nearest(ask.db, one.wish, one.asked_by, ask.now)[:3]]
    by = f"{'、'.join(able)}确认" if able else f"请信息技术老师在机器上运行：python -m bot confirm {one.id}。确认"
    return f"您的加入还在等确认：{described(ask, one)}。{by}以后，我会告诉您，不用再发邀请码。"

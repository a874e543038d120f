"""What a sender takes of what is to be said."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.messages import outbox
from tests.support.databases import new_database

pytestmark = pytest.mark.both

NOW = datetime(2026, 4, 3, 2, 20, tzinfo=UTC)


def test_one_chat_with_much_to_hear_keeps_nobody_else_waiting(tmp_path: Path) -> None:
    database = new_database(tmp_path)
    row = {"channel": "telegram", "lane": outbox.ANSWER, "body": b"x", "due_at": NOW}
    with database.write.begin() as db:
        outbox.put(db, [{**row, "chat": chat} for chat in [*["1"] * 40, "2", "3"]])

    def claimed() -> list[str]:
        with database.write.begin() as db:
            return [each.chat for each in outbox.claim(db, "telegram", "me", NOW, NOW, timedelta(seconds=90), 30)]

    assert claimed() == ["1"] * outbox.MOST_OF_A_CHAT
    assert claimed() == ["2", "3"]
    with database.write.begin() as db:
        outbox.sent(db, "me", [(number, NOW, "") for number in range(1, outbox.MOST_OF_A_CHAT + 1)])
    assert claimed() == ["1"] * outbox.MOST_OF_A_CHAT
    database.close()

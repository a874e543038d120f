"""What is counted beside check-ins: rows of the catalogue by name, changes, and medals, which have their own lists."""

import re

from handlers.catalogue import current
from handlers.digests.why import changes, rows
from handlers.kit import Ask, Button, Reply

_OF_MEDALS = re.compile(r"提名|待审|公示|颁发|[一二三四五]星章|奖章")


def told(ask: Ask, words: str, page: int) -> Reply | None:
    """None: the words name none of these."""
    by_length = sorted(current.catalogue_of(ask.db).rows, key=lambda row: -len(row.name))
    row = next((row for row in by_length if row.shape != "checkin" and words.startswith(row.name)), None)
    if reply := changes.told(ask, words) or (rows.told(ask, words, page) if row and row.shape == "report" else None):
        return reply
    if row:
        return Reply(f"「{row.name}」的数字由各单位的上报加起来，逐条看：", (Button("看", "看", row.name),))
    if not _OF_MEDALS.search(words):
        return None
    may = [each.words[0] for each in ask.features if each.allows(ask.person)]
    lists = [word for word in ("待审", "我的提名", "审核进度", "待颁") if word in may]
    return Reply("奖章的数字由提名一件件数出来，逐件看：", tuple(Button(word, word) for word in lists))

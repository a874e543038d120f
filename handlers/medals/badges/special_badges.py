"""特色章: an admin makes a badge of their own part of the tree in chat, renames it, pauses it (domain §4.1)."""

import re

from handlers.kit import ADMINS, Ask, Denied, Refusal, Reply, Role, Unit
from handlers.privacy import gate
from handlers.reading.medals.medals import find_medals
from handlers.registry import command
from handlers.wording import places
from scheduling.periods import term_of
from storage.base.words import Cleared
from storage.medals import badges, special_badges
from storage.medals.special_badges import Badge
from storage.organisation import units

MAKERS = ADMINS - {Role.SUPERVISOR}
READERS = MAKERS | {Role.COUNSELOR}
_LIKE = "特色章 新增 阅读章"
_HOW = f"新增：{_LIKE}\n改名：特色章 改名 阅读章 悦读章\n停用：特色章 停用 阅读章；恢复：特色章 恢复 阅读章"
_ADD = re.compile(r"(?:新增|增加|添加|新设|设立|加)(?:一[个枚])?\s*(?:特色章)?[\s:：]*")
_RENAME = re.compile(r"(?:改名|改成|改为|更名)[\s:：为成]*")
_PAUSE = re.compile(r"(停用|暂停|不用)|(恢复|启用|重新启用)")
_BETWEEN = re.compile(r"[\s,，、:：]+|^叫做?|改名为?|改[成为]|换成")
_NAME = re.compile(r"[“「《\"]?([\u4e00-\u9fff]{1,7}章)[”」》\"]?")
_LONGEST = 7


@command(
    "特色章", "special-badges", who=READERS, group="奖章", rank=47, help="本地的特色章，管理员可以新增",
    glued="新增|增加|添加|加|停用|暂停|恢复|改名", looks="", examples=("特色章", _LIKE, "特色章 改名 阅读章 悦读章"),
)  # fmt: skip
def special(ask: Ask) -> Reply:
    """The badges of the asker's part of the tree; or one is made, renamed, paused."""
    words = ask.args.strip()
    if not words:
        return _listed(ask)
    if MAKERS.isdisjoint(ask.me.roles):
        raise Denied("特色章由学校和上级少工委来设，请告诉学校管理员。", what="特色章")
    if match := _ADD.match(words):
        return _add(ask, words[match.end() :])
    if _RENAME.search(words):
        return _rename(ask, _RENAME.sub(" ", words, count=1))
    if match := _PAUSE.search(words):
        return _pause(ask, _PAUSE.sub(" ", words, count=1), bool(match[1]))
    raise Refusal(f"没有看懂，没有改。\n{_HOW}")


def _names(words: str) -> list[str]:
    return [word for word in _BETWEEN.split(words) if word]


@command(
    "新增特色章", "添加特色章", "增加特色章", "新设特色章", "加特色章", "加个特色章", "加一个特色章", "加一枚特色章",
    who=MAKERS, group="奖章", help="新增特色章",
    examples=("新增特色章 阅读章",), listed=False,
)  # fmt: skip
def add(ask: Ask) -> Reply:
    """The same by the words that many say."""
    return _add(ask, ask.args)


def _add(ask: Ask, words: str) -> Reply:
    said = _names(words)
    names = list(dict.fromkeys(match[1] for each in said if (match := _NAME.fullmatch(each))))
    where = " ".join(each for each in said if not _NAME.fullmatch(each))
    if not names:
        raise Refusal(f"请写名称，以「章」结尾。\n{_HOW}")
    at = _school_or_above(places.chosen(ask, MAKERS, where, "特色章", f"新增 {names[0]} {{}}"), names[0])
    for name in names:
        _check(ask, name, at)
        # As it was looked at: of 玉兰章, a thing, nothing may go as if it were somebody.
        special_badges.add(ask.db, at, Cleared(name), ask.me.id, ask.now)
    units.changed(ask.db, ask.now)
    like = f"提名 三(2)中队 7号 {names[0]}；记章 {names[0]} 三(2)中队 全班除 3号"
    return Reply(f"已新增特色章：{'、'.join(names)}（{at.name}），现在就可以用：{like}")


def _school_or_above(found: list[Unit], name: str) -> Unit:
    if len(found) != 1 or found[0].school_id not in (None, found[0].id):
        raise Refusal(f"特色章是一所学校或一个少工委的，请写明是哪里的，像这样：特色章 新增 {name} 实验小学")
    return found[0]


def _check(ask: Ask, name: str, at: Unit) -> None:
    """Raises Refusal when nothing can be called so there: not understood again, somebody's name, or there already."""
    read, _ = find_medals(name, ())
    plain = [(each.start, each.end) for each in read if each.issue == "MEDAL_UNKNOWN"]
    if len(name) > _LONGEST or plain != [(0, len(name))]:
        inside = next((f"里面有{name[each.start : each.end]}，会认成它。" for each in read if each.code), "")
        rule = f"要以「章」结尾，{_LONGEST} 字以内，不带星级章、基础章、荣誉的名称。"
        raise Refusal(f"「{name}」不能做特色章的名称：{inside}{rule}\n{_HOW}")
    if gate.is_private_label(name.removesuffix("章")):
        raise Refusal("名称里像有人名或个人信息，没有改。请换一个名称。")
    same = [each for each in special_badges.around(ask.db, [at.path]) if each.name == name]
    if same:
        there = "可以直接用" if same[0].unit.covers(at) else "下级已经用了这个名称，请换一个"
        state = "已停用，请那里的管理员恢复" if same[0].paused_at else there
        raise Refusal(f"已经有{name}（{same[0].unit.name}），{state}。没有改。")


def _mine(ask: Ask, name: str) -> Badge:
    """The badge of this name in the asker's part of the tree; raises Refusal, Denied for one of a level above."""
    tops = places.scope(ask.me, MAKERS)
    found = [each for each in special_badges.around(ask.db, [top.path for top in tops]) if each.name == name]
    if not found:
        raise Refusal(f"没有叫「{name}」的特色章。发「特色章」看现在有的。")
    mine = [each for each in found if any(top.covers(each.unit) for top in tops)]
    if not mine:
        raise Denied(f"{name}是{found[0].unit.name}设的，由那里来改。", what="特色章", subject=f"badge:{found[0].id}")
    if len(mine) > 1:
        raise Refusal(
            f"有 {len(mine)} 个单位都有{name}：{'、'.join(each.unit.name for each in mine[:5])}。请由那里的管理员来改。"
        )
    return mine[0]


def _rename(ask: Ask, words: str) -> Reply:
    names = _names(words)
    if len(names) != 2:
        raise Refusal(f"请写原来的和新的名称，像这样：特色章 改名 阅读章 悦读章\n{_HOW}")
    badge, name = _mine(ask, names[0]), names[1]
    _check(ask, name, badge.unit)
    special_badges.rename(ask.db, badge, Cleared(name), ask.now)
    units.changed(ask.db, ask.now)
    return Reply(f"已改名：{badge.name} → {name}。已经记的、提名的都跟着改。")


def _pause(ask: Ask, words: str, paused: bool) -> Reply:
    names = _names(words)
    if len(names) != 1:
        raise Refusal(f"一次写一枚，像这样：特色章 停用 阅读章\n{_HOW}")
    badge = _mine(ask, names[0])
    if bool(badge.paused_at) == paused:
        raise Refusal(f"{badge.name}本来就{'停用了' if paused else '在用'}，没有改。")
    special_badges.pause(ask.db, badge, paused, ask.now)
    units.changed(ask.db, ask.now)
    after = "不能再提名、再记；已经有的不变" if paused else "又可以用了"
    return Reply(f"{'已停用' if paused else '已恢复'}：{badge.name}（{badge.unit.name}），{after}。")


def _listed(ask: Ask) -> Reply:
    paths = [top.path for top in places.scope(ask.me, READERS)]
    found, term = special_badges.around(ask.db, paths), term_of(ask.today)
    how = "" if MAKERS.isdisjoint(ask.me.roles) else f"\n{_HOW}"
    if not found:
        return Reply(f"还没有特色章。{how}" if how else "还没有特色章，由学校和上级少工委来设。")
    counted = badges.counts(ask.db, paths, term)
    lines = [_line(each, *counted.get(each.medal, (0, 0))) for each in found]
    return Reply("\n".join([f"特色章 {len(found)} 枚（{term}）", *lines]) + how)


def _line(badge: Badge, given: int, nominated: int) -> str:
    state = "，已停用" if badge.paused_at else ""
    return f"{badge.name}（{badge.unit.name}）：记了 {given} 枚，提名 {nominated} 件{state}"

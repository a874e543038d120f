"""导入: an admin sends the roster as a file, sees what would change, and agrees."""

from dataclasses import replace

from handlers import rights, roster
from handlers.attendance import attachments
from handlers.kit import Ask, Button, Refusal, Reply, Waiting
from handlers.registry import command, reads
from handlers.wording import days
from handlers.wording.questions import says_no
from storage.messages import files
from storage.people import appointments
from storage.roster import merge, staging
from storage.roster.roster import Plan

_MOST_BYTES = 10 << 20
_PENDING = Button("待确认", "待确认")
_TEMPLATE, _PRESENT = Button("名册模板", "导出 名册", "模板"), Button("现在的名册", "导出 名册")
_HOW = (
    "请把名册文件（Excel 或 CSV）私聊发给我。我先核对，告诉您会改什么，您同意了才写入。\n"
    "还没有名册，先要一份模板或现在的名册来填。"
)

_ALL, _HIDDEN = "连隐藏的行一起导入", "隐藏的行要不要？不要，按「导入」；也要，按「连隐藏的行一起导入」。"
_PARTS = (
    ("新单位", ("unit",)), ("改单位", ("change", "becomes")), ("新老师", ("person",)),
    ("角色、账号、姓名", ("grant", "ask", "again", "account", "rename")), ("名册里没有、要离任的角色", ("end",)),
)  # fmt: skip


def _in_inbox(ask: Ask) -> list[Waiting]:
    return [
        Waiting(f"导入{first.id}", "名册，等您说导入还是不导入", first.made_at, Button("看", "导入", f"{first.id} 看"))
        for first, *_ in staging.waiting(ask.db, ask.me.id, ask.now)
    ]


@command(
    "导入", "import", who=rights.GIVERS, group="组织", rank=44, help="用名册文件更新单位和人员", waits=_in_inbox,
    looks=r"\d+ 看", examples=("导入",),
)  # fmt: skip
def bring(ask: Ask) -> Reply | list[Reply]:
    """How to; with a number the answer to what a file would change; with a file the file."""
    if not ask.message.private:
        raise Refusal("名册里有老师的账号，请私聊我发。")
    number, _, how = ask.args.partition(" ")
    if number.isascii() and number.isdigit():
        return _decide(ask, int(number[:15]), how.strip())
    return table(ask) if attachments.tables(ask) else Reply(_HOW, (_TEMPLATE, _PRESENT))


@reads("table")
def table(ask: Ask) -> Reply:
    """Want the file: it is fetched, compared and shown while the bot goes on."""
    sent = attachments.tables(ask)
    if len(sent) > 1 or sent[0].size > _MOST_BYTES:
        raise Refusal("一次请发一个文件，不超过 10 MB。太大的请按区县分成几个。")
    common = {"inbox_id": ask.inbox_id, "person_id": ask.me.id, "checkin_id": None, "album": None}
    at = {"channel": ask.message.channel, "chat": ask.message.chat}
    files.want(ask.db, [{**common, **at, "ref": sent[0].ref, "kind": files.TABLE}], ask.now)
    return Reply("表收到了，正在核对，一会儿告诉您会改什么。您同意以前什么也不会改。")


def shown(found: Plan, sheet: roster.Sheet, batch: int, whole: int = 0) -> Reply:
    """What the file would change, with the buttons that decide; `batch` is its number, `whole` with hidden rows."""
    if sheet.notes.problems:
        count, rows = len(sheet.notes.problems), roster.problems(sheet)
        where = f"名册（工作表「{sheet.title}」）" if sheet.title not in ("", "名册") else "名册"
        return Reply(f"{where}有 {count} 处问题，什么也没有改：\n{rows}\n改好以后再发一次文件。")
    said = _decision(found, sheet, batch)
    if sheet.whole is None or not whole:
        return said
    return replace(said, text=f"{said.text}\n{_HIDDEN}", buttons=(*said.buttons, Button(_ALL, "导入", str(whole))))


def _decision(found: Plan, sheet: roster.Sheet, batch: int) -> Reply:
    odd = roster.odd(sheet)
    if not found:
        return Reply(f"名册和现在一样，没有要改的。{odd}")
    leaving = f"{batch} 离任"
    if found.only_leaving:
        return Reply(
            f"名册里的都已经有了，没有要改的。{odd}\n{roster.leaving(found)}",
            (Button("让他们离任", "导入", leaving), Button("不动", "导入", f"{batch} 不动")),
        )
    text = f"名册核对好了，还没有写入。\n{roster.preview(found, sheet, brief=True)}"
    buttons = [Button("导入", "导入", str(batch))]
    if found.leaving:
        text += f"\n{roster.leaving(found)}"
        buttons.append(Button("导入，并让他们离任", "导入", leaving))
    return Reply(text, (*buttons, Button("不导入", "导入", f"{batch} 不动")))


def _decide(ask: Ask, number: int, how: str) -> Reply | list[Reply]:
    batch = staging.find(ask.db, number)
    if batch is None or batch.person_id != ask.me.id:
        raise Refusal(f"没有等您决定的名册 {number}。要导入，请把文件发给我。")
    beside = next((file for file in staging.waiting(ask.db, ask.me.id, ask.now) if batch in file), None)
    if beside is None:
        done = "已经导入过了" if batch.state == "done" else "已经过去了，没有导入"
        raise Refusal(f"这份名册{done}。要再来，请重新发一次文件。")
    if how == "看":
        return _again(ask, beside)
    if how not in ("", "离任") and not says_no(how, "不动"):
        raise Refusal(f"要导入，发「导入 {number}」；不要，发「导入 {number} 不动」。")
    for each in beside:
        if each != batch or says_no(how, "不动"):
            staging.drop(ask.db, each.id)
    if says_no(how, "不动"):
        return Reply("好的，什么也没有改。")
    try:
        merge.merge(ask.db, number, ask.now, ask.today, ask.me.own, end_missing=how == "离任")
    except merge.Outdated:
        raise Refusal("核对以后，名册里有人或单位变动了，所以没有导入。请把文件再发一次。") from None
    done = "名册已导入。发「谁还没加入」，给他们每人一张邀请卡，或一个办公室二维码；「导出 名册」是现在的样子。"
    asked = [
        each for each in appointments.waiting(ask.db, ask.now) if (each.asked_by, each.asked_at) == (ask.me.id, ask.now)
    ]
    counts = rights.looked_for(ask.db, asked, ask.now)
    if asked:
        who = "已请他们确认" if counts else "这里没有别人能确认，请信息技术老师在机器上运行：python -m bot confirm"
        done += f"\n其中 {len(asked)} 项要另一位管理员确认以后才有，{who}。"
    words = f"{ask.me.name}导入了名册，有 {{}} 项等您确认。"
    missing = Button("谁还没加入", "谁还没加入")
    return [Reply(done, (missing,)), *(Reply(words.format(count), (_PENDING,), to=id) for id, count in counts.items())]


def _again(ask: Ask, file: list[staging.Batch]) -> Reply:
    """What a file would change, in numbers, with the buttons that decide."""
    first, until = file[0], days.moment(file[0].made_at + staging.KEPT, ask.now.tzinfo)
    counts = staging.parts(ask.db, first.id)
    said = [(name, sum(counts.get(part, 0) for part in parts)) for name, parts in _PARTS]
    what = "、".join(f"{name} {count}" for name, count in said if count)
    buttons = [Button("导入", "导入", f"{first.id}")] if counts.keys() - {"end"} else []
    buttons += [Button("导入，并让他们离任", "导入", f"{first.id} 离任")] if "end" in counts else []
    buttons += [Button(_ALL, "导入", f"{each.id}") for each in file[1:]]
    sent = days.moment(first.made_at, ask.now.tzinfo)
    return Reply(
        f"名册（{sent}发的）还没有写入：{what}。{until}以前可以导入，过了要重新发。",
        (*buttons, Button("不导入", "导入", f"{first.id} 不动")),
    )

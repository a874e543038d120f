"""Photos, documents and places without a report: they belong to the last check-in, or to the one that is replied to."""

from dataclasses import replace

from handlers.asker import examples
from handlers.attendance import attachments, phrases
from handlers.kit import Ask, Refusal, Reply
from handlers.registry import reads
from storage.checkins import checkins, places
from storage.children import consents
from storage.messages import albums

_NO_CHECKIN = "{0}收到了，但不知道是哪次活动，没有保存。先报活动，再发{0}:\n{1}"
_NO_PHOTO = "这个不是照片，也不是 PDF、Word、Excel 文件，没有保存。"
_UNREAD = {
    "voice": "语音我听不了，没有记录。请打字发给我，或用键盘上的话筒把话变成文字。",
    "video": "视频我看不了，没有保存。请发文字和照片，像这样：\n{}",
    "link": "链接我打不开，没有记录。请把要报的内容打字发给我。",
    "other": "这种消息我还看不懂，没有记录。请打字发给我，照片可以直接发。",
}
_NO_PLACE = "位置收到了，但不知道是哪次活动，没有保存。先报活动，再发位置：\n{}"


@reads("photo")
def photo(ask: Ask) -> Reply | list[Reply]:
    """A photo or document without a report belongs to the sender's last check-in of these two days."""
    album = attachments.album(ask)
    if not attachments.photos(ask):
        unread = _UNREAD.get(ask.message.attachments[0].kind, _NO_PHOTO).format(examples.checkin(ask))
        one = checkins.by_id(ask.db, album.checkin_id) if album and album.checkin_id else None
        if album is None or one is None:
            raise Refusal(unread)
        # Of an album only the last answer is said.
        return phrases.with_more(_said(ask, one, attachments.add_to(ask, one)), unread)
    if album is not None and album.inbox_id != ask.inbox_id:
        return _another(ask, album)
    if attachments.undecided(ask):
        attachments.keep(ask, None)
        return Reply(f"{attachments.what(ask)}收到了，还没附上：先定是改成这次的，还是「另记一场」，定了就附上。")
    last = attachments.target(ask)
    if last is None:
        unknown = _NO_CHECKIN.format(attachments.what(ask), examples.checkin(ask))
        if album is None:
            raise Refusal(unknown)
        # The words of an album may come with its next photo.
        attachments.keep(ask, None, held=True)
        return Reply(unknown)
    full = attachments.full(ask, last)
    if full:
        raise Refusal(full)
    return _attached(ask, last, attachments.add_to(ask, last))


def _another(ask: Ask, album: albums.Album) -> list[Reply]:
    """A later photo of an album: the answer is said again with the new count, as long as it has not gone out."""
    one = checkins.by_id(ask.db, album.checkin_id) if album.checkin_id else None
    if one is None:
        attachments.keep(ask, None, held=True)
        return []
    full, count = attachments.full(ask, one), attachments.add_to(ask, one)
    said = _said(ask, one, count)
    # Of an album only the last answer is said: it tells what was not kept, even when the album was answered before.
    return [replace(phrases.with_more(said, full) if full else said, again=not full)]


def _said(ask: Ask, one: checkins.Checkin, count: int) -> Reply:
    """The answer to an album so far: its own check-in, or to which one its photos went."""
    message = ask.message
    reported = albums.reported(ask.db, message.channel, message.chat, message.album, one.id)
    return phrases.echo("已记录", one, ask.today, count) if reported else _attached(ask, one, count)


def _attached(ask: Ask, one: checkins.Checkin, count: int) -> Reply:
    files = f"{count} {attachments.measured(ask)}"
    return Reply(f"{files}已附到：{phrases.dated(one, ask.today)}{_without(ask, one.unit_id)}")


def _without(ask: Ask, unit_id: int) -> str:
    """Whose guardians do not want photos must not be on them; who that is, the counselor knows."""
    count = consents.without_photos(ask.db, unit_id)
    return f"\n这个中队有 {count} 位队员的家长不同意拍照。照片里有他们的话，请发「撤回」，换一张再报。" if count else ""


@reads("place")
def place(ask: Ask) -> Reply:
    """A place is kept with the check-in as it was given; anybody can send any place."""
    assert ask.message.place is not None
    last = attachments.target(ask)
    if last is None:
        raise Refusal(_NO_PLACE)
    places.note(ask.db, last.id, ask.inbox_id, ask.me.id, ask.message.place, ask.now)
    return Reply(f"位置已附到：{phrases.dated(last, ask.today)}\n按您发的位置记下，不作为到场的证明。")

"""Photos, documents and places without a report: they belong to the last check-in, or to the one that is replied to."""

from dataclasses import replace

from handlers import attached, texts
from handlers.kit import Ask, Refusal, Reply, reads
from storage import albums, checkins, places

_NO_CHECKIN = "照片收到了,但不知道是哪次活动,没有保存。先报活动,再发照片:\n三(2)中队 主题队日 38人"
_NO_PHOTO = "这个不是照片,也不是 PDF、Word、Excel 文件,没有保存。"
_NO_PLACE = "位置收到了,但不知道是哪次活动,没有保存。先报活动,再发位置:\n三(2)中队 主题队日 38人"


@reads("photo")
def photo(ask: Ask) -> Reply | list[Reply]:
    """A photo or document without a report belongs to the sender's last check-in of these two days."""
    if not attached.photos(ask):
        raise Refusal(_NO_PHOTO)
    album = attached.album(ask)
    if album is not None and album.inbox_id != ask.inbox_id:
        return _another(ask, album)
    last = attached.target(ask)
    if last is None:
        if album is None:
            raise Refusal(_NO_CHECKIN)
        # The words of an album may come with its next photo.
        attached.keep(ask, None, held=True)
        return Reply(_NO_CHECKIN)
    full = attached.full(ask, last)
    if full:
        raise Refusal(full)
    return _attached(ask, last, attached.add_to(ask, last))


def _another(ask: Ask, album: albums.Album) -> list[Reply]:
    """A later photo of an album: the answer is said again with the new count, as long as it has not gone out."""
    one = checkins.by_id(ask.db, album.checkin_id) if album.checkin_id else None
    if one is None:
        attached.keep(ask, None, held=True)
        return []
    count = attached.add_to(ask, one)
    message = ask.message
    reported = albums.reported(ask.db, message.channel, message.chat, message.album, one.id)
    said = texts.echo("已记录", one, ask.today, count) if reported else _attached(ask, one, count)
    return [replace(said, again=True)]


def _attached(ask: Ask, one: checkins.Checkin, count: int) -> Reply:
    return Reply(f"{attached.said(ask, count)}已附到:{texts.dated(one, ask.today)}")


@reads("place")
def place(ask: Ask) -> Reply:
    """A place is kept with the check-in as it was given; anybody can send any place."""
    assert ask.message.place is not None
    last = attached.target(ask)
    if last is None:
        raise Refusal(_NO_PLACE)
    places.note(ask.db, last.id, ask.inbox_id, ask.me.id, ask.message.place, ask.now)
    return Reply(f"位置已附到:{texts.dated(last, ask.today)}\n按您发的位置记下,不作为到场的证明。")

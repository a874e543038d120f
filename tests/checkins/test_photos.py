"""Photos and documents: fetched, checked by content, kept once, photos without where they were taken."""

import asyncio
import base64
import io
import random
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from bot.files.evidence import checked
from bot.files.fetcher import NO_DOCUMENT, NO_PHOTO, Fetcher
from bot.files.pictures import NotKept, as_jpeg
from handlers.attendance import attachments as attached
from storage.tables import file
from tests.support.stage import Bot, running

pytestmark = pytest.mark.both

ORIENTATION, GPS, MAKE = 0x0112, 0x8825, 0x010F


def photo(fmt: str = "JPEG", size: tuple[int, int] = (60, 40)) -> bytes:
    """A picture that says which camera took it, where, and that it lies on its side."""
    image = Image.new("RGB", size, (200, 30, 30))
    exif = Image.Exif()
    exif[MAKE] = "KAMERA-42"
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[2] = (30.0, 15.0, 0.0)
    content = io.BytesIO()
    image.save(content, fmt, exif=exif)
    return content.getvalue()


@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "WEBP"])
def test_a_photo_keeps_its_looks_and_loses_where_it_was_taken(fmt: str) -> None:
    before = photo(fmt)
    assert b"KAMERA-42" in before
    after, mime = checked("photo", before)
    with Image.open(io.BytesIO(after)) as image:
        assert image.size == (40, 60)
        assert not image.getexif()
    assert b"KAMERA-42" not in after
    assert mime == "image/jpeg"


@pytest.mark.parametrize(
    "content",
    [b"", b"not a picture", b"%PDF-1.7 ...", photo()[:200], b"GIF89a" + b"\0" * 40, b"\xff" * (10 << 20 | 1)],
    ids=["empty", "text", "pdf", "cut off", "broken gif", "too large"],
)
def test_what_is_no_photo_is_not_kept(content: bytes) -> None:
    with pytest.raises(NotKept):
        checked("photo", content)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_crafted_photos_are_refused_and_never_more() -> None:
    dice = random.Random(7)
    for fmt in ("JPEG", "PNG", "WEBP"):
        whole = photo(fmt)
        for _ in range(100):
            broken = bytearray(whole)
            for _ in range(dice.randint(1, 8)):
                broken[dice.randrange(len(broken))] = dice.randrange(256)
            try:
                assert as_jpeg(bytes(broken))[:2] == b"\xff\xd8"
            except NotKept:
                continue


def fetcher(bot: Bot, folder: Path) -> Fetcher:
    app = bot.app
    return Fetcher(
        app.channels, app.pipeline, app.engine.database.read, folder, (bot.clock.now, bot.clock.real), app.owner
    )


async def sends(bot: Bot, content: bytes) -> None:
    data = base64.b64encode(content).decode()
    await bot.hear(bot.body("张老师", "", file={"name": "a.jpg", "type": "image/jpeg", "data": data}))


def files(bot: Bot) -> list[tuple[str, str]]:
    with bot.read() as db:
        return [tuple(row) for row in db.execute(select(file.c.state, file.c.sha256).order_by(file.c.id))]


def test_a_photo_is_stored_once_by_its_hash_and_the_upload_goes(tmp_path: Path) -> None:
    async def play() -> None:
        async with running(tmp_path) as bot:
            await bot.say("张老师", "三(2)中队 主题队日 38人")
            for _ in range(2):
                await sends(bot, photo())
            await fetcher(bot, tmp_path / "kept").once()
            (first, second) = files(bot)
            assert first == second and first[0] == "stored"
            assert [path.name for path in (tmp_path / "kept").rglob("*") if path.is_file()] == [first[1]]
            assert not list(bot.channel.spool.iterdir())

    asyncio.run(play())


def test_a_photo_that_cannot_be_opened_is_said_and_the_check_in_stays(tmp_path: Path) -> None:
    async def play() -> None:
        async with running(tmp_path) as bot:
            await bot.say("张老师", "三(2)中队 主题队日 38人")
            await sends(bot, b"no picture at all")
            bot.new("张老师")
            await fetcher(bot, tmp_path / "kept").once()
            await bot.send()
            assert [bubble["text"] for bubble in bot.new("张老师")] == [NO_PHOTO]
            assert [state for state, _ in files(bot)] == ["lost"]
            assert "38 人" in (await bot.say("张老师", "三(2)中队 主题队日 38人"))[0]

    asyncio.run(play())


def test_a_photo_without_a_check_in_says_what_to_do(tmp_path: Path) -> None:
    async def play() -> None:
        async with running(tmp_path) as bot:
            await sends(bot, photo())
            (answer,) = [bubble["text"] for bubble in bot.new("张老师")]
            assert "先报活动，再发照片" in answer
            assert files(bot) == []

    asyncio.run(play())


# --- documents ---------------------------------------------------------------------------------------------


def office(part: str, *more: str) -> bytes:
    """A document or workbook, as far as the list of its parts tells."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as parts:
        for name in ("[Content_Types].xml", part, *more):
            parts.writestr(name, "<x/>")
    return content.getvalue()


def pdf(width: int) -> bytes:
    out = io.BytesIO()
    Image.new("L", (width, 9)).save(out, "PDF")
    return out.getvalue()


PDF = pdf(9)


@pytest.mark.parametrize(
    ("content", "mime"),
    [(PDF, "application/pdf"), (office("word/document.xml"), "wordprocessingml"), (office("xl/workbook.xml"), "sheet")],
    ids=["pdf", "docx", "xlsx"],
)
def test_a_document_is_known_by_its_content(content: bytes, mime: str) -> None:
    assert mime in checked("document", content)[1]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"plain text",
        b"%PDF-1.7 cut off",
        office("ppt/presentation.xml"),
        office("xl/workbook.xml", "xl/vbaProject.bin"),
        b"PK\3\4 broken",
        b"MZ\x90\0",
        office("xl/workbook.xml", *(f"x/{n}" for n in range(2001))),
    ],
    ids=["empty", "text", "half a pdf", "slides", "macros", "broken zip", "program", "too many parts"],
)
def test_other_documents_are_not_kept(content: bytes) -> None:
    with pytest.raises(NotKept):
        checked("document", content)


def test_a_photo_sent_as_a_file_loses_where_it_was_taken_as_well() -> None:
    kept, mime = checked("document", photo())
    assert mime == "image/jpeg" and b"KAMERA-42" not in kept


async def sends_file(bot: Bot, content: bytes, name: str = "方案.pdf") -> list[str]:
    data = base64.b64encode(content).decode()
    await bot.hear(bot.body("张老师", "", file={"name": name, "type": "application/octet-stream", "data": data}))
    return [bubble["text"] for bubble in bot.new("张老师") if bubble["from"] == "bot"]


def test_a_document_is_attached_and_one_that_is_none_is_said(tmp_path: Path) -> None:
    async def play() -> None:
        async with running(tmp_path) as bot:
            await bot.say("张老师", "三(2)中队 主题队日 38人")
            assert (await sends_file(bot, PDF))[0].startswith("1 个附件已附到：三(2)中队")
            await sends_file(bot, b"MZ a program")
            await fetcher(bot, tmp_path / "kept").once()
            await bot.send()
            assert NO_DOCUMENT in [bubble["text"] for bubble in bot.new("张老师")]
            assert sorted(state for state, _ in files(bot)) == ["lost", "stored"]

    asyncio.run(play())


@pytest.mark.parametrize(("limit", "words"), [("MOST_FILES", "最多 2 个"), ("MOST_BYTES", "存满了")])
def test_what_is_too_much_is_said_and_the_check_in_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, words: str
) -> None:
    async def play() -> None:
        async with running(tmp_path) as bot:
            monkeypatch.setattr(attached, limit, 2 if limit == "MOST_FILES" else 100)
            await bot.say("张老师", "三(2)中队 主题队日 38人")
            for number in range(2):
                assert "已附到" in (await sends_file(bot, pdf(1 + number)))[0]
            await fetcher(bot, tmp_path / "kept").once()
            (said,) = await sends_file(bot, PDF)
            assert words in said and "签到不受影响" in said
            # With the words of the report once more as well.
            data = {"name": "a.pdf", "type": "application/pdf", "data": base64.b64encode(PDF).decode()}
            await bot.hear(bot.body("张老师", "三(2)中队 主题队日 38人", file=data))
            [again] = [bubble["text"] for bubble in bot.new("张老师")]
            assert again.startswith("已经记过") and words in again
            assert len(files(bot)) == 2

    asyncio.run(play())


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("三(2)中队 主题队日 37人", "另记一场"),
        ("三(2)中队 主题队日 37人", "改成实到37"),
        ("三(2)中队 升旗仪式", "36人"),
    ],
)
def test_what_came_while_a_question_was_open_is_limited_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str, answer: str
) -> None:
    monkeypatch.setattr(attached, "MOST_FILES", 3)

    async def play() -> None:
        async with running(tmp_path) as bot:
            await bot.say("张老师", "三(2)中队 主题队日 38人")
            given = {"name": "a.jpg", "type": "image/jpeg", "data": base64.b64encode(photo()).decode()}
            for text in (asked, "", "", "", ""):
                await bot.hear({**bot.body("张老师", text, file=given), "album": "A" if "升旗" in asked else None})
            said = await bot.say("张老师", answer)
            # The answer to an album waits for the rest of it.
            await bot.move(bot.clock.now() + timedelta(seconds=20))
            said = "\n".join([*said, *(bubble["text"] for bubble in bot.new("张老师"))])
            assert "照片 3 张" in said and "多的 2 个没有保存" in said
            assert len(files(bot)) == 3

    asyncio.run(play())


def test_an_album_says_what_it_recorded_whatever_else_is_in_it(tmp_path: Path) -> None:
    report = "三(2)中队 升旗仪式 40人"

    async def sent(bot: Bot, album: str, *parts: tuple[str, str, bytes]) -> list[str]:
        for text, name, content in parts:
            kind = {"jpg": "image/jpeg", "csv": "text/csv"}[name.rpartition(".")[2]]
            given = {"name": name, "type": kind, "data": base64.b64encode(content).decode()}
            await bot.hear({**bot.body("张老师", text, file=given), "album": album})
        await bot.move(bot.clock.now() + timedelta(seconds=20))
        return [bubble["text"] for bubble in bot.new("张老师") if bubble["from"] == "bot"]

    async def scene() -> None:
        async with running(tmp_path) as bot:
            [said] = await sent(bot, "1", (report, "a.jpg", photo()), ("", "b.csv", b"x"))
            assert said.startswith("已记录：三(2)中队 升旗仪式 40 人") and "照片 1 张" in said and "没有保存" in said
            [said] = await sent(bot, "2", ("三(2)中队 队课 39人", "b.csv", b"x"), ("", "a.jpg", photo()))
            assert said.startswith("已记录：三(2)中队 队课 39 人") and "照片 1 张" in said
            video = {"name": "v.mp4", "type": "video/mp4", "data": base64.b64encode(b"x").decode()}
            await bot.hear(bot.body("张老师", "三(2)中队 祭扫 38人", file=video))
            recorded, left_out = [bubble["text"] for bubble in bot.new("张老师") if bubble["from"] == "bot"]
            assert recorded.startswith("已记录：") and left_out.startswith("一起发的文件没有保存")

    asyncio.run(scene())

"""The real bot on Telegram's protocol: faults, repeats and kill -9 lose nothing and do nothing twice."""

import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from bot.engine import Engine
from bot.settings import load
from bot.startup import open_engine
from storage.organisation import units
from storage.organisation.units import Kind
from storage.people import invites, people
from storage.people.people import Role
from storage.tables import account, checkin, file, inbox, lease, outbox
from tests.support.databases import POSTGRESQL, end_leases, new_url
from tests.support.platforms.fake_telegram import TOKEN, FakeTelegram, message
from tests.support.process import TO_STOP, Serving
from tests.support.waiting import until

pytestmark = pytest.mark.both

CHECKIN = "三(2)中队 主题队日 38人 清明祭英烈"
ZHANG, LI, WU, ZHAO, SUN = 11, 12, 13, 14, 15
PHOTO = (Path(__file__).parents[2] / "support" / "photo.jpg").read_bytes()


class Bot:
    """A folder with a school in it, and the bot that serves it."""

    def __init__(self, folder: Path, telegram: FakeTelegram) -> None:
        self.folder = folder
        self.without_rows: set[int] = set()
        self.telegram = telegram
        self.url = new_url(folder)
        self.engine: Engine = open_engine(load(data_dir=folder, telegram_token=TOKEN), self.url)
        now = self.engine.now()
        with self.engine.database.write.begin() as db:
            school = units.add(db, Kind.SCHOOL, "实验小学", units.add(db, Kind.COUNTY, "青禾区少工委"))
            self.squad = units.add(db, Kind.SQUAD, "三(2)中队", school, grade=3, class_no=2, members=42)
            for user in (ZHANG, LI, WU, ZHAO, SUN):
                person_id = people.add(db, f"老师{user}", now)
                people.link(db, person_id, "telegram", str(user))
                people.give(db, person_id, Role.COUNSELOR, self.squad, now)

    @property
    def environment(self) -> dict[str, str]:
        """What the process is told of its token, its platform and its database."""
        return {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": self.telegram.url, "DATABASE_URL": self.url}

    def codes(self, count: int) -> list[str]:
        with self.engine.database.write.begin() as db:
            now = self.engine.now()
            return [invites.make(db, self.engine.vault, self.squad.id, Role.COUNSELOR, None, now) for _ in range(count)]

    def start(self, fresh: bool = False) -> None:
        self.serving = Serving(self.folder, fresh=fresh, **self.environment)

    def kill(self, moment: Callable[[], object]) -> None:
        until(moment)
        self.serving.stop(signal.SIGKILL)
        end_leases(self.engine.database)

    def count(self, query: object) -> int:
        with self.engine.database.read.connect() as db:
            return int(db.scalar(query) or 0)  # type: ignore[call-overload]

    def arrived(self, update_id: int) -> list[str]:
        with self.engine.database.read.connect() as db:
            query = select(inbox.c.state).where(inbox.c.message_id == f"123456:{update_id}")
            return list(db.scalars(query))

    def letters(self, user: int) -> list[str]:
        with self.engine.database.read.connect() as db:
            query = select(outbox.c.state).where(outbox.c.chat == str(user)).order_by(outbox.c.id)
            return list(db.scalars(query))

    def reachable(self, user: int) -> bool:
        return bool(self.count(select(account.c.reachable).where(account.c.address == str(user))))

    def hold_by_another(self, seconds: float) -> None:
        """Another process polls for so long."""
        self.free_at = time.time() + seconds
        with self.engine.database.write.begin() as db:
            then = datetime.fromtimestamp(self.free_at, UTC)
            db.execute(insert(lease).values(name="telegram poller 123456", owner="another", until=then))


@pytest.fixture(scope="module")
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        fake.files["photo-1"] = PHOTO
        yield fake


@pytest.fixture(scope="module")
def bot(telegram: FakeTelegram, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    made = Bot(tmp_path_factory.mktemp("bot"), telegram)
    made.hold_by_another(seconds=4 if POSTGRESQL else 60)
    telegram.is_stored = lambda number: made.arrived(number) != [] or number in made.without_rows
    made.start(fresh=True)
    try:
        until(lambda: telegram.first_poll)
        yield made
        status, seconds = made.serving.stop()
        assert (status, made.count(select(func.count()).where(lease.c.until > datetime.now(UTC)))) == (
            0,
            0,
        ) and seconds < TO_STOP
        assert telegram.confirmed_too_early == []
        assert "made-up" not in made.serving.log.read_text()
    finally:
        made.serving.__exit__()
        made.engine.database.close()


def test_polling_takes_over_from_a_dead_process_and_deletes_the_webhook_first(bot: Bot, telegram: FakeTelegram) -> None:
    # With SQLite there is one process only: whoever held the lease is dead. Else it is waited for.
    assert (telegram.first_poll < bot.free_at) is not POSTGRESQL
    first, second = [call for call in telegram.calls if call[0] in ("deleteWebhook", "getUpdates")][:2]
    assert first == ("deleteWebhook", {"drop_pending_updates": False})
    assert second[0] == "getUpdates" and "offset" not in second[1]


def test_a_newcomer_joins_by_link_asks_for_help_and_presses(bot: Bot, telegram: FakeTelegram) -> None:
    (code,) = bot.codes(1)
    telegram.say(21, f"/start {code}")
    telegram.say(21, "/start")
    until(lambda: len(telegram.texts(21)) == 2)
    assert telegram.texts(21)[0].startswith("欢迎！您现在是实验小学三(2)中队的中队辅导员。")
    telegram.press(21, "签到怎么发")
    until(lambda: len(telegram.texts(21)) == 3)
    assert telegram.texts(21)[2].startswith("签到：报一次活动")
    until(lambda: any(method == "answerCallbackQuery" for method, _ in telegram.calls))


def test_a_photo_with_words_is_one_checkin_with_its_photo(bot: Bot, telegram: FakeTelegram) -> None:
    sizes = [{"file_id": name, "file_unique_id": name, "width": 9, "height": 9} for name in ("small", "photo-1")]
    photo = telegram.say(ZHANG, photo=sizes, caption=CHECKIN)
    # The same update twice in one answer, as after an answer that was lost.
    telegram.updates.append(telegram.updates[-1])
    until(lambda: telegram.texts(ZHANG))
    until(lambda: bot.count(select(file.c.state == "stored").where(file.c.ref == "photo-1")))
    telegram.say(ZHANG, "帮助")
    until(lambda: len(telegram.texts(ZHANG)) == 2)
    assert telegram.texts(ZHANG)[0].startswith("已记录：三(2)中队 主题队日")
    assert bot.arrived(photo) == ["done"]
    assert bot.count(select(func.count()).select_from(checkin)) == 1


def test_what_cannot_be_read_is_kept_and_holds_nobody_up(bot: Bot, telegram: FakeTelegram) -> None:
    first = telegram.put(message="no message at all")
    half = telegram.put(message={**message(LI, "帮助"), "text": {"a": "\ud83d"}})
    telegram.say(LI, "帮助\ud83d")
    until(lambda: telegram.texts(LI))
    assert bot.arrived(first) == bot.arrived(half) == ["unreadable"]
    assert telegram.texts(LI)[0].startswith("您可以这样用我")


def test_an_edit_corrects_what_its_message_recorded(bot: Bot, telegram: FakeTelegram) -> None:
    telegram.say(WU, "三(2)中队 主题队会 32人", message_id=70)
    telegram.put(edited_message=message(WU, "三(2)中队 主题队会 33人", message_id=70))
    until(lambda: len(telegram.texts(WU)) == 2)
    assert telegram.texts(WU)[1].startswith("已按您改的消息更正：三(2)中队 主题队会 33 人")
    assert bot.count(select(func.count()).select_from(checkin).where(checkin.c.attended == 33)) == 1


def test_who_blocks_us_is_not_reachable_until_they_write(bot: Bot, telegram: FakeTelegram) -> None:
    for status, reachable in (("kicked", False), ("member", True)):
        bot.without_rows.add(telegram.next_id)
        telegram.put(my_chat_member=_membership(ZHAO, status))
        until(lambda expected=reachable: bot.reachable(ZHAO) == expected)
    telegram.faults[f"sendMessage {ZHAO}"].append("403")
    telegram.say(ZHAO, "帮助")
    until(lambda: not bot.reachable(ZHAO))
    assert bot.letters(ZHAO) == ["dead"]
    telegram.say(ZHAO, "帮助")
    until(lambda: telegram.texts(ZHAO))
    assert bot.reachable(ZHAO)


def _membership(user: int, status: str) -> dict[str, object]:
    him = {"id": 123456, "is_bot": True, "first_name": "bot"}
    old, new = ({"user": him, "status": each, "until_date": 0} for each in ("member", status))
    at = message(user)
    return {"chat": at["chat"], "from": at["from"], "date": 0, "old_chat_member": old, "new_chat_member": new}


FAULTS = ("401", "404", "409", "webhook", "429", "500", "html", "lost")


def test_no_fault_of_the_platform_loses_a_message_or_an_answer(bot: Bot, telegram: FakeTelegram) -> None:
    for user, fault in ((201, "lost"), (202, "429"), (203, "401"), (204, "400")):
        telegram.faults[f"sendMessage {user}"].append(fault)
        telegram.say(user, "/start")
    ids = []
    for user, fault in enumerate(FAULTS, 101):
        telegram.faults["getUpdates"].append(fault)
        # The first ends the poll that is under way, the second is there when the fault has passed.
        for turn in (1, 2):
            ids.append(telegram.say(user, "/start"))
            until(lambda said=turn, user=user: len(telegram.texts(user)) == said)
    assert [bot.arrived(each) for each in ids] == [["done"]] * len(ids)
    assert sum(method == "deleteWebhook" for method, _ in telegram.calls) == 2
    log = bot.serving.log.read_text()
    for word in ("令牌不对", "别的程序也在取", "Too Many Requests", "又取得到"):
        assert word in log
    until(lambda: [bot.letters(user) for user in (202, 203, 204)] == [["sent"], ["sent"], ["dead"]])
    # Whether the lost answer was one is not known: it is said once more, and not again.
    until(lambda: bot.letters(201)[0] in ("sent", "uncertain"))
    assert [len(telegram.texts(user)) for user in (201, 202, 203, 204, *range(101, 109))] == [2, 1, 1, 0, *[2] * 8]


def test_kill_9_loses_nothing_and_handles_nothing_twice(bot: Bot, telegram: FakeTelegram) -> None:
    users = range(301, 313)
    arrived, accounts = bot.count(select(func.count(inbox.c.id))), bot.count(select(func.count(account.c.id)))
    telegram.silent = True
    for user, code in zip(users, bot.codes(len(users)), strict=True):
        telegram.say(user, f"/start {code}")
        telegram.say(user, "/help")
    telegram.silent = False
    # Once when messages are committed and their offset is hardly noted, once when answers are on their way.
    bot.kill(lambda: bot.count(select(func.count(inbox.c.id))) > arrived)
    bot.start()
    bot.kill(lambda: sum(len(telegram.texts(user)) for user in users) > 4)
    killed = time.monotonic()
    bot.start()
    until(lambda: all(len(set(telegram.texts(user))) == 2 for user in users))
    until(lambda: set(state for user in users for state in bot.letters(user)) <= {"sent", "uncertain"})
    assert bot.count(select(func.count(inbox.c.id))) == arrived + 2 * len(users)
    assert bot.count(select(func.count(account.c.id))) == accounts + len(users)
    said = [sent for user in users for sent in telegram.sent_to(user)]
    # A join handled twice would say that the code is used up; only what was on its way may be said again.
    assert {sent["text"][:3] for sent in said} == {"欢迎！", "您可以"}
    # (What the dead process had sent may arrive a moment later; the next one needs longer to start.)
    assert len(said) - 2 * len(users) <= sum(sent["at"] < killed + 0.3 for sent in said)

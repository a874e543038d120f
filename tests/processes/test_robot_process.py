"""The real process with the robot: started, spoken to, watched and stopped; its log holds neither secret nor words."""

from pathlib import Path

import httpx
import pytest

from tests.bench.load import FIRST_USER
from tests.bench.servers import fill
from tests.faults.robot import environment
from tests.support.databases import new_database, rows_of
from tests.support.platforms.fake_robot import FakeRobot
from tests.support.platforms.fake_robot_rules import SECRET
from tests.support.platforms.robot_stage import words
from tests.support.process import TO_STOP, Serving
from tests.support.waiting import PATIENCE, until

pytestmark = pytest.mark.both


def test_a_teacher_reports_and_the_operator_stops_it(tmp_path: Path) -> None:
    fill(tmp_path, "wecom_robot")
    user = str(FIRST_USER)
    with FakeRobot() as fake, Serving(tmp_path, fresh=True, **environment(fake)) as bot:
        until(lambda: fake.live)
        fake.say(user, "主题队日 应到42实到40 清明祭英烈")
        until(lambda: fake.said_to(user))
        assert words(fake.said_to(user)[0]).startswith("已记录：一(1)中队 主题队日 40 人")
        health = httpx.get(f"{bot.url}/health", trust_env=False, timeout=PATIENCE).json()
        assert health["status"] == "ok" and health["wecom_robot"]["state"] == "live"
        metrics = httpx.get(f"{bot.url}/metrics", trust_env=False, timeout=PATIENCE).text
        assert 'bot_intake_failures{channel="wecom_robot"} 0.0' in metrics
        # What comes while it stops is stored, or its platform was never told that it arrived.
        for number in range(20):
            fake.say(user, f"队课 {30 + number}人", msgid=f"late{number}")
        status, seconds = bot.stop()
        assert status == 0 and seconds < TO_STOP
        log = bot.log.read_text(encoding="utf-8")
        assert SECRET not in log and "清明祭英烈" not in log and "Traceback" not in log
        database = new_database(tmp_path)
        stored = {msgid for (msgid,) in rows_of(database, "SELECT message_id FROM inbox")}
        database.close()
        assert {f"late{number}" for number in range(20)} - fake.unanswered.keys() <= stored

"""The words on a button do what the button does when they are typed: talks played without a single press."""

from pathlib import Path

import pytest

from tests.support.talk import TALKS, Talk, play

pytestmark = pytest.mark.both

# Talks with presses of every kind: commands, numbers, answers, help, what begins like another command.
TYPED = ("help", "identity", "leak", "nominations")
OWN = """
@ 2026-04-03 15:00
张老师: 三(2)中队 队课
→ 张老师: 请问到了多少人？…
  [全到 44]
张老师: 「全到 44」。
→ 张老师: 已记录：三(2)中队 队课 44 人…
张老师: 我的
→ 张老师: 本周您报了 1 次…
  [更正最近一次] [撤回最近一次]
张老师: 更正最近一次
→ 张老师: 要改哪里？…
张老师: 实到41
→ 张老师: 已更正：三(2)中队 队课 41 人…
# What was a button of a question that is over is a word again.
张老师: 三(2)中队 38人
→ 张老师: 请问是什么活动？…
张老师: 志愿服务
→ 张老师: 已记录：三(2)中队 志愿服务 38 人…
张老师: 志愿服务
→ 张老师: 请问到了多少人？…
# A word that stands by itself is a command, whatever the buttons say.
李老师: 未签到
→ 李老师: 本周还有…
李老师: 周报
→ 李老师: 实验小学(演示)第14周…
"""


class Typed(Talk):
    async def _press(self, where: str, person: str, label: str) -> None:
        assert label in self.shown.get(person, {}), f"{where}: {person} has no button {label}"
        await self._write(person, label)


def test_words_on_buttons_and_words_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.support.talk.Talk", Typed)
    play(OWN, "own", tmp_path)


@pytest.mark.parametrize("path", [path for path in TALKS if path.stem in TYPED], ids=lambda path: path.stem)
def test_a_label_is_a_word(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = path.read_text(encoding="utf-8")
    assert ": [" in text
    monkeypatch.setattr("tests.support.talk.Talk", Typed)
    play(text, path.name, tmp_path)

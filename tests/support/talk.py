"""A conversation as text, played through the whole bot: the grammar of talks/README.md."""

import asyncio
import base64
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from storage.base.vault import Vault
from tests.support.stage import START, ZONE, Bot, running

PHOTO = Path(__file__).parent / "photo.jpg"
TALKS = sorted((Path(__file__).parents[1] / "talks").rglob("*.txt"))


class Talk:
    """A transcript being played; `name` is the file that it is from."""

    def __init__(self, bot: Bot, text: str, name: str) -> None:
        self.bot = bot
        self.text = text
        self.name = name
        self.waiting: dict[str, list[dict]] = {}
        self.shown: dict[str, dict[str, str]] = {}
        self.words: dict[str, str] = {}
        self.strict = True

    async def play(self) -> None:
        for number, line in _entries(self.text):
            where = f"{self.name}:{number}"
            if line.startswith("@"):
                self._all_heard(where)
                await self._at(line.removeprefix("@").strip())
            elif line.startswith("→"):
                person, _, text = line.removeprefix("→").strip().partition(": ")
                self._expect(where, person, text)
            else:
                self._all_heard(where)
                person, _, text = line.partition(": ")
                await self._say(where, person, text)
        self._all_heard(self.name)

    async def _at(self, when: str) -> None:
        await self.bot.move(datetime.strptime(when, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE))
        self.strict = False
        self._collect()

    async def _say(self, where: str, person: str, text: str) -> None:
        self.strict = True
        for name, value in self.words.items():
            text = text.replace("{" + name + "}", value)
        press = re.fullmatch(r"\[(.+)\]", text)
        photo = re.fullmatch(r"<照片>\s*(.*)", text)
        if press:
            await self._press(where, person, press[1])
        elif photo:
            await self._show(person, photo[1])
        else:
            await self._write(person, text)
        self._collect()

    async def _press(self, where: str, person: str, label: str) -> None:
        buttons = self.shown.get(person, {})
        assert label in buttons, f"{where}: {person} has no button {label}: {list(buttons)}"
        await self.bot.hear(self.bot.body(person, button=buttons[label]))

    async def _show(self, person: str, text: str) -> None:
        data = base64.b64encode(PHOTO.read_bytes()).decode()
        file = {"name": "照片.jpg", "type": "image/jpeg", "data": data}
        await self.bot.hear(self.bot.body(person, text, file=file))

    async def _write(self, person: str, text: str) -> None:
        await self.bot.hear(self.bot.body(person, text))

    def _collect(self) -> None:
        for person, bubble in self.bot.all_new():
            if bubble["from"] == "bot":
                self.waiting.setdefault(person, []).append(bubble)

    def _expect(self, where: str, person: str, text: str) -> None:
        text, buttons = _buttons(text)
        file = re.fullmatch(r"<文件>\s*(.*)", text, re.DOTALL)
        text = file[1] or "…" if file else text
        waiting = self.waiting.get(person, [])
        bubble = next((each for each in waiting if self._matches(text, each["text"])), None)
        said = "\n---\n".join(each["text"] for each in waiting) or "(nothing)"
        assert bubble is not None, f"{where}: expected to {person}:\n{text}\nbut there was:\n{said}"
        waiting.remove(bubble)
        labels = [button["label"] for button in bubble["buttons"]]
        assert not buttons or labels == buttons, f"{where}: buttons {labels}"
        assert not file or bubble["file"], f"{where}: no file"
        self.shown.setdefault(person, {}).update({each["label"]: each["id"] for each in bubble["buttons"]})

    def _matches(self, expected: str, text: str) -> bool:
        pattern = re.escape(expected).replace("…", ".*?")
        first, *more = re.split(r"\\\{(\w+)\\\}", pattern)
        pattern, seen = first, set()
        for name, after in zip(more[::2], more[1::2], strict=True):
            # The same word again in the same message must be the same.
            pattern += (f"(?P={name})" if name in seen else f"(?P<{name}>\\S+)") + after
            seen.add(name)
        found = re.fullmatch(pattern, text, re.DOTALL)
        self.words.update(found.groupdict() if found else {})
        return found is not None

    def _all_heard(self, where: str) -> None:
        left = [(person, each["text"]) for person, waiting in self.waiting.items() for each in waiting]
        assert not (left and self.strict), f"{where}: said before this, but not in the talk: {left}"
        self.waiting.clear()


def _entries(text: str) -> list[tuple[int, str]]:
    """(line number, entry); an indented line belongs to the entry before it."""
    entries: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("  ") and entries:
            entries[-1] = (entries[-1][0], f"{entries[-1][1]}\n{line.strip()}")
        elif line.strip() and not line.startswith("#"):
            entries.append((number, line.strip()))
    return entries


def _buttons(text: str) -> tuple[str, list[str]]:
    head, _, last = text.rpartition("\n")
    if re.fullmatch(r"(\[[^\]]+\]\s*)+", last):
        return head, re.findall(r"\[([^\]]+)\]", last)
    return text, []


def play(text: str, name: str, folder: Path, look: Callable[[Connection, Vault], None] | None = None) -> None:
    """Play a whole talk on a bot of its own, which begins at the talk's first `@`; `look` at what it has left."""

    async def played() -> None:
        first = re.search(r"^@ (\S+ \S+)$", text, re.MULTILINE)
        start = datetime.strptime(first[1], "%Y-%m-%d %H:%M").replace(tzinfo=ZONE) if first else START
        async with running(folder, start) as bot:
            await Talk(bot, text, name).play()
            if look is not None:
                with bot.read() as db:
                    look(db, bot.app.engine.vault)

    asyncio.run(played())

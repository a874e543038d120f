"""Mutated messages by the hundred thousand: none may raise or take long. `python -m tests.fuzz`, or `make faults`.

Each is made from the sample messages: cut, doubled, shuffled, mixed with another one, strewn with odd characters.
"""

import argparse
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from handlers.reading import Context, Reading, compile_all, read
from handlers.reading.messages.jsonl import as_json

CASES = Path(__file__).parent / "cases"
DAY = date(2026, 4, 3)
CONTEXTS = (
    Context(DAY),
    Context(
        DAY,
        aliases={"雷锋中队": "4-3", "雏鹰": "4-4"},
        bound_unit="3-2",
        roster_size={"3-2": 42},
        stations=("濠景园",),
        communities=("瑞景",),
        teams=("红领巾巡讲团",),
        feature_medals=("阅读章",),
    ),
)
ODD = (
    "()（）[]【】<>《》「」“”:：,，、。;；!?？/\\|-—~+=*#@&%^_ \t\n\r\u3000\u2005\u200b\ufeff\u20e3\ufe0f"
    "\ue000\ue001\ud800"
    "０１２３⑵㈢Ⅲ一二三十百千万两廿0123456789aZ🎉🇨🇳👨\u200d👩\u200d👧中队班人名到应实请假缺期日月周"
)
STATUSES = {"ok", "confirm", "clarify", "partial", "reject", "ignore"}
# Seconds a character. A squad at every sixth one takes 60e-6, at any length; a pattern that goes wild takes far more.
SLOW = 200e-6
CERTAIN = 3


def samples() -> list[str]:
    """The texts of all cases."""
    lines = [json.loads(line) for path in CASES.glob("*.jsonl") for line in path.read_text("utf-8").splitlines()]
    fresh = re.findall(r"(?:^> .*\n)+", (CASES / "fresh.txt").read_text("utf-8"), re.MULTILINE)
    return [line["text"] for line in lines] + [re.sub(r"^> ?", "", each, flags=re.MULTILINE)[:-1] for each in fresh]


def mutated(chance: random.Random, texts: list[str]) -> str:
    """One to five changes of one of the texts."""
    text = chance.choice(texts)
    for _ in range(chance.randint(1, 5)):
        text = chance.choice(_CHANGES)(chance, text, texts)
    return text[:4000]


def _span(chance: random.Random, text: str) -> tuple[int, int]:
    start = chance.randrange(len(text) + 1)
    return start, min(len(text), start + chance.randint(1, 8))


def _cut(chance: random.Random, text: str, texts: list[str]) -> str:
    start, end = _span(chance, text)
    return text[:start] + text[end:]


def _double(chance: random.Random, text: str, texts: list[str]) -> str:
    start, end = _span(chance, text)
    return text[:start] + text[start:end] * chance.choice((2, 3, 40)) + text[end:]


def _strew(chance: random.Random, text: str, texts: list[str]) -> str:
    start, _ = _span(chance, text)
    return text[:start] + "".join(chance.choices(ODD, k=chance.randint(1, 4))) + text[start:]


def _shuffle(chance: random.Random, text: str, texts: list[str]) -> str:
    parts = re.split(r"(?<=[ ,，\n])", text)
    chance.shuffle(parts)
    return "".join(parts)


def _mix(chance: random.Random, text: str, texts: list[str]) -> str:
    other = chance.choice(texts)
    start, end = _span(chance, text)
    first, last = _span(chance, other)
    return text[:start] + other[first:last] + text[end:] if chance.random() < 0.7 else f"{text}\n{other}"


def _widen(chance: random.Random, text: str, texts: list[str]) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" and chance.random() < 0.5 else char for char in text)


_CHANGES: tuple[Callable[[random.Random, str, list[str]], str], ...] = (
    _cut, _cut, _double, _strew, _strew, _shuffle, _mix, _widen,
)  # fmt: skip


def faults(text: str, reading: Reading) -> Iterator[str]:
    """What may not be, whatever was said."""
    if reading.status not in STATUSES:
        yield f"status {reading.status}"
    if reading.intent == "checkin" and reading.status in ("ok", "confirm"):
        for record in reading.records:
            if None in (record.unit, record.activity, record.date) or (record.attended is None and not record.wishes):
                yield f"{reading.status} without {record}"
    for record in reading.records:
        if record.topic is not None and (
            len(record.topic) > 60 or any(word in record.topic for word in reading.private)
        ):
            yield f"topic {record.topic!r}"
        if (
            record.attended is not None
            and record.due is not None
            and not record.issues
            and record.attended > record.due
        ):
            yield f"{record.attended} of {record.due}"
    as_json("x", reading)


def check(text: str, context: Context) -> tuple[str, list[str]]:
    """(what the text was read as, what is wrong with that)."""
    try:
        began = time.process_time()
        reading = read(text, context)
        took = time.process_time() - began
        found = list(faults(text, reading))
    except Exception as error:
        return "raised", [f"{type(error).__name__}: {error}"]
    if took > SLOW * (len(text) + 100) and _is_slow(text, context):
        found.append(f"{took * 1000:.0f} ms for {len(text)} characters")
    return reading.intent, found


def _is_slow(text: str, context: Context) -> bool:
    """Slow every time, so that it is the text and not the machine."""
    times = []
    for _ in range(CERTAIN):
        began = time.process_time()
        read(text, context)
        times.append(time.process_time() - began)
    return min(times) > SLOW * (len(text) + 100)


def run(count: int, seed: int) -> tuple[list[tuple[str, str]], Counter[str]]:
    """(text and what is wrong with it, how many were read as what) of so many mutated messages."""
    compile_all()
    chance, texts = random.Random(seed), samples()
    wrong: list[tuple[str, str]] = []
    seen: Counter[str] = Counter()
    for number in range(count):
        text = mutated(chance, texts)
        context = CONTEXTS[number % len(CONTEXTS)]
        intent, found = check(text, context)
        wrong += [(text, fault) for fault in found]
        seen[intent] += 1
    return wrong, seen


def main() -> int:
    """Run it and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    arguments = parser.parse_args()
    began = time.monotonic()
    wrong, seen = run(arguments.count, arguments.seed)
    print(f"seed {arguments.seed}: {arguments.count} messages in {time.monotonic() - began:.0f} s, {dict(seen)}")
    for text, fault in wrong[:20]:
        print(f"{fault}\n  {text!r}")
    print(f"{len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

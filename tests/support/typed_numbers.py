"""How people type the number of a case: any dash, space, width and case of the letter."""

from datetime import date

from hypothesis import strategies as st

DASHES = ["-", "‐", "‑", "‒", "–", "—", "―", "−", "－", "﹣", "⁃", "─", "➖", "~", "～", "_", "——", ".", "/", ""]
_SPACES = ["", " ", "\u3000", "\u00a0", "  ", "\u200b"]


def wide(text: str) -> str:
    """The same in full width: N2 → Ｎ２."""
    return "".join(chr(ord(char) + 0xFEE0) if char.isalnum() and char.isascii() else char for char in text)


@st.composite
def typed(draw: st.DrawFn, number: str = "") -> tuple[str, str]:
    """(the number as it is, as it was typed)."""
    letters, days = st.sampled_from("NGXD"), st.dates(date(2020, 1, 1), date(2039, 12, 31))
    made = st.builds(lambda letter, day, n: f"{letter}{day:%Y%m%d}-{n:02}", letters, days, st.integers(1, 1099))
    number = number or draw(made)
    day, _, count = number[1:].partition("-")
    spaces = st.sampled_from(_SPACES)
    count = draw(st.sampled_from([count, str(int(count))]))
    letter = draw(st.sampled_from([number[0], number[0].lower()]))
    middle = draw(spaces) + draw(st.sampled_from(DASHES)) + draw(spaces)
    text = f"{letter}{draw(spaces)}{day}{middle}{count}"
    text = draw(st.sampled_from([text, wide(text), letter + wide(text[1:])]))
    before = draw(st.sampled_from(["", "编号", "编号：", "编号为", "#", "「", "(", " "]))
    return number, before + text + {"「": "」", "(": ")"}.get(before, "")

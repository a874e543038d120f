"""Who is put forward for an honour of the catalogue, in whatever words, and what puts nobody forward."""

import pytest

from handlers.catalogue import catalogue
from handlers.catalogue.telling import honours

ROWS = catalogue.load().rows


@pytest.mark.parametrize(
    ("said", "opened"),
    [
        ("提名 王建国 优秀辅导员 带队二十年", ["优秀辅导员 王建国 带队二十年"]),
        ("推荐李芳老师、王强老师为优秀少先队辅导员", ["优秀少先队辅导员 李芳", "优秀少先队辅导员 王强"]),
        ("十佳老教师推荐：王建国，退休不退岗", ["十佳 老教师 王建国,退休不退岗"]),
        ("提名 十佳 老教师 王建国", ["十佳 老教师 王建国"]),
        ("提名王建国十佳老干部", ["十佳 老干部 王建国"]),
        ("推荐人：刘校长 被推荐人：李芳 荣誉：优秀少先队辅导员", ["优秀少先队辅导员 李芳"]),
        ("我校推荐李芳老师参评最美辅导员", ["最美辅导员 李芳"]),
        ("我推荐陈志强同志当十佳老战士，他坚持宣讲", ["十佳 老战士 陈志强 他坚持宣讲"]),
        ("推荐王建国参加十佳老专家评选", ["十佳 老专家 王建国"]),
        ("推荐老教师王建国为优秀辅导员", ["优秀辅导员 老教师王建国"]),
        ("提名 王建国 在职先进个人", ["两年一评 在职先进个人 王建国"]),
        ("提名 实验小学 先进集体 年度表扬", ["年度表扬 先进集体 实验小学"]),
        ("推荐瑞景社区为先进社区", ["先进社区 瑞景社区"]),
        ("推荐实验小学、育红小学为先进单位", ["先进单位 实验小学、育红小学"]),
        ("提名 教育局局长 王建国 年度表扬", ["年度表扬 教育局局长 王建国"]),
        ("提名 十佳老教师", ["十佳 老教师"]),
    ],
)
def test_who_is_put_forward(said: str, opened: list[str]) -> None:
    assert [words for _, words in honours.told(ROWS, said)] == opened


@pytest.mark.parametrize(
    "said",
    [
        "提名 三(2)中队 王小明 一星章 被评为校十佳少年", "提名 三(2)中队 王小明 优秀少先队员 读书之星",
        "提名 三(2)中队 优秀中队", "提名 三(2)中队 王小明 读书之星", "推荐大家学习优秀辅导员事迹", "报送优秀辅导员材料",
        "推荐阅读十佳辅导员故事", "推荐优秀辅导员名额只有2个", "我校推荐的全国优秀辅导员已经公布", "推荐先进社区的做法",
        "推荐全国优秀辅导员候选人要公示", "申报十佳的表格在哪里", "推荐大家看书", "优秀辅导员来校宣讲",
    ],
)  # fmt: skip
def test_what_puts_nobody_forward(said: str) -> None:
    assert honours.told(ROWS, said) == []

"""Reports of rows as people write them, unlike the rows' own examples: every number, yes and no where it belongs."""

from datetime import date
from decimal import Decimal

import pytest

from handlers.catalogue import catalogue
from handlers.catalogue.telling.reports import read_report
from handlers.catalogue.telling.verdicts import split_by_choice
from handlers.reading.text.normalise import clean

ROWS = {row.key: row for row in catalogue.shipped()}
Y, N = True, False
SAID = [
    ("xuexiao_jichu", "我校已成立学校少工委，大队辅导员是党员，按中层配备", {"committee": Y, "party": Y, "rank": Y}),
    ("xuexiao_jichu", "少工委已成立，大队辅导员为党团员，职级没落实", {"committee": Y, "party": Y, "rank": N}),
    ("xuexiao_jichu", "未成立学校少工委，没有按中层配备", {"committee": N, "rank": N}),
    ("daiyu", "辅导员待遇还没有落实", {"paid": N}),
    ("daiyu", "辅导员待遇已落实", {"paid": Y}),
    ("zhendi", "没有鼓号队、广播站，队室有", {"room": Y, "band": N, "radio": N}),
    ("zhendi", "阵地：队室和鼓号队都有，广播站还没建", {"room": Y, "band": Y, "radio": N}),
    ("zhendi", "阵地 队室、鼓号队都没有", {"room": N, "band": N}),
    ("zhendi", "有队室，尚未建鼓号队", {"room": Y, "band": N}),
    ("santong", "三个同都没有做到", {"study": N, "deploy": N, "assess": N}),
    ("kaohe", "考核占比为百分之十五", {"weight": 15}),
    ("weixinyuan", "本周征集微心愿12个，认领8个，圆梦5个", {"collected": 12, "claimed": 8, "done": 5}),
    ("zijin", "今年专项资金已拨付50万元，用于鼓号队，100支", {"paid": 500000, "places": 100, "use": "鼓号队"}),
    ("zijin", "拨款3.5万 队室 7所", {"paid": 35000, "places": 7, "use": "队室"}),
    ("ruhui", "首批入队13人，全班45人", {"base": 45, "admitted": 13}),
    ("zhanji", "站籍登记88人，学籍92人", {"enrolled": 88, "roll": 92}),
    ("tuiyou", "推优12人，不是试点校", {"heads": 12, "pilot": N}),
    ("lianxihui", "联席会开了，到会20人，议定5项", {"heads": 20, "items": 5}),
    ("xunfang", "红领巾寻访50人，内容是党史", {"heads": 50, "kind": "党史"}),
    ("peixun_pian", "片区培训2场，教师40名，学生15名", {"sessions": 2, "teachers": 40, "pupils": 15}),
    ("zoufang", "走访了8所学校，用了3天，发现问题5条", {"places": 8, "days": 3, "problems": 5}),
    ("shaogongwei_quanhui", "专题会议 四届二次全委会 出席86人", {"heads": 86}),
    ("shaogongwei_quanhui", "第3次推进会 到会20人", {"heads": 20}),
    ("kaizhan", "下午又开站一次 30人", {"heads": 30}),
    ("kaizhan", "开站 26", {"heads": 26}),
    ("guazhi", "派出任职 刘志 老校长下乡 去向:承德 送教3天", {"partner": "承德", "kind": "下乡", "visits": 3}),
    ("jiedui", "结对共办 对方: 阜平县第二小学 共办", {"partner": "阜平县第二小学", "kind": "共办"}),
    ("huibao", "今年主任参加重大活动5次，听取汇报3次", {"events": 5, "reports": 3}),
    ("xuncha", "网吧义务监督 2趟 4人", {"patrols": 2, "heads": 4}),
]  # fmt: skip


@pytest.mark.parametrize(("key", "said", "values"), SAID, ids=[said for _, said, _ in SAID])
def test_what_is_told_is_where_it_belongs(key: str, said: str, values: dict[str, object]) -> None:
    told = read_report(clean(said).text, ROWS[key], date(2026, 4, 3))
    expected = {name: Decimal(value) if type(value) is int else value for name, value in values.items()}
    assert ({name: told.values.get(name) for name in expected}, told.open, told.unclear) == (expected, [], [])


def test_what_is_denied_and_is_no_field_is_said() -> None:
    told = read_report("阵地：队室有，队报没有", ROWS["zhendi"], date(2026, 4, 3))
    assert told.unclear == ["「队报没有」"] and not told.complete


def test_a_part_for_each_choice_that_has_numbers_of_its_own() -> None:
    row = ROWS["canyu"]
    parts = split_by_choice("读书参与 小学24个班860人 中学12个班500人", row)
    assert [read_report(clean(part).text, row, date(2026, 4, 3)).values["classes"] for part in parts] == [24, 12]
    assert split_by_choice("读书参与 小学、中学 24个班860人", row) == ["读书参与 小学、中学 24个班860人"]
    told = {
        "宣传报道 省级2篇 市级3篇": [(2, "省级"), (3, "市级")],
        "宣传报道 省级2，市级3": [(2, "省级"), (3, "市级")],
        "宣传报道 2篇省级、3篇市级": [(2, "省级"), (3, "市级")],
        "宣传报道 国家级1篇；宣传报道 省级4篇": [(1, "国家级"), (4, "省级")],
        "宣传报道 市级3篇": [(3, "市级")],
    }
    for said, expected in told.items():
        read = [
            read_report(clean(part).text, ROWS["baodao"], date(2026, 4, 3))
            for part in split_by_choice(said, ROWS["baodao"])
        ]
        assert [(each.values["pieces"], each.values["level"]) for each in read] == expected
        assert all(each.complete for each in read)
    # A sum beside them is nobody's own.
    for said in ("宣传报道 省级2篇 市级3篇 共5篇", "宣传报道 省级、市级共5篇", "宣传报道 5篇（省级2 市级3）"):
        assert split_by_choice(said, ROWS["baodao"]) == [said]

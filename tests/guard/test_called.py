"""Who is called by a word of the language is known by what stands beside; what an activity is about stays."""

import pytest

from handlers.privacy.gate import cleared, found_in, is_of_absent

# Each is a word of the language, and somebody's name.
CALLED = """
高远 白雪 江河 石头 田野 夏天 向阳 陆地 黎明 高山 林海 安然 方圆 周游 安静 成功 谷雨 麦子 常青 宁静 雷鸣 雨露
小葡萄 小米粒
小草莓 星辰 清晨 夏雨 秋月 春风 冬雪 长江 泰山 海洋 向前 杨柳 小米 汤圆 豆包 米粒 核桃 高兴 石榴 花生 云朵 皮皮
"""
PLACES = """
{}同学拾金不昧 表扬{}同学 表扬了{} 中队长{}主持 由{}主持 {}主持 主持人{} 主持：{} 主持人：{} {}领誓 {}带领宣誓
{}代表发言 {}获一等奖 劳动小能手是{} 光盘之星评给{} 奖状颁给{} {}等同学上台 {}和同桌表演相声 {}过生日
祝{}生日快乐 给{}捐款 看望生病的{} {}妈妈来讲课 {}的妈妈讲课 {}爸爸进课堂 值日生{} 小组长{}汇报 图为{}
照片里是{} 特别是{} {}讲得最好 {}表现最好 {}哭了 {}和同学打架 {}摔倒 {}当选中队长 推选{}为大队长 欢迎新同学{}
欢迎{}加入 队员{}朗诵 学生{}朗诵 {}小朋友 {}被评为优秀队员 三好学生{} 好少年{}事迹 {}独唱 {}担任升旗手 升旗手{}
给{}戴红领巾 班主任和{}谈心 家访{} {}家里 {}小组获胜 领读：{}、{} {}这周升旗表现最好
{}的体检表丢了
"""
THEMES = """
希望同学们努力学习 全体队员朗诵 祝贺国庆 夏天朗诵会 谷雨诵读 队员安全教育 学生成长档案 主持：大队长
发言：学生代表 负责人：张老师 向雷锋同志学习 向榜样学习 帮助同学 看望孤寡老人 小小讲解员讲解 祝福祖国生日
为祖国妈妈过生日 给妈妈过生日 夏天到了 成功的喜悦 表扬先进 班长竞选 中队委改选 队员生日会 小组长培训
红领巾讲解员 推选优秀少年 慰问老红军 居家学习 平平安安回家 高年级队员带领低年级 春风行动 长江大保护 海洋知识
黎明前的战斗 泰山游学 江河保护 清晨诵读 秋月诗会 和同学一起看电影 家长代表发言 大队委竞选 小米加步枪
我是小小讲解员 志愿服务我能行 童心向党朗诵 国庆朗诵会 石榴籽一家亲 队员代表大会 优秀队员评选 欢迎新队员
草原英雄小姐妹 民族团结兄弟姐妹 我们班里两兄弟 旗手高举队旗 旗手有经验 主持人有风采
小葡萄采摘 小石榴讲解团 小星星合唱 春天的日记 种小葡萄
"""


def test_a_word_is_a_name_where_only_somebody_is_called() -> None:
    left = [
        said
        for place in PLACES.split()
        for name in CALLED.split()
        if name in cleared(said := place.replace("{}", name))
    ]
    count = len(PLACES.split()) * len(CALLED.split())
    print(f"{len(left)} of {count} names are left")
    assert left == []


def test_what_an_activity_is_about_is_nobody() -> None:
    assert [words for words in THEMES.split() if (cleared(words), found_in(words)) != (words, ())] == []


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("学雷锋 照片里是糖糖和果果", "学雷锋"),
        ("帮助马小跳渡难关", "帮助渡难关"),
        ("表扬夏天同学拾金不昧", "表扬同学拾金不昧"),
        ("王小明同学见义勇为", "同学见义勇为"),
        ("一名队员的名字叫东东", ""),
        ("奥利弗同学分享英国节日", "同学分享英国节日"),
        ("献花的是丁香和海棠", ""),
        ("为脑瘫儿晴天筹款", ""),
        ("旗手有云飞扬", ""),
        ("古月明月两姐妹讲抗战故事", "两姐妹讲抗战故事"),
        ("古月、明月姐妹俩", ""),
        ("学雷锋 海棠和明月双胞胎", "学雷锋"),
        ("雅各布同学讲英雄故事", "讲英雄故事"),
        ("马克西姆同学领誓", "同学领誓"),
        ("奥利维亚同学主持", "同学主持"),
        ("阿德里安同学", ""),
    ],
)
def test_nothing_of_a_name_is_left_nor_what_only_led_to_it(said: str, kept: str) -> None:
    assert cleared(said) == kept


@pytest.mark.parametrize("word", ["石头", "国庆", "爱鸟", ""])
def test_a_word_beside_who_is_away_may_be_a_name(word: str) -> None:
    said = f"主题队日 38人 缺一个，{word}"
    assert is_of_absent(word, said) is (word == "石头") and not is_of_absent(word, f"主题队日 38人 {word}")

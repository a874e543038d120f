"""Children named in running text, 王小明主持 or 表扬李梓涵: where no name may stand and nothing says that one follows.

A name is told from other words by its shape and by what stands around it. Heroes, writers and teachers are not meant.
Where the surname begins many other words, only what looks like nothing but a name is one: 江梓涵, but not 江南春.
"""

import re

from handlers.reading.text.names import COMPOUND, LONG_NAME, NOT_NAMES, SURNAMES
from handlers.reading.text.patterns import pattern
from handlers.reading.text.public_names import FAMOUS

# Surnames that hardly ever begin another word.
_PLAIN = frozenset(
    "王李张刘陈杨赵吴周徐孙朱胡郭何林罗郑梁谢宋唐许韩邓冯曹彭曾萧肖董潘袁蔡蒋余杜魏苏吕丁卢姚沈钟姜崔谭陆范汪廖韦贾付邹"
    "熊孟秦邱侯尹薛闫阎黎郝龚邵覃戴莫赖柯樊葛邢伍庞倪鲁殷詹申耿焦俞裴霍翁冉骆聂岳翟凌毕阮纪靳柴蒲屈牟穆佘郗马黄高顾孔钱夏毛"
)
# Characters of given names that are seldom part of other words.
_TYPICAL = frozenset(
    "梓涵轩浩宇欣怡佳诺馨汐奕宸泽沐昊睿婷琪萱妍瑶瑾璇玥彤嫣芸芮颖慧淑雯霏晓曦昕昱煜炜烨熙俊逸翔凯恺铭鑫锦钰钧峻淇瀚霖霆楠桐榕槿薇莹"
    "豪莉菲蕾蕊芷茜茗娜娟婉媛婕妮娅嫒琳倩艳玲萍芳芬丽燕霞洋涛磊超勇刚毅伟杰斌鹏博轲柯哲骏驰韬皓晟宥恩熠栩祺祎瑜璐琦琛珺珂珊珩瑄筠"
    "桢栋栎樱柠苒苡茵菁菡萌葳蓉蓓薰雅静娴姝婧嫚姗妤依伊俪偲佑佩侑伶郁邦郅辰晨晗晞晴暄朗榆歆沁泓洁浠涓淼渝湉滢漪澄澜敏帅"
    "玮琰琬瑛璟璨钦铄钊晏煊烁灏沅沛潇澍屹彧懿斐旖旸昭曜珏玖瑗祯筱羿聿茹芊茉莘轶赫迪隽霁靖飒骐鲲棠沫"
)
_OTHER = (
    "一子可若思诗雨文艺语悦乐明然飞航帆江川山峰岩林森木松柏梅兰竹荷莲荣华英苗兴旺盛强壮坚健康安宁平福喜庆祥瑞吉德仁义礼智信忠孝诚廉"
    "耀光辉亮星月阳天云虹春夏秋冬东南西北国家民军建立志宏大小少长永恒久远新胜利达来生龙虎凤鹤雁鸿麟玉珍珠宝金银石晶琴书美秀巧如意心念忆"
    "惠慈友朋贤良才正真善芝香红青冰雪波海舟启承运世维嘉凌夕贝米彬彦彪敬昌晋景智曼朵权柔树桂元亦仲仪任伦传俐修倚兆先克冉凡凝卓占合君"
    "宜尔尚岚巍希广开弘彰怀悠成扬振昂显普朔术楚榜毓润深清湘源照爽献琼甜田甫皎盈相知磐祖秉科移程竞童策纯绍绮群翠翰聪胤腾"
    "致舒良芃苓范蓝虞衡裕言誉诠谦谨豫贵贺越跃逊通遥重铁锋锐闻阔音韵顺颂风魁默齐丹乔亭仙佐侠兵其勋勤千升紫墨梦易灵鸣亚予儿多令丰鼎羽禾初"
    "桃唯微泉泰淳湛滨岳峥崇庭延律徽愉慎拓挺敦晖杉枝歌洲淮熹牧珑玺畅禹穆竣笑缘舜芙荔莎葵蕙蝶衍谚迅遇野镇露骄"
)
_GIVEN = "".join(sorted(_TYPICAL.union(_OTHER)))
_TYPICAL_ONES, _PLAIN_ONES = "".join(sorted(_TYPICAL)), "".join(sorted(_PLAIN))
# What begins like a name, beside NOT_NAMES.
_WORDS = """
安心 安康 安宁 安定 白云 白天 白玉 白雪公 成品 常青 程序 丁香 方向 方言 方舟 高山 高大 高科 高空 高远 高雅 高洁 高峰
高昂 高歌 高明 高超 高贵 高新 谷雨 光明 国家 何为 何其 何以 贺新 贺岁 贺卡 洪水 胡杨 黄海 黄金 黄梅 黄山 黄豆 华山
华光 江山 江南 江海 江东 江北 金星 金色 金银 金秋 金石 金玉 金光 金山 康乐 康健 康宁 孔子 乐天 乐章 乐学 雷雨 黎明
连心 连天 林立 林区 林海 陆军 马兰 马路 马上 马家 毛竹 毛线 毛毛 梅花 梅兰 孟子 苗木 明亮 明月 明礼 明德 明智 宁静
宁夏 农民 平等 平凡 强健 强国 强军 秦岭 秋天 任重 荣光 荣耀 沙龙 商贸 尚德 尚贤 尚文 石山 石林 时光 时令 寿星 舒心
水星 宋词 苏州 孙子 唐诗 唐代 田径 田野 童心 童年 童真 童趣 汪洋 万里 万家 万兴 王国 王子 王者 温馨 文心 武术 夏天
夏日 夏至 夏令 项目 许诺 许愿 严明 严谨 杨柳 杨梅 姚江 叶子 易物 英明 永远 游乐 于心 余生 余音 余晖 元旦 云南 章程
钟灵 周年 周全 周到 周易 朱子 祝愿 庄严 庄重 宗亲 钱多 郑重 郑好 陶艺 牛郎
"""
# What ends like one: 每周安全, 上周阳光.
_PAIRS = """
国家 大家 家长 长大 大小 少年 青年 春天 秋天 冬天 夏天 平安 安全 文明 先生 同学 小学 文学 科学 学生 书香 书法 美德
礼仪 太阳 阳光 成立 成长 生长 国民 新春 新年 新生 子弟 文化 艺术 音乐 快乐 幸福 健康 红军 红星 森林 青春 家乡 大海
江山 清明 光荣 诚信 孝心 爱心 礼貌 礼让 元旦
"""
_BEGINNINGS, _ENDINGS = frozenset(_WORDS.split()), frozenset(_PAIRS.split())
_DOUBLE = tuple(COMPOUND.split("|"))
_PUPILS = "同学|小朋友|队员|少先队员|学生|小选手|小讲解员|中队长|小队长|大队长|班长"
# Deeds that only a person does.
_SURE = (
    f"{_PUPILS}|主动|积极帮|拾金不昧|帮助|请假|没来|未到|缺席|生病|发烧|获得|荣获|表现|成绩|热爱|团结|尊敬|担任|乐于助人|学习认真|学习刻苦|"
    "品学兼优|主持|领誓|朗诵|坚持|捡到|拾到|代表"
)
_DEEDS = (
    f"{_SURE}|领唱|领读|演|发言|分享|讲|介绍|宣誓|唱|跳|弹|吹|画|写|做|当|带|组织|参加|参与|完成|获|得了|得|夺|赢|拿|捡|拾|捐|帮|照顾|照看|"
    "关|积极|热心|尊重|尊老|孝|认真|努力|刻苦|勤|学习|学会|学雷锋|自觉|自己|自愿|自信|打扫|值日|没到|缺勤|迟到|早退|因|勇|敢|救|扶|送|借|乐|"
    "善|爱|进步|优秀|突出|全面|多次|经常|常常|总是|每|一直|曾|今年|本学期|上学期|用心|从小|作为|作|被|评为|见义勇为|助人|为人|为班|为集|在|把|"
    "将|让|给|和|与|跟|及|同|等|是|有|的|也|都|很|最|非常|十分|特别|一起|两人|两位|三人|各|共同|负责|协助|发现|看到|听|说|提出|养成|能|会|懂|"
    "不|她|他|升旗|护旗|出旗|佩戴|入队|加入|独|跑|来自|该|这|那|从|对|向|喜|热情|阳光|开朗|文明|守纪|诚实|懂事|聪明|活泼|上课|课堂|作业|家里|"
    "家长|爸爸|妈妈|母亲|父亲|父母|奶奶的|爷爷的"
)
_GROWN = (
    "老师|辅导员|主任|校长|书记|教练|教师|叔叔|阿姨|爷爷|奶奶|伯伯|同志|烈士|英雄|先烈|院士|先生|女士|警官|法官|医生|护士|将军|主席|总理|教授|博士|"
    "馆长|专家|委员|故居|纪念|陵园|墓|雕像|精神|小学|中学|大学|学校|幼儿园|中队|大队|广场|公园|大道|大桥|街|路|村|镇|乡|县|市|省|山|河|湖|江|寺"
)
_SEPARATORS = r"\s、,，。;；:：!！?？()（）\[\]【】「」『』“”\"'·/|~～…—+&\ue000-\ue002"
# What may stand right before a name inside a sentence.
_BEFORE = (
    "的了着过和与跟及由请让给为向被把将对是有叫中里上时后前天日班队校组员生手长人帮助扬荐名奖顾心送陪扶教"
    "但而因借号现说到像找习"
)
_START = rf"(?:(?<![^{_SEPARATORS}])|(?<=[{_BEFORE}]))"
_AFTER = rf"(?!{_GROWN})(?={_DEEDS}|[{_SEPARATORS}]|$)"
_RULES = (
    pattern(rf"{_START}(?P<name>(?:{COMPOUND})[{_GIVEN}]{{1,2}}|[{SURNAMES}][{_GIVEN}]{{2}}){_AFTER}"),
    # 刘欣怡材料不全: what looks like nothing else, whatever follows it.
    pattern(
        rf"{_START}(?P<name>[{_PLAIN_ONES}](?:[{_TYPICAL_ONES}][{_GIVEN}]|[{_GIVEN}][{_TYPICAL_ONES}]))(?!{_GROWN})"
    ),
    # 王浩, 李娜: of two characters what looks like nothing else; 王明 only as somebody who does something.
    pattern(rf"{_START}(?P<name>[{_PLAIN_ONES}][{_TYPICAL_ONES}]){_AFTER}"),
    pattern(rf"{_START}(?P<name>[{SURNAMES}][{_GIVEN}])(?={_SURE})"),
    # Without the surname: 梓涵同学, 小明主动帮助.
    pattern(rf"(?<![\u4e00-\u9fff])(?P<name>小[{_GIVEN}]|[{_TYPICAL_ONES}]{{2}}|明明)(?=同学|小朋友)"),
    pattern(
        r"(?<![\u4e00-\u9fff])(?P<name>小[明红华强刚芳丽婷琪宇轩涵浩伟杰磊超敏娟燕玲])(?=主动|帮助|拾|请假|没来|表现|获|学习)"
    ),
)
_ALONE = pattern(
    rf"(?<![^{_SEPARATORS}])(?P<name>[{_PLAIN_ONES}][{_GIVEN}]|小[明红华强刚芳丽军伟杰亮])(?=[{_SEPARATORS}]|$)"
)
_SURELY = pattern(_SURE)
_PUPIL = pattern(_PUPILS)
_FOREIGN = pattern(LONG_NAME)
_MAYBE = pattern(rf"[{SURNAMES}小][{_GIVEN}]|·|{COMPOUND}|同学|小朋友")
_ITEM = pattern(rf"(?:{COMPOUND}|[{SURNAMES}])[{_GIVEN}]{{1,2}}")
_COMMAS = pattern("[、,，和与及]")
_WHAT_FOR = pattern(r"^.*[:：\s]")
# 张海 is a part of 张海迪.
_PARTS = {known[at : at + size]: known for known in FAMOUS for size in (2, 3) for at in range(len(known) - size + 1)}
# Of whom is spoken like this is no child of the school.
_OF_HONOUR = pattern(r"(?:学习|致敬|缅怀|纪念|祭扫|瞻仰|弘扬|传承|追忆|怀念|歌颂|走进|参观)[\u4e00-\u9fff]{0,4}$")
_TOLD_OF = pattern(r"(?:学|向|听|读|讲|讲述|观看|诵读|朗诵|宣讲)[\u4e00-\u9fff]{0,4}$")
_MODEL = pattern(r"(?:的|们)?(?:精神|事迹|故事|诗|学习|电影|传|画|名言|语录)")


def children_in(text: str, alone: bool = False) -> list[str]:
    """The names in `text` that are children's, as far as their shape and what stands around them tell.

    With `alone` also 李明 and 小红, where such a word stands by itself.
    """
    if not _MAYBE.search(text):
        return []
    rules = (*_RULES, _ALONE) if alone else _RULES
    found = [match["name"] for rule in rules for match in rule.finditer(text) if _is_child(match)]
    found += [match[0] for match in _FOREIGN.finditer(text) if not _is_known(match[0].split("·"))]
    found += _beside(found, text)
    # 胡睿一起: the longer one has a character of the next word.
    return [name for name in dict.fromkeys(found) if not any(name != each and name.startswith(each) for each in found)]


def _is_child(match: re.Match[str]) -> bool:
    name, text, end = match["name"], match.string, match.end()
    return not _is_word(name, sure=bool(_SURELY.match(text, end))) and not _is_honoured(name, text, match.start(), end)


def _is_word(name: str, sure: bool) -> bool:
    """文明礼, 江南春, 小学: it has the shape of a name, and is none. `sure`: a person's deed follows."""
    if name.startswith((*_DOUBLE, "小")):
        return name in NOT_NAMES or name[1:] in "学组区朋先小大家队友"
    if name in NOT_NAMES or name in _BEGINNINGS or name[-2:] in _ENDINGS:
        return True
    begun = name[:2] in NOT_NAMES or name[:2] in _BEGINNINGS
    typical = not _TYPICAL.isdisjoint(name[2:] if begun else name[1:])
    wordy = name[0] in SURNAMES and name[0] not in _PLAIN
    return not typical and (begun or (wordy and not sure))


def _is_honoured(name: str, text: str, start: int, end: int) -> bool:
    """雷锋, 张桂梅; or somebody whom we do not know, and of whom the text speaks as of a model."""
    if name in FAMOUS or ((known := _PARTS.get(name)) and known in text):
        return True
    if _PUPIL.match(text, end):
        return False
    before = text[max(0, start - 8) : start]
    return bool(_OF_HONOUR.search(before) or (_TOLD_OF.search(before) and _MODEL.match(text, end)))


def _is_known(parts: list[str]) -> bool:
    """尤里·加加林; 一二·九 is a day."""
    return parts[0].endswith("一二") or any(known in part for part in parts for known in FAMOUS)


def _beside(found: list[str], text: str) -> list[str]:
    """李明、张敏请假: what stands in a row with a name is one as well."""
    if not found or not _COMMAS.search(text):
        return []
    items = [_WHAT_FOR.sub("", item) for item in _COMMAS.split(text)]
    rows = {place for place, item in enumerate(items) if item.startswith(tuple(found)) or item.endswith(tuple(found))}
    near = [item for place, item in enumerate(items) if rows & {place - 1, place + 1} and _ITEM.fullmatch(item)]
    return [item for item in near if item not in NOT_NAMES and item not in _BEGINNINGS and item not in FAMOUS]

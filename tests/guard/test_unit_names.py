"""What a unit may be called: places that no list of words knows are no children, squads called after one are."""

import pytest

from handlers.privacy.gate import is_private_unit

PLACES = """
碧江区少工委 碧江县少工委 肇东市少工委 兰西县少工委 武强县少工委 饶阳县少工委 高邑县
元氏县少工委 安平县关工委 邹平市少工委
滕州市 兰西镇 陈集镇中心小学 陈埭镇中心校
张店实验小学 刘集中学 唐河县第一小学(城北校区) 潘集区教办 施秉县幼儿园 黎平县少工委(演示)
林西村 麻江街道 江永辅导站 祁阳革命纪念馆
海燕中队 玉兰中队 红梅中队 桂花中队 白鸽中队 麦穗中队 雪莲中队 格桑花中队 春苗中队 小太阳中队 向日葵中队
"""
PEOPLE = "李思雨中队 张子轩小队 王小明 李晓雨班 13812345678小学 萱萱中队 乐乐中队 丹丹中队 海燕小队长"


@pytest.mark.parametrize("name", PLACES.split())
def test_a_place_is_nobody(name: str) -> None:
    assert not is_private_unit(name)


@pytest.mark.parametrize("name", PEOPLE.split())
def test_what_is_called_after_a_child_is_found(name: str) -> None:
    assert is_private_unit(name)

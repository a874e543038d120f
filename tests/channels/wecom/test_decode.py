"""Decrypted callbacks become what the bot hears: every kind of message and event that the platform documents."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.wecom.callback.crypto import Unreadable, fields
from bot.channels.wecom.callback.decode import Left, Press, decode, known_as
from handlers.kit import Attachment, Message
from tests.support.examples import examples

NOON = 1_775_188_800
HEAD = "<ToUserName>ww1</ToUserName><FromUserName>ZhangLi</FromUserName><CreateTime>1775188800</CreateTime>"


def heard(inner: str) -> Any:
    return decode(fields(f"<xml>{HEAD}{inner}<AgentID>1000002</AgentID></xml>"))


def message(kind: str, inner: str) -> Any:
    return heard(f"<MsgType>{kind}</MsgType><MsgId>4561255354251345929</MsgId>{inner}")


def event(name: str, inner: str = "") -> Any:
    return heard(f"<MsgType>event</MsgType><Event>{name}</Event>{inner}")


def test_a_text() -> None:
    at = datetime.fromtimestamp(NOON, UTC)
    expected = Message("wecom", "4561255354251345929", "zhangli", "zhangli", at, "三(2)中队 <38>人\n & 照片")
    found = message("text", "<Content><![CDATA[三(2)中队 <38>人\n & 照片]]></Content>")
    # It is known by who said it when, and by its number.
    assert found.message_id.startswith("message:")
    assert replace(found, message_id="4561255354251345929") == expected
    assert message("text", "<Content/>").text == ""


def test_a_photo_is_known_by_its_medium_and_not_by_an_address() -> None:
    said = message("image", "<PicUrl>https://evil.example/x.jpg</PicUrl><MediaId>m1</MediaId>")
    assert said.attachments == (Attachment("photo", "m1"),) and "evil" not in repr(said)


def test_a_place() -> None:
    inner = "<Location_X>23.134</Location_X><Location_Y>113.358</Location_Y><Scale>20</Scale><Label>广州</Label>"
    assert message("location", inner).place == (23.134, 113.358)


@pytest.mark.parametrize(
    ("kind", "shown"),
    [("voice", "voice"), ("video", "video"), ("link", "link"), ("file", "other"), ("miniprogram", "other")],
)
def test_whatever_else_is_sent_gets_its_sentence(kind: str, shown: str) -> None:
    assert message(kind, "<MediaId>m1</MediaId>").attachments == (Attachment(shown, "m1"),)
    assert message(kind, "").attachments == (Attachment(shown, ""),)


def test_a_click_on_the_menu_is_what_it_says() -> None:
    assert event("click", "<EventKey>周报</EventKey>").text == "周报"


ONE = "<SelectedItem><QuestionKey>q</QuestionKey><OptionIds><OptionId>{}</OptionId></OptionIds></SelectedItem>"


@pytest.mark.parametrize(
    ("key", "items", "button"),
    [
        ("tok.1", "", "tok.1"),
        ("tok.1", "<SelectedItems/>", "tok.1"),
        ("submit", f"<SelectedItems>{ONE.format('tok.3')}</SelectedItems>", "tok.3"),
        ("submit", f"<SelectedItems>{ONE.format('none')}{ONE.format('tok.4')}</SelectedItems>", "tok.4"),
        ("submit", f"<SelectedItems>{ONE.format('a</OptionId><OptionId>tok.5')}</SelectedItems>", "tok.5"),
        (
            "submit",
            "<SelectedItems><SelectedItem><QuestionKey>q</QuestionKey></SelectedItem></SelectedItems>",
            "submit",
        ),
    ],
)
def test_a_press(key: str, items: str, button: str) -> None:
    more = "<TaskId>t1</TaskId><CardType>button_interaction</CardType><ResponseCode>code</ResponseCode>"
    pressed = event("template_card_event", f"<EventKey>{key}</EventKey>{more}{items}")
    assert isinstance(pressed, Press)
    assert (pressed.message.button, pressed.message.text) == (button, "")
    assert (pressed.task_id, pressed.response_code) == ("t1", "code")
    assert isinstance(event("template_card_menu_event", f"<EventKey>{key}</EventKey>"), Press)


def test_who_comes_and_who_goes() -> None:
    came, left = event("subscribe"), event("unsubscribe")
    assert came.text == "我是谁" and came.sender == "zhangli"
    assert isinstance(left, Left) and left.user == "zhangli" and left.known_as != came.message_id


SILENT = (
    "enter_agent LOCATION view view_miniprogram scancode_push scancode_waitmsg pic_sysphoto pic_photo_or_album "
    "pic_weixin location_select batch_job_result change_contact inactive_alert close_inactive_agent "
    "reopen_inactive_agent low_active_alert low_active active_restored something_new"
)


@pytest.mark.parametrize("name", SILENT.split())
def test_other_events_ask_for_nothing(name: str) -> None:
    inner = "<EventKey>k</EventKey><Latitude>1</Latitude><SendPicsInfo><Count>2</Count></SendPicsInfo>"
    assert event(name, inner) is None
    assert decode({"MsgType": "event", "Event": name, "FromUserName": "sys"}) is None


def test_events_are_told_apart_and_repeats_are_not() -> None:
    base = {"FromUserName": "ZhangLi", "CreateTime": "1", "MsgType": "event", "Event": "click", "EventKey": "周报"}
    assert known_as(base) == known_as({**base, "FromUserName": "zhangli", "ToUserName": "other"})
    others = ({"EventKey": "待审"}, {"CreateTime": "2"}, {"FromUserName": "li"}, {"Event": "view"}, {"TaskId": "t"})
    names = {known_as({**base, **other}) for other in others}
    assert len(names) == len(others) and known_as(base) not in names
    assert max(map(len, names)) <= 120
    assert len(known_as({"MsgId": "9" * 500})) <= 120


@pytest.mark.parametrize(
    "inner",
    [
        "", "<MsgType>text</MsgType><MsgId><a/></MsgId>", "<MsgType>event</MsgType>",
        "<MsgType>event</MsgType><Event>click</Event>", "<MsgType>image</MsgType><MsgId>1</MsgId>",
        f"<MsgType>image</MsgType><MsgId>1</MsgId><MediaId>{'m' * 251}</MediaId>",
        "<MsgType>event</MsgType><Event>template_card_event</Event><EventKey><a/></EventKey>",
        "<MsgType>location</MsgType><MsgId>1</MsgId><Location_X>nan</Location_X><Location_Y>1</Location_Y>",
        "<MsgType>location</MsgType><MsgId>1</MsgId><Location_X>91</Location_X><Location_Y>1</Location_Y>",
        "<MsgType>text</MsgType><Content>x</Content>", "<MsgType>text</MsgType><MsgId>1</MsgId><Content><a/></Content>",
        "<MsgType>text</MsgType><MsgId>1</MsgId><CreateTime>soon</CreateTime>",
        "<MsgType>text</MsgType><MsgId>1</MsgId><FromUserName>x</FromUserName>",
    ],
)  # fmt: skip
def test_another_form_than_promised_is_unreadable(inner: str) -> None:
    with pytest.raises(Unreadable):
        heard(inner)


@pytest.mark.parametrize("user", ["", "x" * 65])
def test_a_sender_without_a_proper_name_is_unreadable(user: str) -> None:
    with pytest.raises(Unreadable):
        decode({"MsgType": "text", "FromUserName": user, "CreateTime": "1", "MsgId": "1", "Content": "x"})


NAMES = ("MsgType", "Event", "EventKey", "FromUserName", "CreateTime", "MsgId", "Content", "MediaId", "Location_X",
         "SelectedItems", "SelectedItem", "OptionIds", "OptionId", "TaskId", "ResponseCode")  # fmt: skip
VALUES = st.recursive(
    st.one_of(
        st.none(), st.text(max_size=8), st.sampled_from(("event", "text", "image", "location", "click", "9" * 30))
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)),
    max_leaves=5,
)


@settings(max_examples=examples(300))
@given(st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_nothing_else_is_ever_raised(said: dict[str, Any]) -> None:
    assert len(known_as(said)) <= 120
    try:
        found = decode(said)
    except Unreadable:
        return
    assert found is None or isinstance(found, Message | Press | Left)

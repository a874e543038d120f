"""The crypto of the callback: known vectors, the npm package of WeCom, and nothing that was touched gets through."""

import base64
import json
import shutil
import subprocess
from dataclasses import replace
from itertools import repeat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.wecom.callback import crypto as wecom_crypto
from bot.channels.wecom.callback.crypto import Crypto, Refused, Signed, Unreadable, encrypted_in, fields, reply, unwrap
from tests.support.examples import examples
from tests.support.platforms.wecom_vectors import ALL, RANDOM, V1_GET, V1_POST, V2_GET, V2_KEY, V2_TOKEN, V4, V7, Vector

CORP = "ww0000000000000001"
OTHER_TOKEN, OTHER_KEY = "made-up-token", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=300)


def crypto(vector: Vector) -> Crypto:
    return Crypto([vector.token], [vector.key], vector.receiver)


def reason(known: Crypto, signed: Signed, encrypted: str) -> str:
    with pytest.raises(Refused) as refused:
        known.open(signed, encrypted)
    return refused.value.reason


def sealed(text: str, token: str = V4.token, key: str = V4.key, corp: str = CORP) -> tuple[Signed, str]:
    """As the platform sends it."""
    return parts(Crypto([token], [key], corp)._ciphers[0][0].encrypt_message(text, "nonce1", "1700000000").encode())


def parts(envelope: bytes) -> tuple[Signed, str]:
    found = fields(envelope.decode())
    return Signed(found["MsgSignature"], found["TimeStamp"], found["Nonce"]), found["Encrypt"]


@pytest.mark.parametrize("vector", ALL.values(), ids=ALL)
def test_known_vectors_open(vector: Vector) -> None:
    opened = crypto(vector).open(vector.signed, vector.encrypted)
    assert opened.text == vector.says if vector.whole else vector.says in opened.text


@pytest.mark.parametrize("name", ["V4", "V5", "V6"])
def test_known_vectors_are_made(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    vector = ALL[name]
    monkeypatch.setattr(wecom_crypto, "_RANDOMS", repeat(RANDOM))
    opened = crypto(vector).open(vector.signed, vector.encrypted)
    assert parts(opened.answer(vector.says, "1700000000")) == (vector.signed, vector.encrypted)


def test_the_file_of_a_robot_opens() -> None:
    key, content, says = V7
    assert unwrap(base64.b64decode(key + "="), base64.b64decode(content)).decode() == says


def test_another_nonce_is_another_signature() -> None:
    assert reason(crypto(V2_GET), replace(V2_GET.signed, nonce="437374424"), V2_GET.encrypted) == "signature"


def test_the_corp_must_be_ours() -> None:
    assert reason(Crypto([V4.token], [V4.key], "ww0000000000000002"), V4.signed, V4.encrypted) == "receiver"
    assert reason(Crypto([V4.token], [V4.key], CORP[:-1]), V4.signed, V4.encrypted) == "receiver"


@pytest.mark.parametrize("order", [1, -1])
def test_while_token_and_key_change_both_are_good(order: int) -> None:
    known = Crypto([V4.token, OTHER_TOKEN][::order], [V4.key, OTHER_KEY][::order], CORP)
    for token, key in ((V4.token, V4.key), (OTHER_TOKEN, OTHER_KEY), (OTHER_TOKEN, V4.key)):
        opened = known.open(*sealed("你好", token, key))
        assert opened.text == "你好"
        # It is answered as it was asked.
        answer = opened.answer("再见", "1700000000")
        assert Crypto([token], [key], CORP).open(*parts(answer)).text == "再见"
    assert reason(known, *sealed("你好", V2_TOKEN, V4.key)) == "signature"
    assert reason(known, *sealed("你好", V4.token, V2_KEY)) == "cipher"
    assert reason(known, *sealed("你好", corp="ww0000000000000009")) == "receiver"


@settings(max_examples=examples(60))
@given(WORDS)
def test_what_is_sealed_opens(text: str) -> None:
    assert crypto(V4).open(*sealed(text)).text == text


@settings(max_examples=examples(150))
@given(st.data())
def test_nothing_that_was_touched_gets_through(data: st.DataObject) -> None:
    part = data.draw(st.sampled_from(("signature", "timestamp", "nonce", "encrypted")))
    value = V4.encrypted if part == "encrypted" else getattr(V4.signed, part)
    place = data.draw(st.integers(0, len(value) - 1))
    way = data.draw(st.sampled_from(("changed", "left out", "doubled", "cut", "put")))
    new = data.draw(st.characters(codec="utf-8").filter(lambda each: each != value[place]))
    touched = {
        "changed": value[:place] + new + value[place + 1 :],
        "left out": value[:place] + value[place + 1 :],
        "doubled": value[:place] + value[place] + value[place:],
        "cut": value[:place],
        "put": value[:place] + new + value[place:],
    }[way]
    if part == "encrypted":
        assert reason(crypto(V4), V4.signed, touched) == "signature"
    else:
        assert reason(crypto(V4), replace(V4.signed, **{part: touched}), V4.encrypted) == "signature"


def signed(encrypted: str) -> Signed:
    """What the platform, or whoever knows the token, would sign."""
    bare = Signed("", "1700000000", "nonce1")
    return replace(bare, signature=crypto(V4)._ciphers[0][0].signature_of(bare, encrypted))


WHOLE = base64.b64decode(V4.encrypted)
BITS = st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))


@settings(max_examples=examples(200))
@given(
    st.one_of(
        st.binary(max_size=200),
        st.integers(0, len(WHOLE) - 1).map(lambda end: WHOLE[:end]),
        # In front of the last blocks it would only change the text, as CBC does: that is what the signature is for.
        BITS.map(lambda at: WHOLE[: at[0]] + bytes([WHOLE[at[0]] ^ at[1]]) + WHOLE[at[0] + 1 :]).filter(
            lambda content: content[-48:] != WHOLE[-48:]
        ),
    )
)
def test_a_cipher_text_that_is_none_is_refused_even_when_it_is_signed(content: bytes) -> None:
    encrypted = base64.b64encode(content).decode()
    assert reason(crypto(V4), signed(encrypted), encrypted) in ("cipher", "receiver")


@pytest.mark.parametrize("encrypted", ["", "=", "A", "AAAA", "****", "中文", "A" * 43, "AAAA\nAAAA", V4.encrypted[:-4]])
def test_what_is_no_cipher_text_is_refused(encrypted: str) -> None:
    assert reason(crypto(V4), signed(encrypted), encrypted) == "cipher"


def test_the_padding_is_checked() -> None:
    key = base64.b64decode(V4.key + "=")
    good = unwrap(key, base64.b64decode(V4.encrypted))
    cipher = wecom_crypto.PrpCrypto(key).cipher
    for padding in (bytes(32), b"\x21" * 32, b"\x01" * 30 + b"\x01\x02", b"\x20" * 31 + b"\x10"):
        with pytest.raises(Refused):
            unwrap(key, cipher.encrypt(good[: len(good) // 32 * 32] + padding))


def test_the_envelope() -> None:
    for envelope in (
        "<xml><ToUserName><![CDATA[a]]></ToUserName><Encrypt><![CDATA[AAAA]]></Encrypt></xml>",
        "<xml>\n<Encrypt>\n AAAA \n</Encrypt></xml>",
        "<xml><Encrypt><![CDATA[ AAAA ]]></Encrypt><AgentID/></xml>",
    ):
        assert encrypted_in(envelope.encode()) == "AAAA"


BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "envelope",
    [
        "", "hello", "<xml></xml>", "<xml><Encrypt>AAAA</xml>", "<xml></Encrypt>AAAA<Encrypt></xml>", "{}", "\xff",
        "<xml><Encrypt>AAAA</Encrypt><Encrypt>BBBB</Encrypt></xml>", "<xml><Encrypt>中</Encrypt></xml>",
        f'<!DOCTYPE x [<!ENTITY a0 "x">{BOMB}]><xml><Encrypt>&a9;</Encrypt></xml>',
        f"<!DOCTYPE x><xml><Encrypt>{V4.encrypted}</Encrypt></xml>",
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml><Encrypt>AAAA</Encrypt></xml>',
    ],
)  # fmt: skip
def test_what_is_no_envelope_is_refused(envelope: str) -> None:
    with pytest.raises(Refused, match="envelope"):
        encrypted_in(envelope.encode())


@pytest.mark.parametrize(
    "text",
    [
        "", "hello", "<xml>", "<xml/>", "<xml>a</xml>", "<xml><a></xml>", "\x00",
        f'<!DOCTYPE x [<!ENTITY a0 "x">{BOMB}]><xml><Content>&a9;</Content></xml>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Content>&a;</Content></xml>',
    ],
)  # fmt: skip
def test_what_is_no_message_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        fields(text)


def test_as_deep_as_a_body_can_be() -> None:
    depth = 6000
    assert fields("<xml>" + "<a>" * depth + "</a>" * depth + "</xml>").keys() == {"a"}


@settings(max_examples=examples(100))
@given(
    st.one_of(WORDS, st.lists(st.sampled_from(("]]>", "]", ">", "<![CDATA[", "</Content>", "&", "好"))).map("".join))
)
def test_no_words_end_their_place_in_a_reply(text: str) -> None:
    found = fields(reply("zhang", CORP, text, "1700000000"))
    assert list(found) == ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"]
    assert (found["ToUserName"], found["MsgType"]) == ("zhang", "text")
    kept = "".join(each for each in text if each >= " " or each in "\n\t")
    # An XML parser may take white space around the text.
    assert (found["Content"] or "").strip() == kept.strip()


def test_an_official_message_is_understood() -> None:
    found = fields(crypto(V1_POST).open(V1_POST.signed, V1_POST.encrypted).text)
    assert (found["FromUserName"], found["Content"], found["MsgId"]) == ("mycreate", "hello", "4561255354251345929")
    opened = crypto(V1_GET).open(V1_GET.signed, V1_GET.encrypted)
    assert opened.text == "1616140317555161061"


# --- the package that WeCom's own people keep -----------------------------------------------------------------

PACKAGE = "@wecom/crypto@1.0.1"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package, where Node and npm are and the package can be had."""
    folder = tmp_path_factory.mktemp("node")
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("Node and npm are not installed: the crypto is not checked against @wecom/crypto")
    command = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error", PACKAGE]
    got = subprocess.run(command, cwd=folder, capture_output=True, timeout=600, check=False)
    if got.returncode:
        pytest.skip("npm could not fetch @wecom/crypto: the crypto is not checked against it")
    shutil.copy(Path(__file__).with_name("crypto_check.mjs"), folder)
    return folder


def test_the_npm_package_reads_ours_and_we_read_its(node: Path) -> None:
    texts = ["你好", "", "x" * 12, "签到 三(2)中队 主题队日 38人", "<xml>]]></xml>", "长" * 900]
    ours = [[vars_of(each), encrypted] for each, encrypted in map(sealed, texts)]
    asked = {"token": V4.token, "key": V4.key, "corp": CORP, "ours": ours, "texts": texts}
    run = ["node", "crypto_check.mjs"]
    done = subprocess.run(
        run, cwd=node, input=json.dumps(asked), capture_output=True, text=True, timeout=600, check=True
    )
    said = json.loads(done.stdout)
    assert said["read"] == [{"message": text, "id": CORP, "signed": True} for text in texts]
    for text, (signature, encrypted) in zip(texts, said["made"], strict=True):
        assert crypto(V4).open(Signed(signature, "1700000000", "nonce1"), encrypted).text == text


def vars_of(signed: Signed) -> list[str]:
    return [signed.signature, signed.timestamp, signed.nonce]


@pytest.mark.parametrize("code", [0, 1, 8, 11, 12, 14, 27, 31, 0xFFFE, 0xFFFF])
def test_what_xml_cannot_hold_swallows_nothing(code: int) -> None:
    for unsound in (chr(code), f"&#x{code:x};", f"&#x00{code:X};", *([f"&#{code};"] if code < 32 else [])):
        assert fields(f"<xml><Content>a{unsound}b</Content></xml>") == {"Content": "ab"}
        assert fields(f"<xml><Content><![CDATA[三(2){chr(code)}]]></Content></xml>") == {"Content": "三(2)"}
    # An emoji as two halves, what no character has; and a line before the beginning.
    for unsound in ("&#55357;&#56832;", "&#xD83D;&#xDE00;", "&#65534;", "&#1114112;", "&#x110000;"):
        assert fields(f'\n<?xml version="1.0"?><xml><Content>38{unsound}人</Content></xml>') == {"Content": "38人"}
    assert fields("<xml><Content>&#19977;&#x4E09;&#9;&amp;</Content></xml>") == {"Content": "三三\t&"}

// Opens what the bot has sealed and seals texts of its own, with the package that WeCom's people keep. See test_wecom_crypto.py.
import { readFileSync } from "node:fs";
import wecom from "@wecom/crypto";

const asked = JSON.parse(readFileSync(0, "utf8"));
const read = asked.ours.map(([[signature, timestamp, nonce], encrypted]) => {
  const { message, id } = wecom.decrypt(asked.key, encrypted);
  return { message, id, signed: wecom.getSignature(asked.token, timestamp, nonce, encrypted) === signature };
});
const made = asked.texts.map((text) => {
  const encrypted = wecom.encrypt(asked.key, text, asked.corp);
  return [wecom.getSignature(asked.token, "1700000000", "nonce1", encrypted), encrypted];
});
console.log(JSON.stringify({ read, made }));

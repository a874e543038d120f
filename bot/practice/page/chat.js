/* The conversations of the practice page: bubbles, and an outbox that repeats until the server answered 200. */

const MINUTE = 60_000;
const EMPTY = "还没有消息。\n写一句话，或点下面的例子试试。";
export const views = new Map();
export const clock = { skew: 0, zone: "+08:00" };

/* ---- small tools ---- */

export const hook = (name) => document.querySelector(`[data-testid="${name}"]`);

/** An element with its properties set; data only ever arrives as textContent. */
export function el(tag, props = {}, ...children) {
  const { dataset, ...rest } = props;
  const node = Object.assign(document.createElement(tag), rest);
  Object.assign(node.dataset, dataset);
  node.append(...children.filter(Boolean));
  return node;
}

/** Keep a value in the browser; false where there is no room or no permission. */
export function keep(store, key, value) {
  try {
    window[store].setItem(key, value);
    return true;
  } catch {
    return false;
  }
}

export function kept(store, key) {
  try {
    return window[store].getItem(key);
  } catch {
    return null;
  }
}

/** POST JSON; throws when no complete answer came. */
export async function post(path, body, seconds = 30) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(seconds * 1000),
  });
  const data = answer.ok ? await answer.json() : await answer.json().catch(() => ({}));
  const after = Number(answer.headers.get("Retry-After")) * 1000 || 0;
  return { ok: answer.ok, status: answer.status, data, after };
}

/* ---- files ---- */

export function size(bytes) {
  if (bytes >= 1024 ** 2) return `${Math.ceil((bytes / 1024 ** 2) * 10) / 10} MB`;
  return `${Math.max(1, Math.round(bytes / 1024))} KB`;
}

export const isPicture = (type) => /^image\/(png|jpe?g|gif|webp|bmp)$/.test(type);
const ownUrl = (url) => (new URL(url, location).origin === location.origin ? url : "#");

/** A picture small enough to glance at; drawn, because the page's policy allows no pictures but the server's own. */
export async function thumbnail(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, 480 / Math.max(picture.width, picture.height));
  const side = (length) => Math.max(1, Math.round(length * scale));
  const canvas = el("canvas", { width: side(picture.width), height: side(picture.height), role: "img", ariaLabel: file.name });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return canvas;
}

export function readBase64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(",")[1] ?? "");
    reader.onerror = reject;
    reader.readAsDataURL(file);
  });
}

/* ---- practice time, in the server's zone whatever the browser's is ---- */

export const practiceNow = () => Date.now() + clock.skew;

/** A date whose UTC fields read as the server's local time. */
export function local(ms) {
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(clock.zone);
  return new Date(ms + Number(`${sign}1`) * (hours * 60 + Number(minutes)) * MINUTE);
}

export function spoken(ms) {
  const day = local(ms);
  const year = day.getUTCFullYear();
  const date = `${day.getUTCMonth() + 1}月${day.getUTCDate()}日 周${"日一二三四五六"[day.getUTCDay()]}`;
  const past = year === local(practiceNow()).getUTCFullYear() ? "" : `${year}年`;
  return `${past}${date} ${day.toISOString().slice(11, 16)}`;
}

/* ---- views: one a person ---- */

export function viewOf(id) {
  if (views.has(id)) return views.get(id);
  const list = el("div", { className: "list", role: "log", ariaLabel: `${id}的对话`, dataset: { empty: EMPTY } });
  const scroller = el("div", { className: "scroller", tabIndex: 0 }, list);
  const view = {
    id, list, scroller, rows: new Map(), queue: [], draining: false, wake: null,
    pinned: true, scroll: 0, draft: "", files: [], lost: new Map(),
  };
  scroller.addEventListener("scroll", () => {
    view.scroll = scroller.scrollTop;
    view.pinned = view.scroll > -60;
    if (view.pinned) hook("newer").hidden = true;
  }, { passive: true });
  views.set(id, view);
  return view;
}

export function toBottom(view) {
  view.scroller.scrollTop = 0;
  hook("newer").hidden = true;
}

/* ---- bubbles ---- */

export function drawTile(name, bytes, url) {
  const kind = /\.(\w{1,5})$/.exec(name)?.[1].toUpperCase() ?? "文件";
  const about = el("small", { textContent: size(bytes) + (url ? " · 点击下载" : "") });
  const link = url ? { href: ownUrl(url), download: name } : {};
  return el(url ? "a" : "div", { className: "tile", ...link },
    el("span", { className: "kind", textContent: kind }),
    el("span", {}, el("strong", { textContent: name }), about));
}

function drawFile({ name, type, size: bytes, url }) {
  if (!isPicture(type)) return drawTile(name, bytes, url);
  const picture = el("img", { src: ownUrl(url), alt: name, decoding: "async" });
  const open = () => enlarge(picture);
  const button = el("button", { type: "button", className: "thumb", ariaLabel: `放大图片：${name}`, onclick: open }, picture);
  // Of what was not kept, or is not yet, there is no picture.
  picture.onerror = () => button.replaceWith(drawTile(name, bytes, null));
  return button;
}

function enlarge({ src, alt }) {
  Object.assign(hook("viewer").querySelector("img"), { src, alt });
  hook("viewer").showModal();
}

/** The words of a text; of all that is in it only the address of a digest's page becomes a link. */
function linked(text) {
  const parts = text.split(/(\/digest\/[\w-]{43}\?[\w=&%.+-]*)/);
  const link = (href) => el("a", { href, textContent: href, target: "_blank", rel: "noreferrer" });
  return parts.map((part, place) => (place % 2 ? link(part) : part));
}

function drawBubble(text, attachment) {
  return el("div", { className: "bubble" }, attachment, text && el("p", { className: "text" }, ...linked(text)));
}

function drawButton({ id, label }) {
  return el("button", { type: "button", textContent: label, dataset: { button: id } });
}

function drawRow(bubble, attachment = bubble.file && drawFile(bubble.file)) {
  const buttons = (bubble.buttons ?? []).map(drawButton);
  const row = el("article", { className: "row", dataset: { from: bubble.from } },
    el("time", { className: "stamp", hidden: true }),
    drawBubble(bubble.text, attachment),
    buttons.length > 0 && el("div", { className: "buttons" }, ...buttons),
    bubble.from === "me" && el("p", { className: "state" }));
  if (bubble.id) row.dataset.id = bubble.id;
  row.at = bubble.at ? Date.parse(bubble.at) : Infinity;
  row.text = bubble.text;
  return row;
}

/** Say the time above a row that comes well after the one before it. */
function stamp(row) {
  if (!row) return;
  const when = (some) => (some.at === Infinity ? practiceNow() : some.at);
  const before = row.previousElementSibling;
  const shown = !before || when(row) - when(before) > 5 * MINUTE;
  row.firstChild.hidden = !shown;
  if (shown) row.firstChild.textContent = spoken(when(row));
}

/** Put a row where its time belongs; what the server has not confirmed stays last. */
function place(view, row) {
  row.remove();
  let before = view.list.lastElementChild;
  while (before && before.at > row.at) before = before.previousElementSibling;
  if (before) before.after(row);
  else view.list.prepend(row);
  stamp(row);
  stamp(row.nextElementSibling);
}

/** A bubble from the stream or from an answer: drawn once, whichever way and however often it comes. */
export function receive(view, bubble) {
  const known = view.rows.get(bubble.id);
  view.lost.delete(bubble.client);
  if (known) return known.text === bubble.text ? undefined : countUp(view, known, bubble);
  const mine = bubble.client && view.rows.get(bubble.client);
  const row = mine || drawRow(bubble);
  view.rows.set(bubble.id, row);
  if (bubble.client) view.rows.set(bubble.client, row);
  if (mine) return confirm(view, row, bubble);
  place(view, row);
  if (view.scroller.isConnected) hook("newer").hidden = view.pinned;
}

/** The answer to an album counts its photos until it goes out: after the last of them. */
function countUp(view, row, { from, text, at }) {
  if (from !== "bot") return;
  row.text = text;
  row.querySelector(".text").replaceChildren(...linked(text));
  row.at = Date.parse(at);
  place(view, row);
}

/** The server's version of a bubble that is already drawn. */
function confirm(view, row, bubble) {
  row.dataset.id = bubble.id;
  const drawn = row.querySelector("canvas");
  if (bubble.file) row.querySelector(".bubble").replaceWith(drawBubble(bubble.text, drawn ?? drawFile(bubble.file)));
  if (row.at !== Infinity) return;
  row.at = Date.parse(bubble.at);
  place(view, row);
}

/* ---- the outbox: a person's messages one after the other, each repeated under its own id until answered ---- */

function saveOutbox() {
  const waiting = [...views.values()].flatMap((view) => [...view.lost.values(), ...view.queue]);
  const jobs = waiting.map(({ body, shown }) => ({ body, shown }));
  const save = (some) => keep("sessionStorage", "practice.outbox", JSON.stringify(some));
  // A browser keeps a few MB: of photos that are larger it keeps what they were.
  const named = ({ name }) => name && { name };
  save(jobs) || save(jobs.map(({ body, shown }) => ({ body: { ...body, file: named(body.file ?? {}) }, shown })));
}

/** Take up what a reload of the page interrupted; what cannot be sent again without its photo is back in the box. */
export function restoreOutbox() {
  const jobs = JSON.parse(kept("sessionStorage", "practice.outbox") ?? "[]");
  const isLost = ({ body }) => body.file && body.file.data === undefined;
  for (const job of jobs.filter(isLost)) {
    const view = viewOf(job.body.person);
    view.lost.set(job.body.id, job);
    view.draft = [view.draft, job.body.text].filter(Boolean).join("\n");
  }
  for (const job of jobs) if (!isLost(job)) enqueue(viewOf(job.body.person), job.body, job.shown);
}

/** Which photos are to be chosen again. */
export function missing({ lost }) {
  const names = [...lost.values()].map(({ body }) => `「${body.file.name}」`).join("");
  return names && `页面刷新时还没有传完，请重新选${names}，再发一次。`;
}

export function emptyOutbox() {
  for (const view of views.values()) {
    view.queue.length = 0;
    view.lost.clear();
  }
  saveOutbox();
}

export const wakeOutbox = () => views.forEach((view) => view.wake?.());
export const isWaiting = () => [...views.values()].some((view) => view.queue.length + view.files.length > 0);

export function enqueue(view, body, shown, attachment) {
  const tile = attachment ?? (body.file && drawTile(body.file.name, body.file.data.length * 0.75, null));
  const row = drawRow({ from: "me", text: shown }, tile);
  view.rows.set(body.id, row);
  mark(row, "sending", "发送中…");
  place(view, row);
  view.queue.push({ body, shown, row, tries: 0 });
  saveOutbox();
  drain(view);
}

function mark(row, state, ...sentence) {
  row.dataset.state = state;
  row.lastChild.replaceChildren(...sentence.filter(Boolean));
}

async function drain(view) {
  if (view.draining) return;
  view.draining = true;
  while (view.queue.length > 0) {
    const job = view.queue[0];
    const wait = await attempt(view, job);
    if (wait > 0) {
      mark(job.row, "retrying", `还没送到，正在自动重试（第 ${++job.tries} 次）…`);
      await new Promise((resolve) => { view.wake = resolve; setTimeout(resolve, wait); });
    } else if (view.queue[0] === job) {
      view.queue.shift();
      saveOutbox();
    }
  }
  view.draining = false;
}

/** One try: milliseconds to wait before the next, or 0 when the server has decided. */
async function attempt(view, { body, row, tries }) {
  const answer = await post("/practice/messages", body).catch(() => null);
  const passing = !answer || answer.status >= 500 || answer.status === 429 || answer.status === 408;
  if (passing) return Math.max(Math.min(15_000, 800 * 2 ** tries), answer?.after ?? 0);
  settle(view, body, row, answer);
  return 0;
}

function settle(view, body, row, { ok, status, data }) {
  const replies = data.replies ?? [];
  if (row.at === Infinity) row.at = Date.parse(replies[0]?.at) || practiceNow();
  if (!ok) {
    const again = body.text && el("button", { type: "button", textContent: "改一改", dataset: { again: body.text } });
    return mark(row, "refused", data.error ?? `没有发出去（${status}）。`, again);
  }
  const failed = data.state === "failed";
  mark(row, failed ? "failed" : "sent", failed && "收到了，但处理时出了错。");
  replies.forEach((bubble) => receive(view, bubble));
}

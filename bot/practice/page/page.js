/* The practice page: who you are, what you write, the live stream, and the practice clock. */

import {
  clock, drawTile, el, emptyOutbox, enqueue, hook, isPicture, isWaiting, keep, kept, local, missing, post,
  practiceNow, readBase64, receive, restoreOutbox, size, spoken, thumbnail, toBottom, viewOf, views, wakeOutbox,
} from "./chat.js";
import { againTour, noteTour, startTour } from "./tour.js";

const LIMIT = 10 * 1024 * 1024;
const MOST = 10;
const DAY = 86_400_000;
const page = { people: [], unread: new Map(), current: null, stream: null, retry: 0, next: null, restarted: false };
const ui = new Proxy({}, { get: (known, name) => (known[name] ??= hook(name)) });
const wide = matchMedia("(width >= 860px)");
const finePointer = matchMedia("(pointer: fine)");
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/* ---- the server: its state once, then its stream ---- */

async function loadState() {
  const answer = await fetch("/practice/state");
  if (!answer.ok) throw new Error(`state: ${answer.status}`);
  const state = await answer.json();
  page.people = state.people;
  setClock(state);
  drawPeople();
}

function setOnline(online) {
  document.body.classList.toggle("offline", !online);
  const person = page.people.find(({ id }) => id === page.current?.id);
  ui.status.textContent = online ? [person.role, person.unit].filter(Boolean).join(" · ") : "连不上，正在重试…";
}

function disconnect() {
  clearTimeout(page.retry);
  page.stream?.close();
}

/** A page that nobody sees keeps no stream: a browser opens only six connections to a host, over all its tabs. */
function connect() {
  disconnect();
  if (document.hidden) return;
  const view = page.current;
  const stream = (page.stream = new EventSource(`/practice/events?person=${encodeURIComponent(view.id)}`));
  const on = (name, act) => stream.addEventListener(name, (event) => act(JSON.parse(event.data || "null")));
  // All may have been emptied while nobody saw the page: then nothing comes, or numbers come again, or the clock is back.
  let missed = [...view.rows.values()].some((row) => row.dataset.id);
  on("message", (bubble) => {
    missed = false;
    if (isOther(view.rows.get(bubble.id), bubble)) startOver();
    else {
      const again = view.lost.size;
      receive(view, bubble);
      // It had arrived after all.
      if (view.lost.size < again) ui.hint.textContent = missing(view);
    }
  });
  on("clock", (time) => {
    if (missed || Date.parse(time.now) < practiceNow() - 60_000) startOver();
    else setClock(time);
    missed = false;
  });
  on("unread", ({ person, count }) => setUnread(person, count));
  on("restart", () => { page.restarted = true; startOver(); });
  stream.onopen = () => {
    if (document.body.classList.contains("offline")) loadState().catch(() => {});
    setOnline(true);
    wakeOutbox();
  };
  stream.onerror = () => {
    setOnline(false);
    if (stream.readyState === EventSource.CLOSED) page.retry = setTimeout(connect, 3000);
  };
}

/** Whether the number of a drawn bubble has been given to another one: all was emptied meanwhile. */
function isOther(row, { at }) {
  return Boolean(row && at) && Number.isFinite(row.at) && Date.parse(at) - row.at > 60_000;
}

/** Everything is empty again; the same person goes on. */
async function startOver() {
  const { id } = page.current;
  disconnect();
  emptyOutbox();
  views.clear();
  page.unread.clear();
  await loadState().catch(() => {});
  choose(id);
}

async function restart() {
  page.restarted = false;
  ui["clock-note"].textContent = "";
  try {
    const { ok, data } = await post("/practice/restart", {}, 60);
    if (!ok) ui["clock-note"].textContent = data.error ?? "没有清空，请再试一次。";
    else if (!page.restarted) await startOver();
    if (ok) openPanel(false);
  } catch {
    ui["clock-note"].textContent = "没连上，请再试一次。";
  }
}

/* ---- people ---- */

function choose(id) {
  const person = page.people.find((some) => some.id === id) ?? page.people[0];
  if (page.current) page.current.draft = ui.input.value;
  const view = (page.current = viewOf(person.id));
  ui.messages.replaceChildren(view.scroller);
  ui.newer.hidden = true;
  ui.hint.textContent = missing(view);
  ui.me.textContent = person.name;
  ui.phrases.replaceChildren(...person.phrases.map((phrase) => el("button", { type: "button", textContent: phrase })));
  ui.phrases.scrollLeft = 0;
  write(view.draft);
  attach(view.files);
  view.scroller.scrollTop = view.scroll;
  setUnread(person.id, 0);
  keep("localStorage", "practice.person", person.id);
  history.replaceState(null, "", `?person=${encodeURIComponent(person.id)}`);
  connect();
  noteTour(person.id);
}

function drawPerson({ id, name, role, unit }) {
  const words = el("span", { textContent: name }, el("small", { textContent: [role, unit].filter(Boolean).join(" · ") }));
  const count = el("b", { className: "badge", hidden: true });
  return el("button", { type: "button", onclick: () => { choose(id); openPanel(false); }, dataset: { testid: "person", person: id } },
    el("i", { textContent: name.slice(0, 1), ariaHidden: "true" }), words, count);
}

function drawPeople() {
  const groups = [...new Set(page.people.map(({ group }) => group))];
  const drawn = groups.flatMap((group) => [
    el("h3", { textContent: group }),
    ...page.people.filter((person) => person.group === group).map(drawPerson),
  ]);
  ui.people.replaceChildren(...drawn);
  drawUnread();
}

function setUnread(id, count) {
  page.unread.set(id, id === page.current.id ? 0 : count);
  drawUnread();
}

function drawUnread() {
  for (const button of ui.people.querySelectorAll("button")) {
    const count = page.unread.get(button.dataset.person) ?? 0;
    button.ariaCurrent = String(button.dataset.person === page.current?.id);
    Object.assign(button.lastChild, { hidden: !count, textContent: count, ariaLabel: `${count} 条未读` });
  }
  const total = [...page.unread.values()].reduce((sum, count) => sum + count, 0);
  Object.assign(ui.unread, { hidden: !total, textContent: total, ariaLabel: `别人有 ${total} 条未读` });
  document.title = `${total ? `(${total}) ` : ""}辅导员助手 · 演练`;
}

/** On a narrow screen people and time are a drawer; on a wide one they are always there. */
function openPanel(open, at) {
  const drawer = open && !wide.matches;
  const wasDrawer = document.body.classList.contains("drawer");
  document.body.classList.toggle("drawer", drawer);
  ui.menu.ariaExpanded = String(drawer);
  ui.panel.inert = !drawer && !wide.matches;
  ui.phone.inert = drawer;
  if (open) (at ?? ui.people.querySelector("[aria-current=true]"))?.focus();
  else if (wasDrawer) ui.menu.focus();
}

/* ---- the practice clock ---- */

function drawClock() {
  const now = spoken(practiceNow());
  if (ui.clock.textContent === now) return;
  ui.clock.textContent = now;
  ui.clock.dateTime = new Date(practiceNow()).toISOString();
  ui["clock-now"].textContent = `${local(practiceNow()).getUTCFullYear()}年${now}`;
}

function setClock({ now, next }) {
  clock.zone = /[+-]\d\d:\d\d$/.exec(now)?.[0] ?? "+00:00";
  clock.skew = Date.parse(now) - Date.now();
  page.next = next;
  drawClock();
  const soon = local(practiceNow() + 60_000).toISOString().slice(0, 16);
  Object.assign(ui["clock-input"], { min: soon, value: soon });
  ui["next-what"].textContent = next ? `${spoken(Date.parse(next.at))}\n${next.what}` : "眼下没有排好的提醒。";
  ui["next-reminder"].disabled = !next;
}

/** Move the practice clock to an ISO time; the server lives through every reminder in between. */
async function moveClock(to) {
  ui["clock-note"].textContent = "时间正在往前走…";
  ui["clock-box"].disabled = true;
  try {
    const { ok, data } = await post("/practice/clock", { now: to, person: page.current?.id }, 180);
    ui["clock-note"].textContent = ok ? "" : data.error ?? "没有走成，请再试一次。";
    if (ok) {
      setClock(data);
      openPanel(false);
    } else await loadState();
  } catch {
    ui["clock-note"].textContent = "没连上，请再试一次。";
  } finally {
    ui["clock-box"].disabled = false;
  }
}

function moveTo(ms) {
  if (ms > practiceNow()) moveClock(local(ms).toISOString().slice(0, 19) + clock.zone);
  else ui["clock-note"].textContent = "演练时间只能往前走，请选一个更晚的时间。";
}

/* ---- writing ---- */

function write(text) {
  ui.input.value = text;
  growInput();
  if (finePointer.matches) ui.input.focus();
}

function growInput() {
  ui.input.rows = Math.min(5, ui.input.value.split("\n").length);
}

/** One message, or an album: each photo is a message of its own, the words go with the first. */
function submit({ text, button, shown = text ?? "" }) {
  const view = page.current;
  const files = button ? [] : view.files;
  const pressed = button && view.queue.some(({ body }) => body.button === button);
  if (pressed || (!text && !button && files.length === 0)) return;
  if (files.length > 0) attach([]);
  if (!button) view.lost.clear();
  ui.hint.textContent = missing(view);
  const album = files.length > 1 ? crypto.randomUUID() : undefined;
  const send = (said, body, tile) => enqueue(view, { id: crypto.randomUUID(), person: view.id, album, ...body }, said, tile);
  send(shown, { text, button, file: files[0]?.data }, files[0]?.tile);
  for (const { data, tile } of files.slice(1)) send("", { file: data }, tile);
  toBottom(view);
  noteTour(view.id, text);
}

function sendInput() {
  submit({ text: ui.input.value.trim() || undefined });
  ui.input.value = "";
  growInput();
}

async function pick(chosen) {
  const view = page.current;
  const files = [...chosen].slice(0, MOST - view.files.length);
  ui.hint.textContent = files.length < chosen.length ? `一次最多发 ${MOST} 个，多的没有选上。` : "";
  for (const file of files) {
    const read = await prepared(file);
    if (read) view.files.push(read);
  }
  if (view === page.current) attach(view.files);
}

/** A chosen file, ready to be sent; nothing, with a word why, where it cannot be. */
async function prepared(file) {
  if (file.size > LIMIT) {
    ui.hint.textContent = `「${file.name}」有 ${size(file.size)}，最多能发 10 MB。请换一个小一点的。`;
    return null;
  }
  try {
    const canvas = isPicture(file.type) ? await thumbnail(file).catch(() => null) : null;
    const data = { name: file.name, type: file.type || "application/octet-stream", data: await readBase64(file) };
    return { data, tile: canvas ?? drawTile(file.name, file.size, null), label: canvas ? file.name : "" };
  } catch {
    ui.hint.textContent = `「${file.name}」读不出来，请换一个。`;
    return null;
  }
}

/** Show what goes with the next message, or nothing. */
function attach(files) {
  page.current.files = files;
  ui.attached.hidden = files.length === 0;
  const remove = el("button", { type: "button", textContent: "不发了", onclick: () => attach([]), dataset: { testid: "detach" } });
  ui.attached.replaceChildren(...files.map(({ tile }) => tile), el("span", { className: "name", textContent: files.length === 1 ? files[0].label : "" }), remove);
  if (finePointer.matches) ui.input.focus();
}

/* ---- wiring ---- */

function wireWriting() {
  ui.composer.addEventListener("submit", (event) => { event.preventDefault(); sendInput(); });
  ui.input.addEventListener("input", growInput);
  ui.input.addEventListener("keydown", (event) => {
    // 229 is Safari's sign that the key belonged to the input method.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    sendInput();
  });
  ui.input.addEventListener("paste", ({ clipboardData: { files, types } }) => {
    // Cells copied from a spreadsheet come as text and as a picture: the text is meant.
    if (files[0] && !types.includes("text/plain")) pick(files);
  });
  ui.attach.addEventListener("change", async () => { await pick(ui.attach.files); ui.attach.value = ""; });
  ui.phrases.addEventListener("click", ({ target }) => target.matches("button") && submit({ text: target.textContent }));
  ui.newer.addEventListener("click", () => toBottom(page.current));
  ui.messages.addEventListener("click", ({ target }) => {
    if (target.dataset.button) submit({ button: target.dataset.button, shown: target.textContent });
    if (target.dataset.again) write(target.dataset.again);
  });
}

function wirePanel() {
  ui.menu.addEventListener("click", () => openPanel(true));
  ui["clock-menu"].addEventListener("click", () => openPanel(true, ui["clock-input"]));
  for (const name of ["panel-close", "scrim"]) ui[name].addEventListener("click", () => openPanel(false));
  document.addEventListener("keydown", ({ key }) => key === "Escape" && openPanel(false));
  wide.addEventListener("change", () => openPanel(false));
  ui["next-reminder"].addEventListener("click", () => moveClock(page.next.at));
  ui["clock-form"].addEventListener("submit", (event) => {
    event.preventDefault();
    moveTo(Date.parse(`${ui["clock-input"].value}:00${clock.zone}`));
  });
  for (const button of ui.panel.querySelectorAll("[data-days]")) {
    button.addEventListener("click", () => moveTo(practiceNow() + button.dataset.days * DAY));
  }
  ui["tour-again"].addEventListener("click", () => { openPanel(false); againTour(); });
  ui.restart.addEventListener("click", () => { ui["restart-dialog"].returnValue = ""; ui["restart-dialog"].showModal(); });
  ui["restart-dialog"].addEventListener("close", () => ui["restart-dialog"].returnValue === "yes" && restart());
  ui.viewer.addEventListener("click", ({ target }) => target === ui.viewer && ui.viewer.close());
}

async function start() {
  for (let wait = 1000; ; wait = Math.min(15_000, wait * 2)) {
    await loadState().catch(() => setOnline(false));
    if (page.people.length > 0) break;
    await sleep(wait);
  }
  wireWriting();
  wirePanel();
  openPanel(false);
  for (const waiting of ui.phone.querySelectorAll("[inert]")) waiting.inert = false;
  const linked = new URLSearchParams(location.search).get("person");
  restoreOutbox();
  startTour(choose, linked);
  choose(linked ?? kept("localStorage", "practice.person"));
  if (linked && page.current.id !== linked)
    ui.hint.textContent = `这里没有「${linked.slice(0, 20)}」，现在是${page.current.id}。换人请点上面的名字。`;
  setInterval(drawClock, 1000);
  window.addEventListener("online", wakeOutbox);
  document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));
  window.addEventListener("beforeunload", (event) => isWaiting() && event.preventDefault());
}

start();

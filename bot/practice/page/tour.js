/* Once around in five taps: a bar that says what to tap next. Who closes it is not shown it again. */

import { el, hook, keep, kept } from "./chat.js";

const KEY = "practice.tour";
const LOOP = [
  { who: "张老师", tap: "主题队日", says: "您是中队辅导员张老师。活动办完了：点下面这句话，报上去。" },
  { who: "李老师", says: "记下了。换成大队辅导员李老师，看看全校。" },
  { who: "李老师", tap: "周报", says: "点「周报」：谁报了，谁没报。" },
  { who: "李老师", tap: "催办", says: "点「催办」：只提醒还没报的中队。" },
  { who: "赵老师", says: "换成还没报的赵老师，提醒几秒钟就到（夜里的早上到）。" },
];
const END = "这就走完一圈了。点上面的时间，可以走到下一个提醒；点右上角的名字，可以换人。";
const tour = { step: 0, choose: null, who: "" };

/** Begin where it was left; `choose` changes the person. Who came by a link to somebody wants to see them. */
export function startTour(choose, linked) {
  const left = kept("localStorage", KEY) ?? (linked ? "closed" : "0");
  tour.choose = choose;
  go(left === "closed" ? null : Number(left), !linked);
}

export const againTour = () => go(0);

function go(step, lasting = true) {
  tour.step = step;
  if (lasting) keep("localStorage", KEY, step ?? "closed");
  draw();
}

/** Somebody is played now; or, with words, has said them. */
export function noteTour(who, words = "") {
  tour.who = who;
  const step = LOOP[tour.step];
  if (step?.who === who && words.includes(step.tap ?? "")) go(tour.step + 1);
  else draw();
}

function draw() {
  const bar = hook("tour");
  bar.hidden = tour.step === null || !tour.who;
  for (const phrase of hook("phrases").children) phrase.classList.remove("next");
  if (bar.hidden) return;
  const step = LOOP[tour.step];
  const away = step && step.who !== tour.who;
  const count = step ? `${tour.step + 1}/${LOOP.length} ` : "";
  bar.replaceChildren(...[
    el("p", {}, el("b", { textContent: count }), away && step.tap ? `换回${step.who}，接着走。` : step?.says ?? END),
    away && el("button", { type: "button", className: "main", textContent: `换成${step.who}`, onclick: () => tour.choose(step.who) }),
    el("button", { type: "button", className: "quiet", textContent: "×", ariaLabel: "不用带我走了", onclick: () => go(null), dataset: { testid: "tour-close" } }),
  ].filter(Boolean));
  const next = !away && step?.tap && [...hook("phrases").children].find(({ textContent }) => textContent.includes(step.tap));
  if (!next) return;
  next.classList.add("next");
  next.scrollIntoView({ block: "nearest", inline: "start" });
}

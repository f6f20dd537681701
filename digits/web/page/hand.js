// The user's hand: the digits that are kept of it, and the net's learning from them.

import { $, element } from "./dom.js";
import { own } from "./server.js";

const PAUSE = 500; // ms, between two looks at how far it has learned
const STEP = /^\[(\d+)\/(\d+)\] (.*)/; // as the training script begins its lines

const FOR_TERMINALS = /^(Saved|Read with it|Back to before|To save it)/;
const OUTCOMES = {
  learned: "Done, and your hand is read with what was learned:",
  unchanged: "Nothing was learned:",
  failed: "It could not learn:",
};

let timer = null; // of the next look

export function nameModel(model) {
  $("model").textContent = `Read by ${model}.`;
}

export async function showHand() {
  const said = await own();
  if (said.error) throw said.error;
  showKept(said);
  showLesson(said);
}


// --- what is kept ---

function showKept({ kept, lesson }) {
  const digits = Object.entries(kept);
  const missing = digits.filter(([, names]) => !names.length).map(([digit]) => digit);
  const leftOut = lesson?.said.filter((line) => line.startsWith("left out:")).join() ?? "";
  const images = digits.map(([digit, names]) => {
    const shown = element("dd", "", names.length ? "" : "none yet");
    shown.append(...names.map((name, i) => imageOf(digit, name, `${digit}, number ${i + 1}`, leftOut.includes(name))));
    return [element("dt", "", digit), shown];
  });
  $("kept").replaceChildren(...images.flat());
  $("delete-all").disabled = missing.length === digits.length;
  $("kept-note").textContent = missing.length && !$("delete-all").disabled ? `Still missing: ${missing.join(", ")}.` : "";
}

function imageOf(digit, name, words, isLeftOut) {
  const button = Object.assign(element("button", isLeftOut ? "left-out" : ""), { type: "button" });
  button.title = `${isLeftOut ? "Left out when it last learned. " : ""}Delete this ${words}`;
  const image = { src: `/api/own/${digit}/${name}`, alt: button.title, loading: "lazy" };
  button.append(Object.assign(element("img"), image));
  button.addEventListener("click", async () => {
    const place = [...$("kept").querySelectorAll("button")].indexOf(button);
    await change(`/${digit}/${name}`, "DELETE");
    ($("kept").querySelectorAll("button")[place] ?? $("delete-all")).focus();
  });
  return button;
}

async function change(part, method) {
  const { error } = await own(part, method);
  try {
    await showHand();
  } catch {} // the server is gone, as `error` says
  if (error) $("lesson-note").textContent = error;
}

$("delete-all").addEventListener("click", () => {
  if (confirm("Delete all digits that were kept?")) change("", "DELETE");
});


// --- learning ---

function showLesson({ kept, lesson, model, is_own, beneath, command }) {
  const isLearning = lesson?.state === "learning";
  const said = lesson?.said ?? [];
  const step = showProgress(said.filter((line) => STEP.test(line)));
  nameModel(model);
  $("by-command").hidden = !command;
  $("by-command").querySelector("code").textContent = command ?? "";
  $("learn").hidden = Boolean(command);
  $("learn").disabled = isLearning || Object.values(kept).every(({ length }) => !length);
  $("anyway").hidden = lesson?.state !== "unchanged";
  $("forget").hidden = !is_own;
  $("forget").textContent = `Forget, and read with ${beneath} again`;
  $("forget").disabled = isLearning;
  $("lesson").hidden = !isLearning;
  $("lesson-said").textContent = said.filter((line) => !STEP.test(line) && !FOR_TERMINALS.test(line)).join("\n");
  $("lesson-note").textContent = { ...OUTCOMES, learning: step }[lesson?.state] ?? "";
  clearTimeout(timer);
  if (isLearning) timer = setTimeout(watch, PAUSE);
}

// Shows how far it has come, and returns the step that it is at in words.
function showProgress(steps) {
  const [, begun, count, step] = steps.at(-1)?.match(STEP) ?? [];
  if (count) $("lesson").value = (begun - 1) / count;
  else $("lesson").removeAttribute("value");
  return step ?? "Starting ...";
}

async function watch() {
  const said = await own();
  if (said.error) {
    $("lesson-note").textContent = said.error;
    timer = setTimeout(watch, PAUSE);
    return;
  }
  if (said.lesson?.state !== "learning") showKept(said); // with what was left out
  showLesson(said);
}

$("learn").addEventListener("click", () => change("/lesson", "POST"));
$("anyway").addEventListener("click", () => change("/lesson?anyway=true", "POST"));
$("forget").addEventListener("click", async () => {
  await change("/lesson", "DELETE");
  $("learn").focus();
});

// The user's hand: the digits that are kept of it, and the net's learning from them.

import { $, element } from "./dom.js";
import { own } from "./server.js";

const PAUSE = 500; // ms, between two looks at how far it has learned
const STEP = /^\[(\d+)\/(\d+)\] (.*)/; // as the training script begins its lines

let timer = null; // of the next look

export function nameModel(model) {
  $("model").textContent = `Read by ${model}.`;
}

export async function showHand() {
  const said = await own();
  if (said.error) throw said.error;
  showKept(said.kept);
  showLesson(said);
}


// --- what is kept ---

function showKept(kept) {
  const digits = Object.entries(kept);
  const counts = digits.map(([, names]) => names.length);
  const missing = digits.filter(([, names]) => !names.length).map(([digit]) => digit);
  $("kept").replaceChildren(...digits.flatMap(([digit, names]) => [element("dt", "", digit), imagesOf(digit, names)]));
  const isEmpty = counts.every((count) => !count);
  $("kept-note").textContent = isEmpty ? "" : missing.length ? `Still missing: ${missing.join(", ")}.` : "";
  $("delete-all").disabled = isEmpty;
}

function imagesOf(digit, names) {
  const images = element("dd", "", names.length ? "" : "none yet");
  images.append(...names.map((name) => {
    const address = `/${digit}/${name}`;
    const button = Object.assign(element("button"), { type: "button", title: `Delete this ${digit}` });
    button.append(Object.assign(element("img"), { src: `/api/own${address}`, alt: `Delete this ${digit}` }));
    button.addEventListener("click", () => change(address, "DELETE"));
    return button;
  }));
  return images;
}

async function change(part, method) {
  const { error } = await own(part, method);
  if (error) $("lesson-note").textContent = error;
  else await showHand();
}

$("delete-all").addEventListener("click", () => {
  if (confirm("Delete all digits that were kept?")) change("", "DELETE");
});


// --- learning ---

function showLesson({ kept, lesson, model, is_own, beneath, command }) {
  nameModel(model);
  const isLearning = lesson?.state === "learning";
  $("by-command").hidden = !command;
  $("by-command").querySelector("code").textContent = command ?? "";
  $("learn").hidden = Boolean(command);
  $("learn").disabled = isLearning || Object.values(kept).every(({ length }) => !length);
  $("forget").hidden = !is_own;
  $("forget").textContent = `Forget, and read with ${beneath} again`;
  $("forget").disabled = isLearning;
  $("lesson").hidden = !isLearning;
  const said = lesson?.said ?? [];
  const step = showProgress(said.filter((line) => STEP.test(line)));
  $("lesson-said").textContent = said.filter((line) => !STEP.test(line)).join("\n");
  $("lesson-note").textContent = { learning: step, failed: "It could not learn:", learned: "Done:" }[lesson?.state] ?? "";
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
  if (said.error) $("lesson-note").textContent = said.error;
  else showLesson(said);
}

$("learn").addEventListener("click", () => change("/lesson", "POST"));
$("forget").addEventListener("click", () => change("/lesson", "DELETE"));

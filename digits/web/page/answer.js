// The answer to what was given last: its text, how sure it is, what the net saw; and its uses.

import { $, element, imageOf, percent, save } from "./dom.js";
import { fit, hint, showBoxes } from "./frame.js";
import { readingOf, withBoxes } from "./server.js";

const NO_DIGIT = "not a digit";
const WORTH_A_BAR = 0.05; // of NO_DIGIT

let turn = 0; // counts what is asked and called off; the answer to what is not the latest is dropped
export let answered = null; // the file that was read, whether it might be turned, and the answer
export let followed = null; // the digit that is followed through the net
let place = 0; // which of the digits that is


// --- asking ---

export async function ask(file, name, mayTurn = true) {
  const isLatest = supersede();
  const answer = await readingOf(file, name, mayTurn);
  if (!isLatest()) return answer;
  if (answer.error) showTrouble(answer.error);
  else showAnswer(answer, file, mayTurn);
  return answer;
}

// Drops the answers that are still to come; returns a function that tells if nothing else was asked since.
export function supersede() {
  const mine = ++turn;
  return () => mine === turn;
}


// --- no answer ---

export function invite(said, note = "") {
  supersede();
  hint(said);
  say("Nothing to read yet", note);
  $("read").classList.add("empty");
}

export function showTrouble(reason) {
  say("Not read", reason, true);
}

export function say(words, note, isTrouble = false) {
  answered = null;
  $("read").classList.remove("empty");
  showBoxes([]);
  $("seen").hidden = $("use").hidden = $("correction").hidden = true;
  show(words, "", note, isTrouble);
  $("text").className = "few";
}

function show(text, sure, note, isTrouble = false) {
  $("text").replaceChildren(...text.split("\n").map(rowOf));
  $("text").className = "";
  $("sure").textContent = sure;
  $("note").textContent = note;
  $("note").className = isTrouble ? "trouble" : "";
}

function rowOf(row) {
  const line = element("span");
  line.append(...[...row].map((sign) => (sign === "?" ? element("b", "", "?") : sign)));
  return line;
}


// --- an answer ---

function showAnswer(answer, file, mayTurn) {
  const { text, confidence, digits, width, height } = answer;
  fit(width, height);
  if (!digits.length) return say("No digit found", "Nothing here looks like one. Write larger or darker, then try again.");
  if (text !== answered?.answer.text) {
    $("done").textContent = "";
    $("correction").hidden = true;
    place = 0;
  }
  answered = { file, mayTurn, answer };
  followed = digits[place];
  $("read").classList.remove("empty");
  showBoxes(digits, width, height);
  show(text, digits.some(isSure) ? `Confidence ${percent(confidence)}` : "", noteOn(answer));
  $("use").hidden = $("seen").hidden = false;
  $("digits").replaceChildren(...digits.map(cardOf));
}

function noteOn({ digits, turned, page, pages }) {
  const notes = [];
  if (pages) notes.push(`Page ${page} of ${pages}.`);
  if (turned) notes.push("It lies on its side.");
  if (!digits.every(isSure)) notes.push("? is a mark that is not surely one digit, by itself or from what is around it.");
  return notes.join(" ");
}

function isSure(digit) {
  return digit.sure;
}

function cardOf(digit, index) {
  const card = element("li");
  const link = Object.assign(element("a"), { href: "#training", title: "Follow it through the net" });
  link.append(imageOf(digit.pixels, "The image that the net saw"));
  link.addEventListener("click", () => { [place, followed] = [index, digit]; });
  card.append(link, barsOf(digit));
  return card;
}

export function barsOf(digit) {
  const list = element("dl", digit.sure ? "bars sure" : "bars unsure");
  sharesOf(digit).forEach(([what, share], i) => {
    const bar = element("div", i ? "bar" : "bar best");
    bar.append(element("i"));
    bar.firstChild.style.width = `${100 * share}%`;
    list.append(element("dt", "", what), bar, element("dd", "", percent(share)));
  });
  return list;
}

// The likeliest three, where "not a digit" is one if it counts; the server shares that out among the ten digits.
function sharesOf({ top, not_a_digit }) {
  const shares = top.map(([digit, share]) => [digit, Math.max(0, share - not_a_digit / 10)]);
  if (not_a_digit < WORTH_A_BAR) return shares;
  const sorted = [...shares, [NO_DIGIT, not_a_digit]].sort(([, one], [, other]) => other - one).slice(0, 3);
  return sorted[0][0] === NO_DIGIT ? sorted.filter(([, share]) => share >= WORTH_A_BAR) : sorted;
}


// --- its uses ---

async function copy() {
  try {
    await navigator.clipboard.writeText(answered.answer.text);
    $("done").textContent = "Copied.";
  } catch { // only pages at localhost and on https may write to the clipboard
    getSelection().selectAllChildren($("text"));
    $("done").textContent = "Selected. Press Ctrl+C, or hold it, to copy.";
  }
}

async function savePicture() {
  const { file, mayTurn, answer } = answered;
  const picture = await withBoxes(file, answer.image, mayTurn);
  if (picture.error) $("done").textContent = picture.error;
  else save(picture, `${answer.image}.read.png`);
}

// As prediction.py --json prints it, without what only the page shows.
function saveJson() {
  const { image, text, error, confidence, digits } = answered.answer;
  const entries = digits.map(({ pixels, not_a_digit, ...entry }) => entry);
  const json = JSON.stringify({ image, text, error, confidence, digits: entries });
  save(new Blob([json, "\n"], { type: "application/json" }), `${image}.json`);
}

$("copy").addEventListener("click", copy);
$("save-picture").addEventListener("click", savePicture);
$("save-json").addEventListener("click", saveJson);

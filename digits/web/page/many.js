// Many pictures: a row each, the least sure first, and all of them as CSV.

import { supersede } from "./answer.js";
import { $, canvasOf, element, percent, save } from "./dom.js";
import { readingOf } from "./server.js";
import { addWay, choose } from "./ways.js";

const AT_A_TIME = 2; // pictures that are read
const THUMB = 64; // px

const body = $("many").querySelector("tbody");
let results = []; // { file, name, answer }, in the order in which they were given; without answer while it is to come
let round = 0;

export function hasTable() {
  return results.length > 0;
}

// Reads the files and fills the table; a row that is chosen calls open(file, name).
export async function readMany(files, open) {
  const mine = ++round;
  results = files.map((file) => ({ file, name: file.webkitRelativePath || file.name, answer: null }));
  body.replaceChildren();
  choose("many");
  count();
  const waiting = [...results];
  const work = async () => {
    while (waiting.length) {
      const result = waiting.shift();
      const answer = await readingOf(result.file, result.name);
      if (mine !== round) return; // others have been given since
      result.answer = answer;
      insert(rowOf(result, open), confidenceOf(answer));
      count();
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
}

function count() {
  const done = results.filter(({ answer }) => answer);
  const failed = done.filter(({ answer }) => answer.error).length;
  const isOver = done.length === results.length;
  Object.assign($("progress"), { max: results.length, value: done.length, hidden: isOver });
  $("counted").textContent = isOver ? "" : `${done.length} of ${results.length} read`;
  const said = `${done.length - failed} pictures read${failed ? `, ${failed} not: the table says why` : ""}.`;
  $("finished").textContent = isOver ? said : "";
  $("save-csv").disabled = !isOver;
}

function confidenceOf({ error, digits, confidence }) {
  if (error) return -1;
  return digits.length ? confidence : 0;
}

function insert(row, confidence) {
  row.dataset.confidence = confidence;
  body.insertBefore(row, [...body.rows].find((other) => other.dataset.confidence > confidence) ?? null);
}

function rowOf({ file, name, answer }, open) {
  const row = element("tr", answer.error ? "unread" : "");
  const button = Object.assign(element("button"), { type: "button", ariaLabel: `Show ${name}` });
  button.append(thumbnailOf(file));
  button.addEventListener("click", () => open(file, name));
  const picture = element("td");
  picture.append(button);
  const text = element("td");
  text.append(element("b", "", textOf(answer)), element("span", "", name + pageOf(answer)));
  row.append(picture, text);
  if (answer.digits?.length) row.append(element("td", "", percent(answer.confidence)));
  else text.colSpan = 2;
  return row;
}

function pageOf({ page, pages }) {
  return pages ? `, page ${page} of ${pages}` : "";
}

function textOf({ error, text, digits }) {
  if (error) return error;
  return digits.length ? text.replaceAll("\n", " / ") : "no digit found";
}

function thumbnailOf(file) {
  const canvas = canvasOf(THUMB, THUMB);
  createImageBitmap(file).then((image) => {
    const scale = Math.min(THUMB / image.width, THUMB / image.height);
    const [width, height] = [image.width * scale, image.height * scale];
    canvas.getContext("2d").drawImage(image, (THUMB - width) / 2, (THUMB - height) / 2, width, height);
    image.close();
  }, () => {}); // a file that the browser cannot show has no thumbnail
  return canvas;
}

// RFC 4180; the mark in front tells spreadsheets that it is UTF-8.
function csv() {
  const rows = results.map(({ name, answer: { text, confidence, error } }) => [
    name, text?.replaceAll("\n", " / ") ?? "", error ? "" : confidence, error ?? "",
  ]);
  const lines = [["file", "text", "confidence", "error"], ...rows].map((row) => row.map(quoted).join(","));
  return `\ufeff${lines.join("\r\n")}\r\n`;
}

function quoted(value) {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

$("save-csv").addEventListener("click", () => save(new Blob([csv()], { type: "text/csv" }), "digits.csv"));
$("back").addEventListener("click", () => choose("many"));

addWay("many", supersede);

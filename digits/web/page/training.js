// How the net was trained: the record, the curves, the figures, the layers, and a digit on its way through the net.

import { barsOf, followed } from "./answer.js";
import { $, element, imageOf } from "./dom.js";
import { chartOf } from "./curves.js";
import { mapsOf } from "./filters.js";
import { readingOf, sample, training } from "./server.js";

const SAMPLE = "seven.png"; // goes through the net where nothing was read yet

export async function showTraining() {
  const { pictures, layers, record, filters } = await training();
  $("untrained").hidden = pictures.length > 0 || Boolean(record.sha256);
  showRecord(record);
  showCurves(record.history);
  for (const figure of document.querySelectorAll("[data-picture]")) showFigure(figure, pictures);
  showLayers(layers);
  await showWay(filters);
}

function showRecord(record) {
  $("record").hidden = !record.sha256;
  if (record.sha256) $("record").replaceChildren(...figuresOf(record).map(figureOf));
}

function figuresOf(record) {
  const percent = (share) => `${(100 * share).toFixed(2)} %`;
  if (record.taught) return figuresOfLesson(record, percent);
  return [
    ["of the test images read right", percent(record.test_accuracy)],
    ["read wrongly", `${record.read_wrongly} of ${record.test_images.toLocaleString("en")}`],
    ["calibration error", percent(record.calibration_error)],
    ["epochs", record.epochs],
    ["trained in", durationOf(record.seconds)],
    ["trained with", record.command],
  ];
}

function figuresOfLesson(record, percent) {
  const [before, after] = record["held out, read right before and after"];
  const [others, othersAfter] = record["MNIST's validation images, accuracy before and after"];
  const of = (count) => `${count} of ${record["held out"]}`;
  return [
    ["of your digits learned", record.taught.reduce((sum, count) => sum + count)],
    ["of them, held out, read right", `${of(after)}, before ${of(before)}`],
    ["of MNIST's validation images", others === null ? "not at hand" : `${percent(othersAfter)}, before ${percent(others)}`],
    ["learned in", durationOf(record.seconds)],
    ["learned from", record["base model"]],
    ["trained with", record.command],
  ];
}

function durationOf(seconds) {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function figureOf([name, value]) {
  const group = element("div", name === "trained with" ? "command" : "");
  group.append(element("dt", "", name), element("dd", "", value));
  return group;
}

function showCurves(history) {
  $("curves").hidden = !history?.loss;
  if (!history?.loss) return;
  $("curves").querySelector(".charts").replaceChildren(
    chartOf("Loss", history.loss, history.val_loss, rounded),
    chartOf("Accuracy", history.accuracy, history.val_accuracy, (share) => `${rounded(100 * share)} %`),
  );
}

function rounded(value) {
  return value.toLocaleString("en", { maximumSignificantDigits: 4 });
}

function showFigure(figure, pictures) {
  const name = pictures.find((each) => each.endsWith(`_${figure.dataset.picture}.png`));
  figure.hidden = !name;
  if (!name) return;
  const address = `/models/${encodeURIComponent(name)}`;
  figure.querySelector("a").href = figure.querySelector("img").src = address;
}

function showLayers(layers) {
  const total = { kind: "total", settings: "", weights: layers.reduce((sum, { weights }) => sum + weights, 0) };
  $("layers").hidden = !layers.length;
  $("layers").querySelector("tbody").replaceChildren(...[...layers, total].map(rowOf));
}

function rowOf({ kind, settings, weights }) {
  const row = element("tr");
  row.append(...[kind, settings, weights ? weights.toLocaleString("en") : ""].map((text) => element("td", "", text)));
  return row;
}

async function showWay(filters) {
  const digit = filters && (followed ?? (await digitOfSample()));
  $("through").hidden = !digit;
  if (!digit) return;
  const maps = element("div", "maps");
  maps.append(...mapsOf(filters, digit.pixels).map((map, i) => imageOf(map, `What filter ${i + 1} finds`)));
  const strip = [imageOf(digit.pixels, "The image that the net sees"), maps, barsOf(digit)];
  $("through").querySelector(".strip").replaceChildren(...strip);
  $("whose").textContent = followed ? "" : "This is a sample: draw a digit, and it is yours that you see here.";
}

async function digitOfSample() {
  const { digits } = await readingOf(await sample(SAMPLE), SAMPLE);
  return digits?.[0];
}

// The page of web_app.py: a pad, a picture or the camera gives a picture, the server reads it, the answer is shown.

const SIDE = 560; // px of the pad
const SENT = 280; // px of the picture of it that is sent: read four times as fast, and digits keep far more than 20 px
const PEN = 22; // px
const PAUSE = 60; // ms between two readings of the pad while somebody draws
const CONTEXT = (canvas) => canvas.getContext("2d");

const $ = (id) => document.getElementById(id);
const [pad, picture, film, frame, boxes, hint] = ["pad", "picture", "film", "frame", "boxes", "hint"].map($);
const dark = matchMedia("(prefers-color-scheme: dark)");

const HINTS = {
  pad: "Draw digits here: one, several side by side, or rows of them.",
  picture: "Choose, drop or paste a picture, or take a sample below.",
  camera: "Hold a sheet with digits in front of the camera.",
};

const SILENCE = "The server does not answer. Is web_app.py still running?";
let way = "pad"; // or "picture" or "camera"
let turn = 0; // counts requests and cancellations; the answer to an earlier request is dropped
let maxBytes = Infinity;


// --- asking ---

async function ask(file, name) {
  const mine = ++turn;
  const answer = await answerTo(file, name);
  if (mine !== turn) return;
  if (answer.error) showTrouble(answer.error);
  else showAnswer(answer);
}

async function answerTo(file, name) {
  if (file.size > maxBytes) return { error: `The file is larger than ${maxBytes / 1e6} MB.` };
  const address = `/api/read?pixels=true&turn=${way !== "pad"}&name=${encodeURIComponent(name)}`;
  let body;
  try {
    body = await file.arrayBuffer();
  } catch {
    return { error: `${name} cannot be read: it is a folder, or has changed since. Choose it again.` };
  }
  try {
    return await (await fetch(address, { method: "POST", body })).json();
  } catch {
    return { error: SILENCE };
  }
}


// --- the answer ---

function invite(said = HINTS[way]) {
  turn++;
  hint.textContent = said;
  boxes.replaceChildren();
  $("seen").hidden = true;
  say("Nothing to read yet", way === "pad" ? "The answer appears while you draw." : "");
}

function showTrouble(reason) {
  boxes.replaceChildren();
  $("seen").hidden = true;
  say("Not read", reason, true);
}

function say(words, note, isTrouble = false) {
  $("text").className = "few";
  $("text").textContent = words;
  $("note").className = isTrouble ? "trouble" : "";
  $("note").textContent = note;
}

function showAnswer({ text, confidence, digits, width, height, turned, page, pages }) {
  if (way !== "pad") fit(width, height);
  if (turned) turnPicture(turned);
  boxes.replaceChildren(...digits.map((digit) => boxOf(digit, width, height)));
  $("seen").hidden = !digits.length;
  $("digits").replaceChildren(...digits.map(cardOf));
  if (!digits.length) return say("No digit found", "Nothing here looks like one.");
  $("text").className = "";
  $("text").replaceChildren(...text.split("\n").map(rowOf));
  $("note").className = "";
  const where = pages ? `Page ${page} of ${pages}. ` : "";
  $("note").textContent = where + (turned ? "It lies on its side. " : "") + noteOn(digits, confidence);
}

function rowOf(row) {
  const line = element("span");
  line.append(...[...row].map((sign) => (sign === "?" ? element("b", "", "?") : sign)));
  return line;
}

function noteOn(digits, confidence) {
  const sure = digits.filter((digit) => digit.sure);
  if (!sure.length) return "? is a mark that is not surely one digit.";
  const said = `Confidence ${percent(confidence)}.`;
  return sure.length === digits.length ? said : `${said} ? is a mark that is not surely one digit.`;
}

function boxOf({ digit, sure, box: [x, y, w, h] }, width, height) {
  const box = element("div", `box ${sure ? "sure" : "unsure"} ${y < 0.08 * height ? "low" : ""}`);
  box.dataset.label = sure ? digit : "?";
  box.style.left = `${(100 * x) / width}%`;
  box.style.top = `${(100 * y) / height}%`;
  box.style.width = `${(100 * w) / width}%`;
  box.style.height = `${(100 * h) / height}%`;
  return box;
}

function cardOf({ sure, top, pixels }) {
  const card = element("li", sure ? "sure" : "unsure");
  card.append(imageOf(pixels), barsOf(top));
  return card;
}

function imageOf(pixels) {
  const canvas = Object.assign(element("canvas"), { width: 28, height: 28, role: "img" });
  canvas.ariaLabel = "The image that the net saw";
  const image = new ImageData(28, 28);
  pixels.forEach((value, i) => image.data.set([value, value, value, 255], 4 * i));
  CONTEXT(canvas).putImageData(image, 0, 0);
  return canvas;
}

function barsOf(top) {
  const list = element("dl", "bars");
  top.forEach(([digit, share], i) => {
    const bar = element("div", i ? "bar" : "bar best");
    bar.append(element("i"));
    bar.firstChild.style.width = `${100 * share}%`;
    list.append(element("dt", "", digit), bar, element("dd", "", percent(share)));
  });
  return list;
}

function percent(share) {
  return share < 0.9995 ? `${(100 * share).toFixed(1)} %` : ">99.9 %";
}

function element(name, className = "", text = "") {
  return Object.assign(document.createElement(name), { className, textContent: text });
}


// --- the pad ---

const strokes = []; // each a list of [x, y] in px of the pad
const growing = new Map(); // pointer: its stroke
let timer = null;
let isReading = false;
let hasChanged = false;

function paint(context, paper, ink) {
  context.fillStyle = paper;
  context.fillRect(0, 0, SIDE, SIDE);
  Object.assign(context, { strokeStyle: ink, lineWidth: PEN, lineCap: "round", lineJoin: "round" });
  for (const [first, ...others] of strokes) {
    context.beginPath();
    context.moveTo(...first);
    context.lineTo(first[0] + 0.01, first[1]); // a tap is a dot
    others.forEach(([x, y], i) => {
      const [nextX, nextY] = others[i + 1] ?? [x, y];
      context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
    });
    context.stroke();
  }
}

function repaint() {
  const style = getComputedStyle(document.documentElement);
  paint(CONTEXT(pad), style.getPropertyValue("--paper"), style.getPropertyValue("--ink"));
  $("undo").disabled = $("clear").disabled = !strokes.length;
}

function padPicture() {
  const canvas = Object.assign(element("canvas"), { width: SENT, height: SENT });
  CONTEXT(canvas).scale(SENT / SIDE, SENT / SIDE);
  paint(CONTEXT(canvas), "white", "black");
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

function strokesChanged(pause) {
  repaint();
  if (!pause) {
    clearTimeout(timer);
    timer = null;
  }
  if (!strokes.length) return invite();
  hint.textContent = "";
  if (!pause) readPad();
  else if (!timer) timer = setTimeout(readPad, pause);
}

// One request at a time: what is drawn meanwhile is read in one go afterwards.
async function readPad() {
  timer = null;
  hasChanged = true;
  if (isReading) return;
  isReading = true;
  while (hasChanged && way === "pad" && strokes.length) {
    hasChanged = false;
    const drawing = await padPicture();
    if (way === "pad" && strokes.length) await ask(drawing, "drawing.png");
  }
  isReading = false;
}

function pointOf(event) {
  const { left, top, width, height } = pad.getBoundingClientRect();
  return [((event.clientX - left) * SIDE) / width, ((event.clientY - top) * SIDE) / height];
}

pad.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  event.preventDefault();
  pad.setPointerCapture(event.pointerId);
  const stroke = [pointOf(event)];
  growing.set(event.pointerId, stroke);
  strokes.push(stroke);
  strokesChanged(PAUSE);
});

pad.addEventListener("pointermove", (event) => {
  const stroke = growing.get(event.pointerId);
  if (!stroke) return;
  const events = event.getCoalescedEvents?.() ?? [];
  stroke.push(...(events.length ? events : [event]).map(pointOf));
  strokesChanged(PAUSE);
});

for (const end of ["pointerup", "pointercancel"]) {
  pad.addEventListener(end, (event) => {
    if (growing.delete(event.pointerId) && strokes.length) strokesChanged(0);
  });
}

function undo() {
  strokes.pop();
  growing.clear();
  strokesChanged(0);
}

function clear() {
  strokes.length = 0;
  growing.clear();
  strokesChanged(0);
}

$("undo").addEventListener("click", undo);
$("clear").addEventListener("click", clear);
dark.addEventListener("change", repaint);

document.addEventListener("keydown", (event) => {
  if (way !== "pad" || $("read").hidden) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "z") undo();
  else if (event.key === "Delete") clear();
  else return;
  event.preventDefault();
});


// --- a picture ---

let shown = null; // the file that is shown and its name

function showPicture(file, name) {
  shown = { file, name };
  if (location.hash === "#training") location.hash = "#read";
  choose("picture");
}

function readPicture({ file, name }) {
  URL.revokeObjectURL(picture.src);
  boxes.replaceChildren();
  hint.textContent = "";
  picture.hidden = false;
  picture.src = URL.createObjectURL(file);
  for (const sample of $("samples").children) sample.ariaPressed = String(sample.title === name);
  if (file.type && !file.type.startsWith("image/")) {
    turn++;
    return showTrouble(`${name} is not a picture.`);
  }
  say("Reading …", "");
  return ask(file, name);
}

function fit(width, height) {
  frame.style.setProperty("--ratio", width / height);
}

async function turnPicture(degrees) {
  const name = picture.src;
  await picture.decode();
  const canvas = Object.assign(element("canvas"), { width: picture.naturalHeight, height: picture.naturalWidth });
  CONTEXT(canvas).translate(canvas.width / 2, canvas.height / 2);
  CONTEXT(canvas).rotate((degrees * Math.PI) / 180);
  CONTEXT(canvas).drawImage(picture, -canvas.height / 2, -canvas.width / 2);
  canvas.toBlob((blob) => {
    if (picture.src !== name) return; // another is shown by now
    URL.revokeObjectURL(name);
    picture.src = URL.createObjectURL(blob);
  });
}

picture.addEventListener("load", () => picture.hidden || fit(picture.naturalWidth, picture.naturalHeight));
picture.addEventListener("error", () => {
  if (picture.hidden) return; // the user has moved on to the pad
  picture.hidden = true;
  hint.textContent = "The browser cannot show this file.";
});

$("choose").addEventListener("click", () => $("file").click());
$("file").addEventListener("change", () => {
  const [file] = $("file").files;
  if (file) showPicture(file, file.name);
  $("file").value = ""; // so that the same file can be chosen again
});

document.addEventListener("paste", (event) => {
  const [file] = event.clipboardData.files;
  if (file) showPicture(file, file.name);
});

document.addEventListener("dragover", (event) => {
  event.preventDefault();
  $("drop").hidden = !event.dataTransfer.types.includes("Files");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) $("drop").hidden = true; // it has left the window
});
document.addEventListener("drop", (event) => {
  event.preventDefault();
  $("drop").hidden = true;
  const [file] = event.dataTransfer.files;
  if (file) showPicture(file, file.name);
});

async function loadSamples() {
  const { pictures, max_bytes } = await (await fetch("/api/samples")).json();
  maxBytes = max_bytes;
  $("samples").replaceChildren(...pictures.map(sampleOf));
}

function sampleOf(name) {
  const address = `/images/${encodeURIComponent(name)}`;
  const button = Object.assign(element("button"), { type: "button", title: name, ariaPressed: "false" });
  button.append(Object.assign(element("img"), { src: address, alt: name, loading: "lazy" }));
  button.addEventListener("click", async () => {
    const mine = ++turn;
    try {
      const file = await (await fetch(address)).blob();
      if (mine === turn) showPicture(file, name);
    } catch {
      if (mine === turn) showTrouble(SILENCE);
    }
  });
  return button;
}


// --- the camera ---

let stream = null;
let frameTaken = null;

async function startCamera() {
  if (!navigator.mediaDevices) {
    return showTrouble("The browser allows the camera only on pages at localhost and on https pages.");
  }
  $("shutter").disabled = true;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
  } catch (error) {
    return way === "camera" && showTrouble(cameraTrouble(error));
  } finally {
    $("shutter").disabled = false;
  }
  if (way !== "camera") return stopCamera();
  film.srcObject = stream;
  await film.play().catch(() => {}); // if the user leaves while it starts
  if (!stream) return;
  frameTaken = null;
  picture.hidden = true;
  fit(film.videoWidth, film.videoHeight);
  invite("");
  showCamera();
}

function cameraTrouble({ name }) {
  if (name === "NotFoundError") return "No camera was found. Choose a picture or draw instead.";
  if (name === "NotAllowedError") return "The browser may not use the camera. Allow it in the address bar, then try again.";
  return "The camera cannot be started. Perhaps another program uses it.";
}

async function takePicture() {
  const canvas = Object.assign(element("canvas"), { width: film.videoWidth, height: film.videoHeight });
  CONTEXT(canvas).drawImage(film, 0, 0);
  frameTaken = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  if (way !== "camera") return;
  stopCamera();
  showCamera();
}

function stopCamera() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = film.srcObject = null;
}

function showCamera() {
  film.hidden = !stream;
  $("shutter").textContent = stream ? "Take the picture" : frameTaken ? "Take another" : "Start the camera";
  if (frameTaken) readPicture({ file: frameTaken, name: "camera.png" });
}

$("shutter").addEventListener("click", () => (stream ? takePicture() : startCamera()));


// --- which way, which view ---

function choose(chosen) {
  way = chosen;
  for (const button of document.querySelectorAll("[data-way]")) button.ariaPressed = String(button.dataset.way === way);
  for (const buttons of document.querySelectorAll("[data-for]")) buttons.hidden = buttons.dataset.for !== way;
  pad.hidden = way !== "pad";
  picture.hidden = film.hidden = true;
  stopCamera();
  fit(1, 1);
  invite();
  if (way === "pad") strokesChanged(0);
  if (way === "picture" && shown) readPicture(shown);
  if (way === "camera") showCamera();
}

for (const button of document.querySelectorAll("[data-way]")) {
  button.addEventListener("click", () => choose(button.dataset.way));
}

async function showView() {
  const isTraining = location.hash === "#training";
  $("read").hidden = isTraining;
  $("training").hidden = !isTraining;
  for (const link of document.querySelectorAll("nav a")) {
    link.ariaCurrent = (link.hash === "#training") === isTraining ? "page" : null;
  }
  scrollTo(0, 0);
  if (!isTraining) return;
  if (stream) choose("camera"); // which turns it off
  try {
    showTraining(await (await fetch("/api/training")).json());
  } catch {
    location.hash = "#read";
    showTrouble(SILENCE);
  }
}

function showTraining({ pictures, layers, record }) {
  $("record").hidden = !record.sha256;
  if (record.sha256) $("record").replaceChildren(...figuresOf(record).map(figureOf));
  for (const figure of document.querySelectorAll("[data-picture]")) {
    const name = pictures.find((each) => each.endsWith(`_${figure.dataset.picture}.png`));
    figure.hidden = !name;
    if (name) figure.querySelector("img").src = `/models/${encodeURIComponent(name)}`;
  }
  $("untrained").hidden = pictures.length > 0;
  const total = { kind: "total", settings: "", weights: layers.reduce((sum, { weights }) => sum + weights, 0) };
  $("layers").hidden = !layers.length;
  $("layers").querySelector("tbody").replaceChildren(...[...layers, total].map(tableRow));
}

function figuresOf(record) {
  const percent = (share) => `${(100 * share).toFixed(2)} %`;
  return [
    ["of the test images read right", percent(record.test_accuracy)],
    ["read wrongly", `${record.read_wrongly} of ${record.test_images.toLocaleString("en")}`],
    ["calibration error", percent(record.calibration_error)],
    ["epochs", record.epochs],
    ["trained in", `${Math.round(record.seconds)} s`],
    ["trained with", record.command],
  ];
}

function figureOf([name, value]) {
  const group = element("div", name === "trained with" ? "command" : "");
  group.append(element("dt", "", name), element("dd", "", value));
  return group;
}

function tableRow({ kind, settings, weights }) {
  const row = element("tr");
  row.append(...[kind, settings, weights ? weights.toLocaleString("en") : ""].map((text) => element("td", "", text)));
  return row;
}

addEventListener("hashchange", showView);
choose("pad");
showView();
loadSamples();

// The pad: strokes are drawn on it, and read while somebody draws.

import { ask, invite } from "./answer.js";
import { $, blobOf, canvasOf } from "./dom.js";
import { fit, hint } from "./frame.js";
import { addWay, way } from "./ways.js";

const SIDE = 560; // px of the pad
const SENT = 280; // px of the picture of it that is sent: read four times as fast, and digits keep far more than 20 px
const PEN = 22; // px
const PAUSE = 60; // ms between two readings of the pad while somebody draws

const pad = $("pad");
const strokes = []; // each a list of [x, y] in px of the pad
const growing = new Map(); // pointer: its stroke
let timer = null;
let isReading = false;
let hasChanged = false;


// --- painting ---

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
  paint(pad.getContext("2d"), style.getPropertyValue("--paper"), style.getPropertyValue("--ink"));
  $("undo").disabled = $("clear").disabled = !strokes.length;
}

function padPicture() {
  const canvas = canvasOf(SENT, SENT);
  const context = canvas.getContext("2d");
  context.scale(SENT / SIDE, SENT / SIDE);
  paint(context, "white", "black");
  return blobOf(canvas);
}


// --- reading ---

function strokesChanged(pause) {
  repaint();
  if (!pause) {
    clearTimeout(timer);
    timer = null;
  }
  if (!strokes.length) return inviteToDraw();
  hint("");
  if (!pause) readPad();
  else if (!timer) timer = setTimeout(readPad, pause);
}

function inviteToDraw() {
  invite("Draw digits here: one, several side by side, or rows of them.", "The answer appears while you draw.");
}

// One request at a time: what is drawn meanwhile is read in one go afterwards.
async function readPad() {
  timer = null;
  hasChanged = true;
  if (isReading) return;
  isReading = $("said").ariaBusy = true;
  while (hasChanged && way === "pad" && strokes.length) {
    hasChanged = false;
    const drawing = await padPicture();
    if (way === "pad" && strokes.length) await ask(drawing, "drawing.png", false);
  }
  isReading = $("said").ariaBusy = false;
}


// --- drawing ---

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
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);

document.addEventListener("keydown", (event) => {
  if (way !== "pad" || $("read").hidden || event.target.matches("input")) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "z") undo();
  else if (event.key === "Delete") clear();
  else return;
  event.preventDefault();
});

addWay("pad", () => {
  fit(1, 1);
  inviteToDraw();
  strokesChanged(0);
});

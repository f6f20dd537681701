// The camera: what it sees is read again and again, until it is frozen.

import { ask, invite, showTrouble } from "./answer.js";
import { $, blobOf, canvasOf } from "./dom.js";
import { fit } from "./frame.js";
import { readPicture } from "./picture.js";
import { addWay, way } from "./ways.js";

const WATCHED = 480; // px: the width of the pictures that are read while it moves
const WAIT = 1000; // ms until the next picture after one that failed

const NOT_HERE =
  "Browsers allow the camera only at localhost and on https pages: open this page on the computer that it runs on, at " +
  `http://localhost:${location.port}, or take a photo and choose it under Picture.`;

const film = $("film");
let stream = null;
let frozen = null; // the picture that was kept

async function start() {
  if (!navigator.mediaDevices) return showTrouble(NOT_HERE);
  $("shutter").disabled = true;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
  } catch (error) {
    return way === "camera" && showTrouble(troubleWith(error));
  } finally {
    $("shutter").disabled = false;
  }
  if (way !== "camera") return stop();
  film.srcObject = stream;
  await film.play().catch(() => {}); // if the user leaves while it starts
  if (!stream) return;
  frozen = null;
  $("picture").hidden = true;
  fit(film.videoWidth, film.videoHeight);
  show();
  watch(stream);
}

function troubleWith({ name }) {
  if (name === "NotFoundError") return "No camera was found. Connect one, or choose a picture or draw instead.";
  if (name === "NotAllowedError") return "The browser may not use the camera. Allow it in the address bar, then try again.";
  return "The camera cannot be started. Close other programs that use it, then try again.";
}

async function watch(watched) {
  invite("");
  $("said").ariaLive = "off"; // nobody could listen to that many answers
  while (stream === watched) {
    const seen = await blobOf(seenNow(Math.min(1, WATCHED / film.videoWidth)), "image/jpeg");
    if (stream !== watched) break;
    const answer = await ask(seen, "camera.jpg", false);
    await new Promise((resolve) => answer.error ? setTimeout(resolve, WAIT) : requestAnimationFrame(resolve));
  }
}

function seenNow(scale) {
  const canvas = canvasOf(Math.round(film.videoWidth * scale), Math.round(film.videoHeight * scale));
  canvas.getContext("2d").drawImage(film, 0, 0, canvas.width, canvas.height);
  return canvas;
}

async function freeze() {
  const seen = seenNow(1);
  stop();
  frozen = await blobOf(seen);
  if (way === "camera") show();
}

function stop() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = film.srcObject = null;
  $("said").ariaLive = "polite";
}

function show() {
  film.hidden = !stream;
  $("shutter").textContent = stream ? "Freeze" : frozen ? "Go on" : "Start the camera";
  if (frozen) readPicture(frozen, "camera.png");
}

$("shutter").addEventListener("click", () => (stream ? freeze() : start()));

addWay(
  "camera",
  () => {
    fit(1, 1);
    invite("Hold a sheet with digits in front of the camera.");
    show();
  },
  () => {
    stop();
    film.hidden = $("picture").hidden = true;
  },
);

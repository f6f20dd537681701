// The frame on the left, whatever is in it: its shape, a hint, and boxes about what was found.

import { $, element } from "./dom.js";

export function fit(width, height) {
  $("frame").style.setProperty("--ratio", width / height);
}

export function hint(said) {
  $("hint").textContent = said;
}

export function showBoxes(digits, width, height) {
  $("boxes").replaceChildren(...digits.map((digit) => boxOf(digit, width, height)));
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

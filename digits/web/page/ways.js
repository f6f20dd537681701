// The ways to give digits: on the pad, as a picture, as many pictures, before the camera. One is chosen.

import { $ } from "./dom.js";

const tabs = document.querySelectorAll(".ways button");
const ways = {};
export let way = "";

export function addWay(name, enter, leave = () => {}) {
  ways[name] = { enter, leave };
}

export function choose(name) {
  ways[way]?.leave();
  way = name;
  $("read").dataset.way = way;
  for (const part of document.querySelectorAll("[data-for]")) part.hidden = !isFor(part.dataset.for);
  for (const tab of tabs) tab.ariaPressed = String(isFor(tab.dataset.ways));
  ways[way].enter();
}

function isFor(names) {
  return names.split(" ").includes(way);
}

for (const tab of tabs) tab.addEventListener("click", () => choose(tab.dataset.way));

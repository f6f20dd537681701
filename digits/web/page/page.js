// The page of web_app.py: digits are drawn, chosen or filmed, the server reads them, the answer is shown.

import { showTrouble } from "./answer.js";
import { $ } from "./dom.js";
import { nameModel, showHand } from "./hand.js";
import { showSamples } from "./picture.js";
import { samplesAndModel, SILENCE } from "./server.js";
import { showTraining } from "./training.js";
import { choose, way } from "./ways.js";
import "./camera.js";
import "./correction.js";
import "./pad.js";

let view = ""; // that is shown
const views = { "#read": async () => {}, "#hand": showHand, "#training": showTraining };

async function showView() {
  const shown = location.hash in views ? location.hash : "#read";
  for (const view of document.querySelectorAll("main")) view.hidden = `#${view.id}` !== shown;
  for (const link of document.querySelectorAll("nav a")) link.ariaCurrent = link.hash === shown ? "page" : null;
  scrollTo(0, 0);
  if (shown !== "#read" && way === "camera") choose("camera"); // which turns it off
  if (shown === "#read" && view === "#hand") choose(way); // another model may read by now
  view = shown;
  try {
    await views[shown]();
  } catch (reason) {
    location.hash = "#read";
    showTrouble(typeof reason === "string" ? reason : SILENCE);
  }
}

addEventListener("hashchange", showView);
choose("pad");
showView();
const { pictures, model, mayTeach } = await samplesAndModel();
showSamples(pictures);
nameModel(model);
for (const part of document.querySelectorAll(".teaching")) part.hidden = !mayTeach;

// The page of web_app.py: digits are drawn, chosen or filmed, the server reads them, the answer is shown.

import { showTrouble } from "./answer.js";
import { $ } from "./dom.js";
import { showSamples } from "./picture.js";
import { samplesAndModel, SILENCE } from "./server.js";
import { showTraining } from "./training.js";
import { choose, way } from "./ways.js";
import "./camera.js";
import "./pad.js";

async function showView() {
  const isTraining = location.hash === "#training";
  $("read").hidden = isTraining;
  $("training").hidden = !isTraining;
  for (const link of document.querySelectorAll("nav a")) {
    link.ariaCurrent = (link.hash === "#training") === isTraining ? "page" : null;
  }
  scrollTo(0, 0);
  if (!isTraining) return;
  if (way === "camera") choose("camera"); // which turns it off
  try {
    await showTraining();
  } catch {
    location.hash = "#read";
    showTrouble(SILENCE);
  }
}

addEventListener("hashchange", showView);
choose("pad");
showView();
const { pictures, model } = await samplesAndModel();
showSamples(pictures);
$("model").textContent = `Read by ${model}.`;

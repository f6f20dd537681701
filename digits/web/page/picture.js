// Pictures: chosen, dropped, pasted or a sample. One is shown and read, several make a table.

import { ask, invite, say, showTrouble, supersede } from "./answer.js";
import { $, blobOf, canvasOf, element } from "./dom.js";
import { fit, hint } from "./frame.js";
import { hasTable, readMany } from "./many.js";
import { addressOf, isPicture, sample, SILENCE } from "./server.js";
import { addWay, choose } from "./ways.js";

const picture = $("picture");
let shown = null; // the file that is shown and its name


// --- one ---

export function showPicture(file, name) {
  shown = { file, name };
  showReading();
  choose("picture");
}

export async function readPicture(file, name) {
  URL.revokeObjectURL(picture.src);
  hint("");
  picture.hidden = false;
  picture.src = URL.createObjectURL(file);
  for (const button of buttons()) button.ariaPressed = String(button.title === name);
  say("Reading …", "");
  const address = picture.src;
  const { turned } = await ask(file, name);
  if (turned) turnPicture(turned, address);
}

async function turnPicture(degrees, address) {
  await picture.decode();
  const canvas = canvasOf(picture.naturalHeight, picture.naturalWidth);
  const context = canvas.getContext("2d");
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate((degrees * Math.PI) / 180);
  context.drawImage(picture, -canvas.height / 2, -canvas.width / 2);
  const upright = await blobOf(canvas);
  if (picture.src !== address) return; // another is shown by now
  URL.revokeObjectURL(address);
  picture.src = URL.createObjectURL(upright);
}

picture.addEventListener("load", () => picture.hidden || fit(picture.naturalWidth, picture.naturalHeight));
picture.addEventListener("error", () => {
  if (picture.hidden) return; // the user has moved on to the pad
  picture.hidden = true;
  hint("The browser cannot show this file.");
});

addWay(
  "picture",
  () => {
    fit(1, 1);
    $("back").hidden = !hasTable();
    if (shown) readPicture(shown.file, shown.name);
    else invite("Choose, drop or paste pictures, or take a sample below.");
  },
  () => { picture.hidden = true; },
);


// --- one or many, from the user ---

function take(files) {
  if (files.length === 1) showPicture(files[0], files[0].name);
  if (files.length < 2) return;
  showReading();
  readMany(files, showPicture);
}

function showReading() {
  if (location.hash) location.hash = "#read";
}

function takeAllOfFolder(files) {
  const pictures = files.filter((file) => file.type && isPicture(file)).sort(byName);
  showReading();
  if (pictures.length) take(pictures);
  else showTrouble("There is no picture in this folder. Choose one that holds pictures.");
}

function byName(one, other) {
  return one.name.localeCompare(other.name, "en", { numeric: true });
}

for (const [button, input, taken] of [["choose", "file", take], ["choose-folder", "folder", takeAllOfFolder]]) {
  $(button).addEventListener("click", () => $(input).click());
  $(input).addEventListener("change", () => {
    taken([...$(input).files]);
    $(input).value = ""; // so that the same can be chosen again
  });
}

document.addEventListener("paste", (event) => take([...event.clipboardData.files]));

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
  const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
  const dropped = items.map((item) => ({ file: item.getAsFile(), entry: item.webkitGetAsEntry() })); // gone afterwards
  if (dropped.some(({ entry }) => entry?.isDirectory)) takeFolders(dropped);
  else take(dropped.map(({ file }) => file));
});

async function takeFolders(dropped) {
  const isLatest = supersede();
  const files = await Promise.all(dropped.map(({ file, entry }) => (entry ? filesIn(entry) : file)));
  if (isLatest()) takeAllOfFolder(files.flat()); // unless the user has gone elsewhere
}

async function filesIn(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const entries = [];
  for (let some; !some || some.length; entries.push(...some)) { // it gives a hundred at a time
    some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
  }
  return (await Promise.all(entries.map(filesIn))).flat();
}


// --- samples ---

export function showSamples(names) {
  $("samples").lastElementChild.replaceChildren(...names.map(sampleOf));
}

function buttons() {
  return $("samples").querySelectorAll("button");
}

function sampleOf(name) {
  const button = Object.assign(element("button"), { type: "button", title: name, ariaPressed: "false" });
  button.append(Object.assign(element("img"), { src: addressOf(name), alt: name, loading: "lazy" }));
  button.addEventListener("click", async () => {
    const isLatest = supersede();
    try {
      const file = await sample(name);
      if (isLatest()) showPicture(file, name);
    } catch {
      if (isLatest()) showTrouble(SILENCE);
    }
  });
  return button;
}

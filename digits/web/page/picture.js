// Pictures: chosen, dropped, pasted or a sample. One is shown and read, several make a table.

import { ask, invite, say, showTrouble, supersede } from "./answer.js";
import { $, element } from "./dom.js";
import { fit, hint } from "./frame.js";
import { hasTable, readMany } from "./many.js";
import { addressOf, sample, SILENCE } from "./server.js";
import { addWay, choose } from "./ways.js";

const picture = $("picture");
let shown = null; // the file that is shown and its name


// --- one ---

export function showPicture(file, name) {
  shown = { file, name };
  if (location.hash === "#training") location.hash = "#read";
  choose("picture");
}

export function readPicture(file, name) {
  URL.revokeObjectURL(picture.src);
  hint("");
  picture.hidden = false;
  picture.src = URL.createObjectURL(file);
  for (const button of buttons()) button.ariaPressed = String(button.title === name);
  say("Reading …", "");
  return ask(file, name);
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
  if (location.hash === "#training") location.hash = "#read";
  readMany(files, showPicture);
}

$("choose").addEventListener("click", () => $("file").click());
$("file").addEventListener("change", () => {
  take([...$("file").files]);
  $("file").value = ""; // so that the same file can be chosen again
});

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
  const files = (await Promise.all(dropped.map(picturesIn))).flat();
  if (!isLatest()) return; // the user has gone elsewhere
  if (files.length) take(files);
  else showTrouble("There is no picture in this folder. Drop one that holds pictures.");
}

// Returns the file, or all pictures in the folder and in those inside.
async function picturesIn({ file, entry }) {
  if (!entry?.isDirectory) return [file];
  const pictures = (await filesIn(entry)).filter(({ type }) => type.startsWith("image/"));
  return pictures.sort((one, other) => one.name.localeCompare(other.name, "en", { numeric: true }));
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

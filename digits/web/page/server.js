// What is asked of the server that the page came from.

export const SILENCE = "The server does not answer. Is web_app.py still running?";

let maxBytes = Infinity;

export async function samplesAndModel() {
  const { pictures, max_bytes, model, may_teach } = await (await fetch("/api/samples")).json();
  maxBytes = max_bytes;
  return { pictures, model, mayTeach: may_teach };
}

export async function training() {
  return (await fetch("/api/training")).json();
}

export async function sample(name) {
  return (await fetch(addressOf(name))).blob();
}

export function addressOf(sample) {
  return `/images/${encodeURIComponent(sample)}`;
}

export function isPicture({ type }) {
  return !type || type.startsWith("image/") || type === "application/pdf";
}

// Returns what is read in a picture file, or { error }, the reason why nothing is.
export async function readingOf(file, name, mayTurn = true) {
  if (!isPicture(file)) return { error: `${name} is not a picture. Choose one that is.` };
  if (file.size > maxBytes) {
    return { error: `The file is larger than ${maxBytes / 1e6} MB. Save a smaller one, and choose that.` };
  }
  const address = `/api/read?pixels=true&turn=${mayTurn}&name=${encodeURIComponent(name)}`;
  return answerTo(address, file, name, (answer) => answer.json());
}

// Returns a PNG of the picture file with boxes about its digits, or { error }.
export function withBoxes(file, name, mayTurn) {
  return answerTo(`/api/boxes?turn=${mayTurn}`, file, name, (answer) => answer.blob());
}

// Keeps the digits in a picture file under what was typed; returns { kept }, how many, or { error }.
export function keepAsOwn(file, name, text, mayTurn) {
  const address = `/api/own?turn=${mayTurn}&text=${encodeURIComponent(text)}`;
  return answerTo(address, file, name, (answer) => answer.json());
}

// Asks about what is kept of the user's hand, or with another method for a change of it; returns JSON, or { error }.
export async function own(part = "", method = "GET") {
  try {
    return await (await fetch(`/api/own${part}`, { method })).json();
  } catch {
    return { error: SILENCE };
  }
}

async function answerTo(address, file, name, taken) {
  let body;
  try {
    body = await file.arrayBuffer();
  } catch {
    return { error: `${name} cannot be read: it is a folder, or has changed since. Choose it again.` };
  }
  try {
    const answer = await fetch(address, { method: "POST", body });
    return await (answer.ok ? taken(answer) : answer.json());
  } catch {
    return { error: SILENCE };
  }
}

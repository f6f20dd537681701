// What is asked of the server that the page came from.

export const SILENCE = "The server does not answer. Is web_app.py still running?";

let maxBytes = Infinity;

export async function samplesAndModel() {
  const { pictures, max_bytes, model } = await (await fetch("/api/samples")).json();
  maxBytes = max_bytes;
  return { pictures, model };
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

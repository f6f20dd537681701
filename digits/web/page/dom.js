// What all modules use of the page's elements, canvases and files.

export const $ = (id) => document.getElementById(id);

export function element(name, className = "", text = "") {
  return Object.assign(document.createElement(name), { className, textContent: text });
}

export function canvasOf(width, height) {
  return Object.assign(element("canvas"), { width, height });
}

export function blobOf(canvas, type = "image/png") {
  return new Promise((resolve) => canvas.toBlob(resolve, type, 0.9));
}

// A canvas that shows values from 0, black, to 255, white, row by row of a square.
export function imageOf(values, label) {
  const side = Math.sqrt(values.length);
  const canvas = Object.assign(canvasOf(side, side), { role: "img", ariaLabel: label });
  const image = new ImageData(side, side);
  values.forEach((value, i) => image.data.set([value, value, value, 255], 4 * i));
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

export function percent(share) {
  return share >= 0.9995 ? ">99.9 %" : `${(100 * share).toFixed(1)} %`;
}

export function save(blob, name) {
  const link = Object.assign(element("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // some browsers still read it after the click
}

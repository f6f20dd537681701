// A chart of two curves as SVG, in the page's colours.

import { element } from "./dom.js";

const [WIDTH, HEIGHT] = [400, 230];
const [LEFT, RIGHT, TOP, BOTTOM] = [54, 10, 10, 40]; // of the field, from the edges
const STEPS = 4; // of the scale, about
const NAMES = ["training images", "images it does not learn from"];

// Returns a figure of a measure after each epoch, on training images and on others; format: of a value on the scale.
export function chartOf(title, training, validation, format) {
  const every = [...training, ...validation];
  const scale = scaleOf(Math.min(...every), Math.max(...every));
  const [low, high] = [scale[0], scale.at(-1)];
  const x = (epoch) => LEFT + ((WIDTH - LEFT - RIGHT) * (epoch - 1)) / Math.max(1, training.length - 1);
  const y = (value) => TOP + ((HEIGHT - TOP - BOTTOM) * (high - value)) / (high - low);
  const chart = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
  chart.append(svg("title", {}, wordsOn(title, training, validation, format)));
  for (const value of scale) {
    chart.append(svg("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value) }));
    chart.append(svg("text", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, format(value)));
  }
  for (const epoch of epochsOnScale(training.length)) {
    chart.append(svg("text", { x: x(epoch), y: HEIGHT - BOTTOM + 20, "text-anchor": "middle" }, epoch));
  }
  chart.append(svg("text", { x: (LEFT + WIDTH) / 2, y: HEIGHT - 4, "text-anchor": "middle" }, "epoch"));
  [training, validation].forEach((values, i) => {
    const points = values.map((value, epoch) => `${x(epoch + 1).toFixed(1)},${y(value).toFixed(1)}`);
    chart.append(svg("polyline", { class: `curve curve-${i + 1}`, points: points.join(" ") }));
  });
  return figureOf(title, chart);
}

function figureOf(title, chart) {
  const figure = element("figure");
  const caption = element("figcaption");
  caption.append(element("b", "", title), ...NAMES.map((name, i) => element("span", `key-${i + 1}`, name)));
  figure.append(caption, chart);
  return figure;
}

function wordsOn(title, training, validation, format) {
  const course = (values) => `from ${format(values[0])} to ${format(values.at(-1))}`;
  return `${title} in ${training.length} epochs: ${course(training)} on ${NAMES[0]}, ${course(validation)} on ${NAMES[1]}`;
}

// Returns round values, at equal steps, from `low` or below to `high` or above.
function scaleOf(low, high) {
  const rough = (high - low || 1) / STEPS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const [first, last] = [Math.floor(low / step), Math.ceil(high / step)];
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

function epochsOnScale(count) {
  const step = count > 10 ? 5 * Math.ceil(count / 50) : 1;
  return Array.from({ length: Math.floor(count / step) }, (_, i) => (i + 1) * step);
}

function svg(name, attributes, text = "") {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.textContent = text;
  return node;
}

// Making elements, and saying numbers.

const byId = id => document.getElementById(id);

/** Sets attributes, listeners (functions under `onEVENT`) and children; texts are texts, whatever they hold. */
function furnish(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

const html = (tag, attributes = {}, ...children) => furnish(document.createElement(tag), attributes, children);
const svg = (tag, attributes = {}, ...children) =>
  furnish(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

function scaled(value, steps, unit) {
  for (const [size, name] of steps) if (value >= size) return withDigits(value / size) + " " + name;
  return withDigits(value) + " " + unit;
}

/** Three digits, as far as they say something. */
function withDigits(value) {
  if (value === 0) return "0";
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
  return Number(value.toFixed(digits)).toString();
}

const bytesText = value => scaled(value, [[1 << 30, "GiB"], [1 << 20, "MiB"], [1024, "KiB"]], value === 1 ? "byte" : "bytes");
const flopsText = value => scaled(value, [[1e12, "TFLOP"], [1e9, "GFLOP"], [1e6, "MFLOP"], [1e3, "kFLOP"]], "FLOP");
const timeText = value => value >= 1 || value === 0 ? withDigits(value) + " ms" : withDigits(1000 * value) + " µs";
const plural = (count, one, many = one + "s") => `${count} ${count === 1 ? one : many}`;

/** A text that fits into so many characters. */
const shortened = (text, count) => text.length <= count ? text : text.slice(0, Math.max(1, count - 1)) + "…";

function announce(text) { byId("announce").textContent = text; }

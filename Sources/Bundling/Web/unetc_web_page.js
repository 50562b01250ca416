const mode = { mask: info.task === "mask", classes: info.task === "classes", labels: info.task === "labels" };
const isPicture = info.task === "reconstruction";

// Numbers of the net's output that are asked for at once: what goes beyond is computed of a smaller picture.
const mostValues = 2 ** 24;
// Sides of what is drawn, and of frames of the camera.
const mostDrawn = 1600;
const mostOfFrame = 640;

// MARK: what is shown

/** The picture as it is drawn, and what the net has said of it. */
let shown;
let name = info.name;
let opened;

const classes = Array.from({ length: mode.classes || mode.labels ? info.outputChannels : mode.mask ? 1 : 0 }, (_, index) => {
  const title = mode.mask ? "object" : info.classNames[index] ?? `${mode.classes ? "class" : "label"} ${index}`;
  const isGround = mode.classes && (info.classNames.length === 0 ? index === 0 : /^(background|void|unlabel)/i.test(title));
  return { title, colour: colourOf(index), isShown: !isGround };
});

/** Colours that are far from each other: of Paul Tol's bright scheme first. */
function colourOf(index) {
  const first = ["#ee3377", "#33bbee", "#ee7733", "#009988", "#ddcc33", "#8866dd", "#cc3311", "#66cc55"];
  if (index < first.length) return first[index];
  const hue = (index * 137.508) % 360;
  const light = [0.5, 0.65, 0.4][index % 3];
  const part = (shift) => {
    const turn = (shift + hue / 30) % 12;
    const value = light - 0.75 * Math.min(light, 1 - light) * Math.max(-1, Math.min(turn - 3, 9 - turn, 1));
    return Math.round(255 * value).toString(16).padStart(2, "0");
  };
  return "#" + part(0) + part(8) + part(4);
}

function say(text, isFault = false) {
  element("status").textContent = text;
  element("status").classList.toggle("fault", isFault);
}

const sizeText = (bytes) =>
  bytes < 1e5 ? `${(bytes / 1e3).toFixed(1)} kB` : bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
const timeText = (milliseconds) => (milliseconds < 100 ? milliseconds.toFixed(1) : Math.round(milliseconds)) + " ms";

function showFacts() {
  const facts = [];
  if (shown) {
    const { width, height, original } = shown;
    facts.push(["Picture", `${original.width} × ${original.height}`]);
    if (width !== original.width) facts.push(["Computed of", `${width} × ${height}`]);
    if (shown.milliseconds) facts.push(["Time", timeText(shown.milliseconds)]);
    if (camera) facts.push(["Pictures a second", (shown.rate ?? 0).toFixed(1)]);
  }
  facts.push(["Net's size", `${info.width} × ${info.height}`]);
  if (opened) {
    facts.push(["Threads", String(opened.threads)], ["Vectors", opened.kind === "simd" ? "SIMD" : "relaxed SIMD"]);
    facts.push(["Ready after", timeText(opened.milliseconds)]);
  }
  facts.push(["Weights", sizeText(info.weightBytes)], ["Net and code", sizeText(info.moduleBytes)]);
  element("facts").replaceChildren(
    ...facts.flatMap(([title, value]) => {
      const [term, text] = [document.createElement("dt"), document.createElement("dd")];
      [term.textContent, text.textContent] = [title, value];
      return [term, text];
    }));
}

/** Of a pixel of what is drawn, the pixel of the result. */
function* placesOf(canvas, { width, height }) {
  for (let y = 0; y < canvas.height; y += 1) {
    const row = Math.min(height - 1, Math.floor(((y + 0.5) * height) / canvas.height)) * width;
    for (let x = 0; x < canvas.width; x += 1) {
      yield row + Math.min(width - 1, Math.floor(((x + 0.5) * width) / canvas.width));
    }
  }
}

/** Draws the mask as threshold and colours want it: the net is not asked again. */
function paint() {
  const canvas = element("mask");
  if (!shown?.values) {
    canvas.width = canvas.width;
    return;
  }
  canvas.width = element("picture").width;
  canvas.height = element("picture").height;
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  const pixels = new Uint32Array(image.data.buffer);
  const colours = classes.map(({ colour }) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)));
  const threshold = Math.fround(element("threshold").value);
  const { values, mask } = shown;
  const count = shown.width * shown.height;
  const word = (red, green, blue) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  let at = 0;
  if (mode.mask) {
    const colour = classes[0].isShown ? word(...colours[0]) : 0;
    for (const place of placesOf(canvas, shown)) pixels[at++] = values[place] >= threshold ? colour : 0;
  } else if (mode.classes) {
    const words = colours.map((colour, index) => (classes[index].isShown ? word(...colour) : 0));
    for (const place of placesOf(canvas, shown)) pixels[at++] = words[mask[place]];
  } else if (mode.labels) {
    for (const place of placesOf(canvas, shown)) {
      let [red, green, blue, found] = [0, 0, 0, 0];
      for (let index = 0; index < classes.length; index += 1) {
        if (!classes[index].isShown || !(values[index * count + place] >= threshold)) continue;
        [red, green, blue, found] = [red + colours[index][0], green + colours[index][1], blue + colours[index][2], found + 1];
      }
      pixels[at++] = found === 0 ? 0 : word(red / found, green / found, blue / found);
    }
  } else {
    const channels = info.outputChannels;
    for (const place of placesOf(canvas, shown)) {
      const part = (channel) => mask[place * channels + (channels < 3 ? 0 : channel)];
      pixels[at++] = word(part(0), part(1), part(2));
    }
  }
  context.putImageData(image, 0, 0);
  showShares(threshold, count);
}

/** How much of the picture each class has. */
function showShares(threshold, count) {
  const counts = new Array(classes.length).fill(0);
  if (mode.classes) {
    for (const value of shown.mask) counts[value] += 1;
  } else {
    for (let index = 0; index < classes.length; index += 1) {
      let found = 0;
      for (let place = index * count; place < (index + 1) * count; place += 1) found += shown.values[place] >= threshold ? 1 : 0;
      counts[index] = found;
    }
  }
  document.querySelectorAll("#classes output").forEach((output, index) => {
    output.textContent = `${((100 * counts[index]) / count).toFixed(1)} %`;
  });
}

function buildLegend() {
  element("legend").hidden = classes.length === 0;
  element("classes").replaceChildren(
    ...classes.map((entry, index) => {
      const [row, label, box, swatch, share] = ["li", "label", "input", "input", "output"].map((tag) => document.createElement(tag));
      box.type = "checkbox";
      box.checked = entry.isShown;
      box.onchange = () => {
        entry.isShown = box.checked;
        paint();
      };
      swatch.type = "color";
      swatch.value = entry.colour;
      swatch.setAttribute("aria-label", `Colour of ${entry.title}`);
      swatch.oninput = () => {
        entry.colour = swatch.value;
        paint();
      };
      label.append(box, entry.title);
      row.append(label, share, swatch);
      row.dataset.class = index;
      return row;
    }));
}

// MARK: pictures

function canvasOf(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

/** Draws a picture, and has the net look at it. */
async function segment(image, most = Infinity) {
  const original = { width: image.videoWidth || image.width, height: image.videoHeight || image.height };
  const pixels = Math.min(mostValues / info.outputChannels, 2 ** 25);
  const scale = Math.min(
    1, Math.sqrt(pixels / (original.width * original.height)), most / Math.max(original.width, original.height));
  const width = Math.max(1, Math.floor(original.width * scale));
  const height = Math.max(1, Math.floor(original.height * scale));
  const work = canvasOf(width, height);
  const context = work.getContext("2d", { willReadFrequently: true });
  if (image instanceof ImageData) context.putImageData(image, 0, 0);
  else context.drawImage(image, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const result = await worker.call(
    { picture: { data, width, height }, options: { threshold: Number(element("threshold").value) } }, [data.buffer]);
  const drawn = Math.min(1, mostDrawn / Math.max(width, height));
  const canvas = element("picture");
  canvas.width = Math.max(1, Math.round(width * drawn));
  canvas.height = Math.max(1, Math.round(height * drawn));
  canvas.getContext("2d").drawImage(work, 0, 0, canvas.width, canvas.height);
  const rate = shown?.ended ? 1000 / (performance.now() - shown.ended) : 0;
  shown = { ...result, original, rate: 0.8 * (shown?.rate || rate) + 0.2 * rate, ended: performance.now() };
  // Small pictures would be stamps: they are drawn larger, with their pixels as they are.
  canvas.style.width = `${Math.max(canvas.width, Math.min(640, canvas.width * 8, Math.round((560 * width) / height)))}px`;
  for (const each of [canvas, element("mask")]) each.style.imageRendering = width < 200 ? "pixelated" : "";
  element("empty").hidden = true;
  element("frame").hidden = false;
  element("stage").classList.remove("empty");
  element("download").disabled = false;
  paint();
  showFacts();
  return result;
}

/** Shows the picture of a file, or says why not. */
async function open(file) {
  stopCamera();
  say(`Reading ${file.name ?? "the picture"} …`);
  try {
    const image = await createImageBitmap(file, { colorSpaceConversion: "none", premultiplyAlpha: "none" }).catch(() => {
      throw new Error(`${file.name ?? "this"} is no picture that this browser reads`);
    });
    name = (file.name ?? "picture").replace(/\.[^.]*$/, "");
    const { milliseconds } = await segment(image);
    image.close();
    say(`${file.name ?? "Picture"}: ${timeText(milliseconds)}`);
  } catch (error) {
    say(error.message, true);
  }
}

// MARK: the camera

let camera;

function stopCamera() {
  if (!camera) return;
  for (const track of camera.getTracks()) track.stop();
  camera = undefined;
  element("camera").textContent = "Use the camera";
  element("camera").setAttribute("aria-pressed", "false");
  showFacts();
}

async function startCamera() {
  say("Asking for the camera …");
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
    camera = stream;
    const video = document.createElement("video");
    video.muted = video.playsInline = true;
    video.srcObject = stream;
    await video.play();
    element("camera").textContent = "Keep this picture";
    element("camera").setAttribute("aria-pressed", "true");
    name = "camera";
    say("Camera: pictures stay on this machine");
    while (camera === stream) {
      await segment(video, mostOfFrame);
      await new Promise(requestAnimationFrame);
    }
  } catch (error) {
    stopCamera();
    say(error.name === "NotAllowedError" ? "The browser has not allowed the camera" : `No camera: ${error.message}`, true);
  }
}

// MARK: files of masks

/** The mask as the threshold has it now, in bytes as `trainer predict` writes them. */
function decided() {
  if (mode.classes || isPicture) return shown.mask;
  const threshold = Math.fround(element("threshold").value);
  const count = shown.width * shown.height;
  const mask = new Uint8Array(count);
  for (let place = 0; place < count; place += 1) {
    if (mode.mask) mask[place] = shown.values[place] >= threshold ? 255 : 0;
    else for (let bit = 0; bit < info.outputChannels; bit += 1) mask[place] |= shown.values[bit * count + place] >= threshold ? 1 << bit : 0;
  }
  return mask;
}

async function download() {
  const file = await png(decided(), shown.width, shown.height, info.maskChannels);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = isPicture ? `${name}-${info.name}.png` : `${name}-mask.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  say(`Saved as ${link.download} (${sizeText(file.size)})`);
}

// MARK: what people do

function showSliders() {
  element("opacity-value").textContent = `${element("opacity").value} %`;
  element("threshold-value").textContent = Number(element("threshold").value).toFixed(2);
  element("mask").style.opacity = element("opacity").value / 100;
}

function listen() {
  element("choose").onclick = () => element("file").click();
  element("file").onchange = ({ target }) => {
    if (target.files.length > 0) open(target.files[0]);
    target.value = "";
  };
  element("camera").onclick = () => (camera ? stopCamera() : startCamera());
  element("download").onclick = () => download().catch((error) => say(error.message, true));
  element("opacity").oninput = showSliders;
  let isDue = false;
  element("threshold").oninput = () => {
    showSliders();
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      paint();
    });
  };
  const stage = element("stage");
  addEventListener("dragover", (event) => {
    event.preventDefault();
    stage.classList.add("over");
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) stage.classList.remove("over");
  });
  const take = (event, items) => {
    stage.classList.remove("over");
    const file = [...(items?.files ?? [])].find((file) => file.type.startsWith("image/")) ?? items?.files?.[0];
    if (!file || !opened) return;
    event.preventDefault();
    open(file);
  };
  addEventListener("drop", (event) => {
    event.preventDefault();
    take(event, event.dataTransfer);
  });
  addEventListener("paste", (event) => take(event, event.clipboardData));
}

async function start() {
  element("stage").classList.add("empty");
  element("threshold").value = info.threshold;
  element("threshold-row").hidden = !(mode.mask || mode.labels);
  if (isPicture) element("opacity").value = 100;
  buildLegend();
  showSliders();
  showFacts();
  listen();
  const begin = performance.now();
  try {
    const bytes = await readModule();
    const net = await worker.call({ load: { module: bytes } }, [bytes.buffer]);
    opened = { ...net, milliseconds: performance.now() - begin };
    element("choose").disabled = false;
    element("camera").disabled = !navigator.mediaDevices?.getUserMedia;
    if (element("camera").disabled) element("camera").title = "There is no camera for this page: browsers want https:// for it";
    say("Pictures stay on this machine");
    showFacts();
  } catch (error) {
    say(`The net cannot be loaded: ${error.message}`, true);
  }
  element("loading").hidden = true;
  // For tests: the page is ready, and takes pictures as { data, width, height } too.
  globalThis.unetc = { segment: ({ data, width, height }) => segment(new ImageData(new Uint8ClampedArray(data), width, height)), png, decided };
  document.documentElement.dataset.ready = opened ? "yes" : "failed";
}

start();

// The net "{{graph}}" in WebAssembly: pictures in, masks out. Made by unetc {{version}}.

/** What there is to know of the net. */
const info = Object.freeze({{info}});

const padded = (bytes) => Math.ceil(bytes / 64) * 64;
const pageBytes = 65536;
const stackBytes = 131072;
// As the module's memory was declared, where threads share it.
const sharedPages = { initial: 256, maximum: 16384 };

/** What a helper's thread runs, in browsers and in Node.js: the module once more, in the same memory. */
const helperSource = `
  const node = typeof self === "undefined" ? require("node:worker_threads").parentPort : undefined;
  const answer = (message) => (node ?? self).postMessage(message);
  const begin = async ({ module, memory, stack, number }) => {
    const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
    exports.__stack_pointer.value = stack;
    answer("ready");
    exports.help(number);
  };
  if (node) node.once("message", begin);
  else self.onmessage = (event) => begin(event.data);
`;

class Net {
  #exports;
  #memory;
  #helpers;
  #weights;
  #weightBytes;
  #arena;
  #arenaBytes = 0;
  #kind;

  /** For load(), which knows all of it. */
  constructor(exports, memory, weights, helpers, start, kind) {
    this.#exports = exports;
    this.#memory = memory;
    this.#helpers = helpers;
    this.#kind = kind;
    this.#weightBytes = weights.length;
    this.#weights = padded(start);
    this.#arena = padded(this.#weights + weights.length);
    this.#reserve(this.#arena);
    new Uint8Array(memory.buffer, this.#weights, weights.length).set(weights);
    // Wrong weights are to be found now, not with the first picture.
    this.#prepare(1, 1, 0);
  }

  /** Threads that compute, this one among them. */
  get threads() { return this.#helpers.length + 1; }

  /** Instructions in use: "simd", or "relaxed simd". */
  get kind() { return this.#kind; }

  /** What the net says of a picture: see {{prefix}}.d.ts. */
  segment(picture, { threshold = info.threshold, values: wantsValues = true } = {}) {
    if (this.#memory === undefined) throw new Error("the net has been freed");
    const { data, width, height } = picture;
    const count = width * height;
    if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
      throw new RangeError(`a picture's sides are whole numbers from 1, found ${width} × ${height}`);
    }
    const channels = picture.channels ?? data.length / count;
    const format = formatOf(data, channels);
    if (format === undefined || data.length !== count * channels) {
      throw new RangeError(
        `${data.length} numbers are no picture of ${width} × ${height} pixels with ${channels} channels for this net`);
    }
    const start = performance.now();
    this.#prepare(width, height, format);
    const maskCount = count * info.maskChannels;
    const valueCount = wantsValues ? count * info.outputChannels : 0;
    const pixels = this.#arena + this.#arenaBytes;
    const mask = padded(pixels + data.byteLength);
    const values = padded(mask + maskCount);
    this.#reserve(values + 4 * valueCount);
    new Uint8Array(this.#memory.buffer, pixels, data.byteLength).set(
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    this.#check(
      this.#exports.segment(
        this.#arena, pixels, width, height, format, threshold, mask, wantsValues ? values : 0));
    const { buffer } = this.#memory;
    return {
      mask: new Uint8Array(buffer, mask, maskCount).slice(),
      values: wantsValues ? new Float32Array(buffer, values, valueCount).slice() : undefined,
      width,
      height,
      channels: info.outputChannels,
      milliseconds: performance.now() - start,
    };
  }

  /** Ends the threads and lets go of the memory. */
  free() {
    for (const helper of this.#helpers) helper.terminate();
    this.#helpers = [];
    this.#memory = this.#exports = undefined;
  }

  /** Makes sure that the arena does for a picture. */
  #prepare(width, height, format) {
    const bytes = this.#exports.arena_bytes(this.threads, width, height, format) >>> 0;
    if (bytes === 0) throw new RangeError(`a picture of ${width} × ${height} pixels is too large`);
    if (bytes <= this.#arenaBytes) return;
    const size = padded(bytes);
    this.#reserve(this.#arena + size);
    this.#arenaBytes = 0;
    this.#check(this.#exports.init(this.#arena, size, this.threads, this.#weights, this.#weightBytes));
    this.#arenaBytes = size;
  }

  #reserve(end) {
    const missing = end - this.#memory.buffer.byteLength;
    if (missing <= 0) return;
    try {
      if (end > 2 ** 31) throw new RangeError();
      this.#memory.grow(Math.ceil(missing / pageBytes));
    } catch {
      throw new RangeError(`there is no memory of ${Math.ceil(end / 2 ** 20)} MB for so large a picture`);
    }
  }

  #check(error) {
    if (error === 0) return;
    const bytes = new Uint8Array(this.#memory.buffer);
    const start = this.#exports.error_text(error);
    // Decoders take no shared memory.
    throw new Error(new TextDecoder().decode(bytes.slice(start, bytes.indexOf(0, start))));
  }
}

/** The number that the C library has for such pixels. */
function formatOf(data, channels) {
  const depth = data instanceof Float32Array ? 2 : data instanceof Uint16Array ? 1 : 0;
  const colours = [{ 1: 0, 3: 1, 4: 3 }, { 1: 5, 3: 6 }, { 1: 7, 3: 8 }][depth];
  return colours[channels] ?? (channels === info.channels ? 9 + depth : undefined);
}

/** The file's own module, and what is packed behind it: the weights, and the module for more than the least. */
function unpack(bytes) {
  const parts = {};
  let place = 8;
  const number = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[place++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (place < bytes.length) {
    const section = place;
    const id = bytes[place++];
    const size = number();
    const end = place + size;
    if (id === 0) {
      const length = number();
      const name = new TextDecoder().decode(bytes.subarray(place, place + length));
      if (name.startsWith("unetc.")) {
        parts.simd ??= bytes.subarray(0, section);
        parts[name.slice(6)] = bytes.subarray(place + length, end);
      }
    }
    place = end;
  }
  if (parts.weights === undefined) throw new Error("this is no module of unetc, or it is cut short");
  return parts;
}

/** The contents of a file, and on the way how much of it is there. */
async function contents(source, progress) {
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  if (!(source instanceof Response) && String(source).startsWith("file:") && typeof process !== "undefined") {
    return new Uint8Array(await (await import("node:fs/promises")).readFile(new URL(source)));
  }
  const response = source instanceof Response ? source : await fetch(source);
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${response.statusText}`);
  const total = Number(response.headers.get("content-length")) || undefined;
  const chunks = [];
  let loaded = 0;
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    loaded += value.length;
    progress?.(loaded, total);
  }
  const bytes = new Uint8Array(loaded);
  loaded = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, loaded);
    loaded += chunk.length;
  }
  return bytes;
}

/** Starts a helper; resolved when it waits for work. */
async function startHelper(message) {
  if (typeof Worker === "undefined") {
    const { Worker } = await import("node:worker_threads");
    const worker = new Worker(helperSource, { eval: true });
    worker.unref();
    worker.postMessage(message);
    await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
    return worker;
  }
  const address = URL.createObjectURL(new Blob([helperSource], { type: "text/javascript" }));
  const worker = new Worker(address);
  await new Promise((resolve, reject) => {
    worker.onmessage = resolve;
    worker.onerror = (event) => reject(new Error(event.message ?? "a thread cannot be started"));
    worker.postMessage(message);
  });
  URL.revokeObjectURL(address);
  return worker;
}

/** Threads that may share memory here. */
function mostThreads() {
  if (typeof SharedArrayBuffer === "undefined") return 1;
  if (typeof process !== "undefined") return Infinity;
  return globalThis.crossOriginIsolated ? Infinity : 1;
}

/** Makes the net: see {{prefix}}.d.ts. */
async function make({ module: source, threads, relaxed = true, progress } = {}) {
  const parts = unpack(await contents(source, progress));
  const wanted = threads ?? (globalThis.crossOriginIsolated ? Math.min(navigator.hardwareConcurrency, 8) : 1);
  const count = Math.max(1, Math.min(wanted, mostThreads()));
  const prefix = count > 1 ? "threads-" : "";
  const isRelaxed = relaxed && WebAssembly.validate(parts[prefix + "relaxed"]);
  const code = parts[prefix + (isRelaxed ? "relaxed" : "simd")];
  if (!isRelaxed && !WebAssembly.validate(code)) {
    throw new Error("this browser has no WebAssembly with vectors (SIMD): take a newer one");
  }
  const module = await WebAssembly.compile(code);
  const kind = isRelaxed ? "relaxed simd" : "simd";
  if (count === 1) {
    const { exports } = await WebAssembly.instantiate(module);
    return new Net(exports, exports.memory, parts.weights, [], exports.__heap_base.value, kind);
  }
  const memory = new WebAssembly.Memory({ ...sharedPages, shared: true });
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  let place = padded(exports.__heap_base.value);
  const helpers = [];
  for (let number = 1; number < count; number += 1) {
    place += stackBytes;
    if (place > memory.buffer.byteLength) memory.grow(Math.ceil((place - memory.buffer.byteLength) / pageBytes));
    helpers.push(startHelper({ module, memory, stack: place, number }));
  }
  return new Net(exports, memory, parts.weights, await Promise.all(helpers), place, kind);
}

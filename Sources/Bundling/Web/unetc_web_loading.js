"use strict";

const info = JSON.parse(document.getElementById("info").textContent);
const element = (id) => document.getElementById(id);

// MARK: the net, in a thread of its own

const worker = (() => {
  const source = element("code").textContent;
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(address);
  const waiting = new Map();
  let number = 0;
  worker.onmessage = ({ data }) => {
    const call = waiting.get(data.number);
    waiting.delete(data.number);
    if (data.error === undefined) call?.resolve(data.result);
    else call?.reject(new Error(data.error));
  };
  worker.onerror = (event) => {
    for (const { reject } of waiting.values()) reject(new Error(event.message ?? "the net's thread has ended"));
    waiting.clear();
  };
  return {
    call(message, transfer = []) {
      number += 1;
      worker.postMessage({ number, ...message }, transfer);
      return new Promise((resolve, reject) => waiting.set(number, { resolve, reject }));
    },
  };
})();

/** The text of the module is in pieces behind this script, of which the browser may still be reading. */
async function readModule() {
  const progress = element("progress");
  const pieces = () => document.querySelectorAll("script.part");
  while (document.readyState === "loading") {
    progress.value = (0.5 * pieces().length) / info.parts;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const bytes = new Uint8Array(info.moduleBytes);
  let place = 0;
  for (const [index, piece] of pieces().entries()) {
    const text = atob(piece.textContent.trim());
    for (let i = 0; i < text.length; i += 1) bytes[place + i] = text.charCodeAt(i);
    place += text.length;
    piece.remove();
    progress.value = 0.5 + (0.5 * (index + 1)) / info.parts;
    await new Promise((resolve) => setTimeout(resolve));
  }
  if (place !== bytes.length) throw new Error(`this page is cut short: ${place} of ${bytes.length} bytes of the net`);
  return bytes;
}

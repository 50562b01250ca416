
export { info };

/** Makes the net: see {{prefix}}.d.ts. */
export function load(options = {}) {
  return make({ module: new URL("./{{prefix}}.wasm", import.meta.url), ...options });
}

// The net "{{graph}}" in WebAssembly: pictures in, masks out. Made by unetc {{version}}.
//
//   import { load } from "./{{prefix}}.js";
//   const net = await load();
//   const { mask, values, width, height } = net.segment(context.getImageData(0, 0, canvas.width, canvas.height));

/** A picture: an ImageData, or numbers of your own. */
export interface Picture {
  /** Rows from the top, the channels of a pixel side by side: gray, RGB or RGBA, or as many channels as the net takes. Floats
   * are from 0 to 1, unless the net was trained on others. */
  readonly data: Uint8ClampedArray | Uint8Array | Uint16Array | Float32Array;
  readonly width: number;
  readonly height: number;
  /** Default: as many as there are numbers for. */
  readonly channels?: number;
}

export interface SegmentOptions {
  /** From which probability on a pixel counts; default: that of the training. Between 0 and 1. */
  threshold?: number;
  /** Whether `values` are wanted; default: true. */
  values?: boolean;
}

export interface Segmentation {
  /** {{mask}} [height, width{{maskChannels}}]. */
  readonly mask: Uint8Array;
  /** {{values}} [channels, height, width]; undefined where they were not wanted. */
  readonly values: Float32Array | undefined;
  readonly width: number;
  readonly height: number;
  /** Of `values`: {{outputChannels}}. */
  readonly channels: number;
  /** From the pixels to mask and values. */
  readonly milliseconds: number;
}

export interface Net {
  /** What the net says of a picture, of any size: it is resized, normalised and decided as in training. It is computed on the
   * calling thread: in pages that are to stay quick, call it in a worker. */
  segment(picture: Picture, options?: SegmentOptions): Segmentation;
  /** Ends the net's threads and lets go of its memory. */
  free(): void;
  /** Threads that compute, the calling one among them. */
  readonly threads: number;
  /** Instructions in use. */
  readonly kind: "simd" | "relaxed simd";
}

export interface LoadOptions {
  /** Where {{prefix}}.wasm is, or what is in it; default: beside this module. */
  module?: string | URL | Response | ArrayBuffer | Uint8Array;
  /** Default: those of the processor, up to 8, where the page is cross-origin isolated; else one is all there can be. In
   * Node.js: 1. */
  threads?: number;
  /** Whether to use relaxed SIMD where there is, which multiplies and adds at once: faster, and other last bits. Default:
   * true. */
  relaxed?: boolean;
  /** Told while the file is loaded; `total` where it is known. */
  progress?: (loaded: number, total: number | undefined) => void;
}

/** Loads the net. */
export function load(options?: LoadOptions): Promise<Net>;

/** What there is to know of the net. */
export const info: {
  readonly name: string;
  /** Of the input. */
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Of `values`, and of a pixel of `mask`. */
  readonly outputChannels: number;
  readonly maskChannels: number;
  readonly task: "mask" | "classes" | "labels" | "reconstruction";
  readonly threshold: number;
  /** Of classes or labels, in turn; empty where nobody has said them. */
  readonly classNames: readonly string[];
  readonly precision: string;
  readonly weightBytes: number;
};

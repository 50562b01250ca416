/** A PNG of 8 bits a channel, gray or RGB: what canvases write has colours and alpha, which a mask has not. */
async function png(bytes, width, height, channels) {
  const table = Uint32Array.from({ length: 256 }, (_, n) => {
    for (let bit = 0; bit < 8; bit += 1) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
    return n;
  });
  const chunk = (type, data) => {
    const all = new Uint8Array(12 + data.length);
    const view = new DataView(all.buffer);
    view.setUint32(0, data.length);
    for (let i = 0; i < 4; i += 1) all[4 + i] = type.charCodeAt(i);
    all.set(data, 8);
    let sum = 0xffffffff;
    for (let i = 4; i < 8 + data.length; i += 1) sum = table[(sum ^ all[i]) & 255] ^ (sum >>> 8);
    view.setUint32(8 + data.length, ~sum >>> 0);
    return all;
  };
  const head = new Uint8Array(13);
  new DataView(head.buffer).setUint32(0, width);
  new DataView(head.buffer).setUint32(4, height);
  head.set([8, channels === 3 ? 2 : 0, 0, 0, 0], 8);
  const row = width * channels;
  const rows = new Uint8Array(height * (row + 1));
  for (let y = 0; y < height; y += 1) rows.set(bytes.subarray(y * row, (y + 1) * row), y * (row + 1) + 1);
  const packed = new Blob([rows]).stream().pipeThrough(new CompressionStream("deflate"));
  const data = new Uint8Array(await new Response(packed).arrayBuffer());
  const mark = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]);
  return new Blob([mark, chunk("IHDR", head), chunk("IDAT", data), chunk("IEND", new Uint8Array())], { type: "image/png" });
}

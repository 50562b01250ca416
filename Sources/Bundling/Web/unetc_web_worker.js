
// The page's own thread stays free: the net is here.
let net;

onmessage = async ({ data: { number, load, picture, options } }) => {
  try {
    if (load) {
      net = await make(load);
      postMessage({ number, result: { threads: net.threads, kind: net.kind } });
      await warmUp();
    } else {
      const result = net.segment(picture, options);
      postMessage({ number, result }, [result.mask.buffer, result.values.buffer]);
    }
  } catch (error) {
    postMessage({ number, error: error.message });
  }
};

/** Has the net look at nothing for a while, since browsers compile well what has run some times: the first picture is then as
 * quick as others. Pictures that come meanwhile are taken between two rounds. */
async function warmUp() {
  const [width, height] = [320, 240];
  const data = new Uint8Array(info.channels * width * height);
  const end = performance.now() + 200;
  for (let round = 0; round < 8 && performance.now() < end; round += 1) {
    await new Promise((resolve) => setTimeout(resolve));
    net.segment({ data, width, height });
  }
}

// What there is to know of the chosen node.

function details() {
  const panel = byId("details");
  const node = state.chosen === null ? null : state.stage.byName.get(state.chosen);
  panel.replaceChildren(...(node ? nodeDetails(state.stage, node) : overview()));
  panel.scrollTop = 0;
}

const row = (name, value) => value === null || value === undefined ? [] : [html("dt", {}, name), html("dd", {}, value)];

/** Before anything is chosen: the whole plan in a few numbers. */
function overview() {
  const sum = key => data.steps.reduce((total, step) => total + (step[key] ?? 0), 0);
  const weights = planned.nodes.filter(node => node.op === "parameter");
  return [
    html("h2", {}, data.graph),
    html("p", { class: "quiet" }, "Choose a box to see its shape, its place in the source, its cost, its memory and its kernel."),
    html("dl", {},
      ...row("plan", `${data.plan}, batch ${data.batch}`), ...row("target", `${data.target}, kernels in ${data.language === "c" ? "C" : "Swift"}`),
      ...row("parameters", `${bytesText(weights.reduce((total, node) => total + node.bytes, 0))} in ${plural(weights.length, "tensor")}`),
      ...row("arena", bytesText(data.arena.bytes) + (data.arena.bytes <= data.arena.bound ? ", the least there can be" : `, lower bound ${bytesText(data.arena.bound)}`)),
      ...row("steps", `${data.steps.length}, ${flopsText(sum("flops"))}, ${bytesText(sum("bytes"))} moved`),
      ...row("measured", data.profile ? `${timeText(data.profile.total)} on ${plural(data.profile.threads, "thread")}, `
        + `${withDigits(sum("flops") / data.profile.total / 1e6)} GFLOP/s of ${withDigits(data.profile.peak)}` : null),
      ...row("compiler", `unetc ${data.compiler}`)),
    ...algorithmTable(),
  ];
}

/** How often each algorithm is used, and what it takes. */
function algorithmTable() {
  const key = data.profile ? "time" : "flops";
  const sums = new Map();
  for (const step of data.steps) {
    const entry = sums.get(step.algorithm) ?? { count: 0, value: 0 };
    sums.set(step.algorithm, { count: entry.count + 1, value: entry.value + (step[key] ?? 0) });
  }
  const rows = [...sums].sort((a, b) => b[1].value - a[1].value || (a[0] < b[0] ? -1 : 1));
  const most = Math.max(...rows.map(([, entry]) => entry.value), 1e-9);
  return [html("h3", {}, data.profile ? "Time by algorithm" : "FLOPs by algorithm"), ...rows.filter(([, entry]) => entry.value > 0).slice(0, 14).map(([name, entry]) =>
    html("div", { class: "candidate wide" }, html("span", { title: name }, `${shortened(name, 18)} ×${entry.count}`),
      html("span", { class: "bar", style: `width:${(100 * entry.value / most).toFixed(1)}%` }),
      html("span", {}, data.profile ? timeText(entry.value) : flopsText(entry.value))))];
}

function nodeDetails(stage, node) {
  const maker = makerOf(node);
  const steps = stepsOf(node);
  const [region, offset, first, last, room, root] = node.place ?? [];
  const end = data.arena.steps.length;
  const parts = [
    html("h2", {}, node.name),
    html("p", { class: "quiet" }, `${operationOf(node)}, ${node.phase === "leaves" ? "given" : node.phase}`
      + (node.result ? `, ${node.result}` : "")),
    html("p", { class: "formula" }, formulaOf(stage, node)),
    html("dl", {},
      ...row("shape", node.type + (node.type.startsWith("[N") ? `, N up to ${data.batch}` : "")),
      ...row("value", (node.bytes ? bytesText(node.bytes) : "none: it changes a parameter") + (node.layout ? `, ${node.layout}` : "")),
      ...row("place", node.place ? `${region} + ${offset}` + (root === node.name ? "" : `, in ${root} of ${bytesText(room)}`) : null),
      ...row("alive", node.place && region === "arena"
        ? `from ${first < 0 ? "the start" : "step " + first} to ${last >= end ? "the end" : "step " + last}` : null),
      ...row("derived", node.from), ...row("since", changeText(stage, node)),
      ...row("reads", links(stage, [...new Set(node.operands)])), ...row("read by", links(stage, node.readers))),
    ...sourceExcerpt(node),
  ];
  if (steps.length) {
    parts.push(html("h3", {}, maker.name === node.name ? "Computed by" : `Computed as part of ${maker.name} by`));
    // The last step makes the value; those before it make what it needs.
    parts.push(stepCard(steps[steps.length - 1]), ...kernels(steps),
      ...steps.slice(0, -1).map(step => html("details", { class: "before" },
        html("summary", {}, `before it, ${step.name}: ${step.algorithm}` + (step.time === undefined ? "" : `, ${timeText(step.time)}`)), stepCard(step))));
  } else if (node.phase !== "leaves") {
    parts.push(html("p", { class: "quiet" }, maker ? "It takes no step: the value lies where it belongs already." : "The plan has no step for it."));
  }
  if (node.attributes) parts.push(html("h3", {}, "Constants"), html("p", { class: "formula" }, node.attributes.slice(1, -1)));
  return parts;
}

function changeText(stage, node) {
  const before = data.stages[data.stages.indexOf(stage) - 1];
  if (!before) return null;
  const absorbed = stage.gone.filter(([, into]) => into === node.name).map(([name]) => name);
  const took = absorbed.length ? `; took in ${absorbed.join(", ")}` : "";
  if (node.mark === "added") return `new since ${before.name}${took}`;
  if (node.mark === "changed") return `at ${before.name}: ${node.was}${took}`;
  return `as at ${before.name}${took}`;
}

/** Buttons that lead to other nodes; null for none. */
function links(stage, indices) {
  if (!indices.length) return null;
  return html("div", { class: "links" }, ...indices.map(index => {
    const other = stage.nodes[index];
    return html("button", { type: "button", title: formulaOf(stage, other), onclick: () => follow(other) }, other.name);
  }));
}

/** Goes to another node. The link is gone then, so that the keyboard goes along: to the box, or to the details of what has none. */
function follow(node) {
  choose(node.name, { focus: true });
  if (!node.box) byId("details").focus();
}

function sourceExcerpt(node) {
  if (!node.line) return [];
  const first = Math.max(1, node.line - 1), last = Math.min(data.lines.length, node.line + 1);
  const lines = [];
  for (let line = first; line <= last; line++) lines.push(sourceLine(line, line === node.line));
  return [html("h3", {}, `${data.source}:${node.line}:${node.column}`), html("div", { class: "lines" }, ...lines)];
}

const sourceLine = (line, isHere) => html("div", { class: isHere ? "here" : null },
  html("span", { class: "number" }, String(line)), data.lines[line - 1] || " ");

/** How much of so many cores equal tasks can use. */
const busyPercent = (tasks, cores) => Math.round(100 * tasks / (Math.ceil(tasks / cores) * cores));

function stepCard(step) {
  const intensity = step.bytes > 0 ? step.flops / step.bytes : 0;
  const card = html("div", { class: "step" },
    html("h4", {}, `${step.name}, step ${step.index}`),
    html("dl", {},
      ...row("algorithm", step.algorithm + (step.reason ? `, by ${step.reason}` : "")),
      ...row("work", !step.flops && !step.bytes ? null : `${flopsText(step.flops)}, ${bytesText(step.bytes)} moved` + (intensity ? `, ${withDigits(intensity)} FLOP a byte` : "")),
      ...row("tasks", plural(step.tasks, "task") + (step.tasks ? `, by whose number ${[8, 16, 32, 64].map(cores => `${busyPercent(step.tasks, cores)} % of ${cores}`).join(", ")} cores can work` : "") + (step.workspace ? `, ${bytesText(step.workspace)} of workspace for each thread` : "")),
      ...row("time", step.time === undefined ? null : timeText(step.time)
        + (step.flops ? `, ${withDigits(step.gflops)} GFLOP/s, ${withDigits(step.percent)} % of the peak` : ""))));
  if (step.predicted?.length > 1) {
    const most = Math.max(...step.predicted.map(([, time]) => time), 1e-9);
    card.append(html("details", { class: "candidates" },
      html("summary", {}, `${step.predicted.length} candidates, with the times that the cost model predicts on one core`),
      ...step.predicted.map(([name, time]) => html("div", { class: name === step.taken ? "candidate taken" : "candidate" }, html("span", {}, name),
        html("span", { class: "bar", style: `width:${(100 * time / most).toFixed(1)}%` }), html("span", {}, timeText(time))))));
  }
  return card;
}

function kernels(steps) {
  const entries = steps.filter(step => step.function);
  if (!entries.length) {
    return steps.some(step => step.phase === "update")
      ? [html("p", { class: "quiet" }, "The optimiser's function, one for all parameters, is in kernels/optimizers.")] : [];
  }
  return [html("h3", {}, entries.length === 1 ? "Kernel" : "Kernels"), ...entries.map(step => {
    const isMain = step === entries[entries.length - 1];
    const box = html("details", { class: "kernel", open: isMain },
      html("summary", {}, `${step.function} in ${step.file}`));
    const fill = () => { if (box.open && !box.querySelector("pre")) box.append(html("pre", { tabindex: "0" }, highlighted(codeOf(step.index) ?? ""))); };
    box.addEventListener("toggle", fill);
    fill();
    return box;
  })];
}

/** Code with its comments, keywords and numbers told apart. */
function highlighted(text) {
  const code = html("code");
  const words = /(\/\*[\s\S]*?\*\/|\/\/[^\n]*)|\b(void|const|static|inline|int64_t|int32_t|float|double|for|if|else|return|restrict|unsigned|func|let|var|in|Int|Float|while|stride|typedef)\b|\b(\d[\w.]*)/g;
  let end = 0, match;
  while ((match = words.exec(text))) {
    code.append(text.slice(end, match.index));
    code.append(html("span", { class: match[1] ? "c" : match[2] ? "k" : "n" }, match[0]));
    end = words.lastIndex;
  }
  code.append(text.slice(end));
  return code;
}

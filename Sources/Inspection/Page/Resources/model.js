// What the page knows, and what is chosen at the moment.

const data = JSON.parse(byId("data").textContent);

/** The functions' texts; read when the first one is asked for, for they are most of the page. */
let codeTexts = null;
function codeOf(stepIndex) {
  codeTexts ??= JSON.parse(byId("code").textContent);
  return codeTexts[stepIndex];
}

for (const stage of data.stages) {
  stage.byName = new Map();
  stage.nodes.forEach((node, index) => {
    node.index = index;
    node.operands = [...node.inputs, ...(node.then ?? []).flatMap(step => step[1])];
    node.readers = [];
    stage.byName.set(node.name, node);
  });
  for (const node of stage.nodes) {
    for (const operand of new Set(node.operands)) stage.nodes[operand].readers.push(node.index);
  }
}

/** By a node's name, the indices of the steps that make it. */
const stepsOfNode = new Map();
data.steps.forEach((step, index) => {
  step.index = index;
  const time = data.profile?.layers[step.name];
  if (time) [step.time, step.gflops, step.percent] = time;
  if (!stepsOfNode.has(step.node)) stepsOfNode.set(step.node, []);
  stepsOfNode.get(step.node).push(index);
});

const planned = data.stages[data.stages.length - 1];

/** The node of the plan that computes what a node of any stage means. */
function makerOf(node) {
  const own = planned.byName.get(node.name);
  const maker = own ?? planned.byName.get(node.maker);
  return maker && maker.host !== undefined && !stepsOfNode.has(maker.name) ? planned.nodes[maker.host] : maker;
}

function stepsOf(node) { return (stepsOfNode.get(makerOf(node)?.name) ?? []).map(index => data.steps[index]); }

/** The operator and what is fused behind it. */
const operationOf = node => [node.op, ...(node.then ?? []).map(step => step[0])].join(" + ");

/** A node as dumps write it: `enc1_1 = conv(image, …) then relu`. */
function formulaOf(stage, node) {
  const call = (name, operands) =>
    name + (operands.length ? `(${operands.map(index => stage.nodes[index].name).join(", ")})` : "");
  const then = (node.then ?? []).map(step => " then " + call(step[0], step[1]));
  const beside = node.host === undefined ? "" : " beside " + stage.nodes[node.host].name;
  return `${node.name} = ${call(node.op, node.inputs)}${then.join("")}${beside} : ${node.type}`;
}

/**
 * By the name of a node of the plan, the node of a stage that stands for its steps. Several may have become one: then it is the
 * one with the operator, so that nothing counts twice.
 */
function representatives(stage) {
  if (stage.representatives) return stage.representatives;
  stage.representatives = new Map();
  for (const node of stage.nodes) {
    const maker = makerOf(node);
    if (!maker || planned.byName.get(node.name)?.host !== undefined && maker.name !== node.name) continue;
    const fits = other => (other.op === maker.op ? 2 : 0) + (other.name === maker.name ? 1 : 0);
    const known = stage.representatives.get(maker.name);
    if (!known || fits(node) > fits(known)) stage.representatives.set(maker.name, node);
  }
  return stage.representatives;
}

/** What boxes can be coloured by: of a node, a number, and how it is said. */
const sumOf = key => node => representatives(state.stage).get(makerOf(node)?.name) === node
  ? stepsOf(node).reduce((sum, step) => sum + (step[key] ?? 0), 0) : 0;
const measures = {
  phase: { label: "phase" },
  ...(data.profile ? { time: { label: "time", of: sumOf("time"), text: timeText } } : {}),
  flops: { label: "FLOPs", of: sumOf("flops"), text: flopsText },
  traffic: { label: "bytes moved", of: sumOf("bytes"), text: bytesText },
  size: { label: "bytes of the value", of: node => node.bytes, text: bytesText },
};

const state = { stage: data.stages[0], chosen: null, measure: "phase", changes: false };

/** Chooses a node by name, at this stage or, where it has none of that name, at one that does. */
function choose(name, options = {}) {
  if (name !== null && !state.stage.byName.has(name)) {
    const other = [...data.stages].reverse().find(stage => stage.byName.has(name));
    if (!other) return;
    show(other);
  }
  state.chosen = name;
  graphView.mark();
  if (name !== null && options.look !== false) graphView.lookAt(name, options.focus);
  arenaView.mark();
  stepsView.mark();
  details();
  remember();
}

// The page as a whole: stages, keys, looks, and the address that leads back to what is shown.

const stories = {
  graph: "The net as it was declared.",
  backward: "With gradients and updates: the net goes down and up, its gradient comes back beside it.",
  fused: "Functions have moved into the kernels before them, and maxima and sums beside those that make them.",
  program: "With algorithms, memory layouts, conversions, what is computed a second time, and the order of steps.",
  planned: "With a place in memory for every value, and a kernel for every step.",
};
if (data.plan !== "train" && data.plan !== "gradients") stories.backward = "The net as it is after training.";

function show(stage) {
  state.stage = stage;
  for (const input of byId("stages").querySelectorAll("input")) input.checked = input.value === stage.name;
  const counts = ["added", "changed"].map(mark => [mark, stage.nodes.filter(node => node.mark === mark).length]).filter(([, count]) => count);
  const gone = stage.gone.length ? [["gone", stage.gone.length]] : [];
  byId("story").textContent = stories[stage.name] + (data.stages.indexOf(stage) ? " Since the stage before: "
    + ([...counts, ...gone].map(([name, count]) => `${count} ${name}`).join(", ") || "nothing has changed") + "." : "");
  if (state.chosen !== null && !stage.byName.has(state.chosen)) state.chosen = successor(stage, state.chosen);
  graphView.draw();
  graphView.fit();
  arenaView.mark();
  stepsView.mark();
  finder.update();
  details();
  remember();
}

/** What has become of a node that this stage does not have: the one that computes it now. */
function successor(stage, name) {
  for (const other of data.stages) {
    const maker = other.byName.get(name)?.maker;
    if (maker && stage.byName.has(maker)) return maker;
  }
  return null;
}

function setMeasure(name) {
  state.measure = name;
  byId("measure").value = name;
  graphView.colour();
  remember();
}

function setChanges(isShown) {
  state.changes = isShown;
  byId("changes").setAttribute("aria-pressed", String(isShown));
  graphView.colour();
}

/** Gives the chosen node, and its kernel, more of the window. */
function setWide(isWide) {
  document.querySelector("main").classList.toggle("wide", isWide);
  byId("wide").setAttribute("aria-pressed", String(isWide));
  dispatchEvent(new Event("resize"));
}
const toggleWide = () => setWide(!document.querySelector("main").classList.contains("wide"));

const themes = ["auto", "light", "dark"];
function setTheme(name) {
  state.theme = name;
  if (name === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  byId("theme").textContent = { auto: "◐ Auto", light: "☀ Light", dark: "☾ Dark" }[name];
  remember();
}
const nextTheme = () => setTheme(themes[(themes.indexOf(state.theme) + 1) % themes.length]);

// MARK: The address

let isReady = false;
function remember() {
  if (!isReady) return;
  const entries = { stage: state.stage.name, node: state.chosen, colour: state.measure === "phase" ? null : state.measure,
    theme: state.theme === "auto" ? null : state.theme };
  const text = Object.entries(entries).filter(([, value]) => value).map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&");
  history.replaceState(null, "", "#" + text);
}

function recall() {
  const entries = new URLSearchParams(location.hash.slice(1));
  setTheme(themes.includes(entries.get("theme")) ? entries.get("theme") : "auto");
  state.measure = measures[entries.get("colour")] ? entries.get("colour") : "phase";
  byId("measure").value = state.measure;
  const name = entries.get("node");
  state.chosen = null;
  const stage = data.stages.find(stage => stage.name === entries.get("stage"));
  show(stage ?? data.stages[0]);
  if (name && data.stages.some(stage => stage.byName.has(name))) choose(name);
}

// MARK: Keys

const keyHelp = [
  ["/", "search; arrows and Enter choose, Esc clears"], ["Arrows", "from box to box in the graph, from step to step in the arena"],
  ["1 … 5", "graph, backward, fused, program, planned"], ["+  −  0", "closer, farther, all of it"],
  ["c", "outline what the last pass has changed"], ["w", "more room for the chosen node and its kernel"],
  ["t", "light, dark, or as the system has it"],
  ["Esc", "choose nothing"], ["?", "this list"],
];

function openHelp() {
  const dialog = byId("keys");
  dialog.replaceChildren(html("h2", { id: "keys-title" }, "Keys"),
    html("dl", {}, ...keyHelp.flatMap(([key, text]) => [html("dt", {}, html("kbd", {}, key)), html("dd", {}, text)])),
    html("p", { class: "quiet" }, "Drag to move, turn the wheel to zoom. The address leads back to what is shown."),
    html("form", { method: "dialog" }, html("button", { autofocus: true }, "Close")));
  dialog.showModal();
}

document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || byId("keys").open) return;
  const target = event.target;
  if (target.matches?.("input[type=search], select, textarea")) return;
  const stage = data.stages[Number(event.key) - 1];
  if (event.key === "/") finder.open();
  else if (stage) show(stage);
  else if (event.key === "+" || event.key === "=") graphView.zoom(1.3);
  else if (event.key === "-") graphView.zoom(1 / 1.3);
  else if (event.key === "0") graphView.fit();
  else if (event.key === "c") setChanges(!state.changes);
  else if (event.key === "w") toggleWide();
  else if (event.key === "t") nextTheme();
  else if (event.key === "?") openHelp();
  else if (event.key === "Escape") { finder.clear(); choose(null); }
  else return;
  event.preventDefault();
});

// MARK: Beginning

byId("title").textContent = data.graph;
byId("subtitle").textContent = `plan ${data.plan}, batch ${data.batch}, ${data.target}, from ${data.source}`;
byId("stages").append(...data.stages.map((stage, index) => html("label", { title: `${stories[stage.name]} (${index + 1})` },
  html("input", { type: "radio", name: "stage", value: stage.name, onchange: () => show(stage) }), stage.name)));
byId("measure").append(...Object.entries(measures).map(([name, measure]) => html("option", { value: name }, measure.label)));
byId("measure").addEventListener("change", event => setMeasure(event.target.value));
byId("changes").addEventListener("click", () => setChanges(!state.changes));
byId("wide").addEventListener("click", toggleWide);
byId("theme").addEventListener("click", nextTheme);
byId("help").addEventListener("click", openHelp);
arenaView.draw();
recall();
isReady = true;
addEventListener("hashchange", recall);
document.documentElement.dataset.ready = performance.now().toFixed(0);

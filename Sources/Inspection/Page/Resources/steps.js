// The steps as a table, which can be sorted, and the source, whose lines lead to the nodes they made.

const stepsView = (() => {
  const columns = [
    ["#", step => step.index, step => String(step.index), true],
    ["step", step => step.name, null, false],
    ["operation", step => step.operation, step => step.operation, false],
    ["phase", step => step.phase, step => step.phase, false],
    ["algorithm", step => step.algorithm, step => step.algorithm, false],
    ["FLOPs", step => step.flops, step => step.flops ? flopsText(step.flops) : "", true],
    ["moved", step => step.bytes, step => bytesText(step.bytes), true],
    ...(data.profile ? [
      ["time", step => step.time ?? 0, null, true],
      ["GFLOP/s", step => step.gflops ?? 0, step => step.gflops ? withDigits(step.gflops) : "", true],
      ["% of peak", step => step.percent ?? 0, step => step.percent ? withDigits(step.percent) : "", true],
    ] : []),
  ];
  const longest = Math.max(...data.steps.map(step => step.time ?? 0), 1e-9);
  let sorted = 0, isAscending = true, rows = [], isDrawn = false, isSourceDrawn = false;

  function cell(column, step) {
    const [name, , text, isNumber] = column;
    const attributes = isNumber ? { class: "number" } : {};
    if (name === "step") return html("td", attributes, html("button", { type: "button" }, step.name));
    if (name === "time") return html("td", attributes,
      html("span", { class: "bar", style: `width:${(60 * (step.time ?? 0) / longest).toFixed(1)}px` }), step.time === undefined ? "" : timeText(step.time));
    return html("td", attributes, text(step));
  }

  function draw() {
    if (isDrawn) return;
    isDrawn = true;
    rebuild();
  }

  function rebuild() {
    const key = columns[sorted][1];
    const order = [...data.steps].sort((a, b) => {
      const [p, q] = [key(a), key(b)];
      return ((p > q) - (p < q)) * (isAscending ? 1 : -1) || a.index - b.index;
    });
    const head = html("tr", {}, ...columns.map(([name, , , isNumber], index) => html("th", {
      scope: "col", class: isNumber ? "number" : null,
      "aria-sort": index === sorted ? isAscending ? "ascending" : "descending" : null,
    }, html("button", { type: "button", onclick: () => sortBy(index) }, name))));
    rows = order.map(step => ({
      step, row: html("tr", { onclick: () => choose(step.node) }, ...columns.map(column => cell(column, step))),
    }));
    byId("steps").replaceChildren(html("table", {}, html("caption", { class: "hidden" }, "The plan's steps, in the order in which they run"),
      html("thead", {}, head), html("tbody", {}, ...rows.map(({ row }) => row))));
    mark();
  }

  function sortBy(index) {
    // Numbers are interesting where they are large.
    isAscending = index === sorted ? !isAscending : !columns[index][3] || index === 0;
    sorted = index;
    rebuild();
    byId("steps").querySelectorAll("th button")[index].focus();
  }

  function drawSource() {
    if (isSourceDrawn) return;
    isSourceDrawn = true;
    byId("source").replaceChildren(html("div", { class: "lines" }, ...data.lines.map((_, index) => {
      const line = sourceLine(index + 1, false);
      const names = data.stages[0].nodes.filter(node => node.line === index + 1 && node.box).map(node => node.name);
      if (names.length) {
        line.className = "known";
        line.tabIndex = 0;
        line.setAttribute("role", "button");
        const open = () => choose(state.stage.byName.has(names[names.length - 1]) ? names[names.length - 1] : names.find(name => state.stage.byName.has(name)) ?? names[0]);
        line.addEventListener("click", open);
        line.addEventListener("keydown", event => { if (event.key === "Enter") open(); });
      }
      return line;
    })));
    mark();
  }

  function mark() {
    const node = state.chosen && state.stage.byName.get(state.chosen);
    const own = new Set(node ? stepsOf(node) : []);
    let seen = false;
    for (const { step, row } of rows) {
      row.classList.toggle("chosen", own.has(step));
      if (own.has(step) && !seen && !byId("steps").hidden) row.scrollIntoView({ block: "nearest" });
      seen ||= own.has(step);
    }
    if (isSourceDrawn) byId("source").querySelectorAll(".lines > div").forEach((line, index) => {
      const isHere = node?.line === index + 1;
      line.classList.toggle("here", isHere);
      if (isHere && !byId("source").hidden) line.scrollIntoView({ block: "nearest" });
    });
  }

  return { draw, drawSource, mark };
})();

/** The panels below the graph. */
const tabs = (() => {
  const names = ["arena", "steps", "source"];
  function open(name, takesFocus = false) {
    if (name === "steps") stepsView.draw();
    if (name === "source") stepsView.drawSource();
    for (const other of names) {
      const tab = byId("tab-" + other);
      byId(other).hidden = other !== name;
      tab.setAttribute("aria-selected", String(other === name));
      tab.tabIndex = other === name ? 0 : -1;
      if (other === name && takesFocus) tab.focus();
    }
    stepsView.mark();
  }
  for (const [index, name] of names.entries()) {
    byId("tab-" + name).addEventListener("click", () => open(name));
    byId("tab-" + name).addEventListener("keydown", event => {
      const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (move) open(names[(index + move + names.length) % names.length], true);
    });
  }
  // Paper has all of them.
  addEventListener("beforeprint", () => { stepsView.draw(); stepsView.drawSource(); });
  return { open };
})();

// The graph: boxes and lines, panning, zooming, walking from box to box.

const graphView = (() => {
  const drawing = byId("drawing");
  const view = { x: 0, y: 0, scale: 1 };
  const leastScale = 0.08, mostScale = 6;
  let world = null, boxes = new Map(), edges = [];

  // MARK: Drawing

  function draw() {
    const stage = state.stage;
    boxes = new Map();
    edges = [];
    world = svg("g");
    for (const [index, [label, y, height]] of stage.bands.entries()) {
      world.append(
        svg("rect", { class: index % 2 ? "band odd" : "band", x: 0, y, width: stage.width, height, rx: 6 }),
        svg("text", { class: "band-label", x: 14, y: y + height / 2 + 4 }, label));
    }
    const lines = svg("g", { "aria-hidden": "true" });
    for (const node of stage.nodes) if (node.box) drawEdges(stage, node, lines);
    world.append(lines);
    for (const node of stage.nodes) if (node.box) world.append(drawNode(stage, node));
    drawing.replaceChildren(world);
    drawing.setAttribute("aria-label",
      `${data.graph} at stage ${stage.name}: ${stage.nodes.filter(node => node.box).length} boxes; arrows move between them`);
    colour();
    mark();
  }

  function drawNode(stage, node) {
    const [x, y, width, height] = node.box;
    const isSmall = node.part !== undefined;
    const classes = ["node", node.phase, isSmall && "small", node.result && "result", node.mark].filter(Boolean).join(" ");
    const group = svg("g", {
      class: classes, role: "button", tabindex: "-1", "data-name": node.name,
      "aria-label": `${node.name}, ${operationOf(node)}, ${node.type}`,
      onclick: () => { if (!moved) choose(node.name, { look: false, focus: true }); },
      onfocus: () => { if (state.chosen !== node.name) choose(node.name, { look: true }); },
    },
      svg("title", {}, formulaOf(stage, node)),
      svg("rect", { class: "box", x, y, width, height, rx: node.phase === "leaves" ? 12 : 4 }));
    const label = isSmall ? smallLabel(node) : node.name;
    group.append(svg("text", {
      class: "name", x: x + width / 2, y: y + (isSmall ? height / 2 + 3.5 : 12.5), "text-anchor": "middle", style: `--length:${Math.max(10, label.length)}`,
    }, shortened(label, isSmall ? 15 : 28)));
    if (!isSmall) {
      group.append(svg("text", { class: "sub", x: x + width / 2, y: y + 24.5, "text-anchor": "middle" }, ""));
    }
    boxes.set(node.name, group);
    return group;
  }

  /** What stands beside a box is named by what it is of it. */
  function smallLabel(node) {
    if (node.part === "tail") return node.phase === "leaves" ? node.name : node.op;
    const last = node.name.split(".").pop();
    if (node.name.startsWith("grad.")) return "∇ " + last;
    if (node.phase === "update") return "step " + last;
    return last;
  }

  function drawEdges(stage, node, lines) {
    const kinds = [...node.inputs.map(index => [index, ""]),
      ...(node.then ?? []).flatMap(step => step[1].map(index => [index, "fused"]))];
    if (node.host !== undefined && !node.inputs.includes(node.host)) kinds.push([node.host, "host"]);
    for (const [index, kind] of kinds) {
      const source = stage.nodes[index];
      if (!source.box) continue;
      const [commands, place] = route(source, node);
      const line = svg("path", { class: ["edge", kind, place].filter(Boolean).join(" "), d: commands });
      edges.push({ from: source.name, to: node.name, line });
      lines.append(line);
    }
  }

  /** A line between two boxes, and what kind of way it is. */
  function route(source, end) {
    const [ax, ay, aw, ah] = source.box, [bx, by, bw, bh] = end.box;
    const isBeside = Math.abs(ay + ah / 2 - by - bh / 2) < 40;
    if (ax < bx + bw && bx < ax + aw) {
      // One above the other.
      const goesDown = ay < by;
      const start = goesDown ? ay + ah : ay, stop = goesDown ? by : by + bh;
      const x = ax + aw / 2, target = bx + bw / 2;
      if (Math.abs(stop - start) < 48) return [`M${x} ${start}L${target} ${stop}`, ""];
      const bow = Math.min(40, 12 + Math.abs(stop - start) / 20);
      const left = Math.min(ax, bx);
      return [`M${ax} ${ay + ah / 2}C${left - bow} ${ay + ah / 2} ${left - bow} ${by + bh / 2} ${bx} ${by + bh / 2}`, ""];
    }
    const goesRight = ax < bx;
    const start = goesRight ? ax + aw : ax, stop = goesRight ? bx : bx + bw;
    const isNear = Math.abs(stop - start) < 16 && isBeside;
    const reach = Math.max(16, Math.abs(stop - start) * 0.4) * (goesRight ? 1 : -1);
    const y = ay + ah / 2, target = by + bh / 2;
    const commands = isNear ? `M${start} ${y}L${stop} ${target}`
      : `M${start} ${y}C${start + reach} ${y} ${stop - reach} ${target} ${stop} ${target}`;
    const isLong = Math.abs(stop - start) > 60;
    const crosses = source.phase !== "backward" && !source.again && (end.phase === "backward" || end.again);
    return [commands, isLong && crosses ? "far" : isLong && end.part === undefined ? "skip" : ""];
  }

  // MARK: Colours and marks

  function colour() {
    const measure = measures[state.measure];
    const values = measure.of ? state.stage.nodes.map(node => node.box ? measure.of(node) : 0) : [];
    const most = Math.max(...values, 0);
    for (const [name, group] of boxes) {
      const node = state.stage.byName.get(name);
      const box = group.querySelector(".box"), sub = group.querySelector(".sub");
      const value = measure.of ? values[node.index] : 0;
      box.style.fill = !measure.of ? "" : value === 0 ? "var(--raised)"
        : `color-mix(in oklab, var(--hot) ${(100 * Math.sqrt(value / most)).toFixed(1)}%, var(--cold))`;
      if (sub) sub.textContent = !measure.of ? operationOf(node).length > 24 ? shapeOf(node) : `${operationOf(node)}  ${shapeOf(node)}`.slice(0, 31)
        : value === 0 ? "" : measure.text(value);
    }
    drawing.classList.toggle("changes", state.changes);
    legend(most);
  }

  const shapeOf = node => node.type.replace(/^\[N, |^\[N\]$|^\[|\]$/g, "").replaceAll(", ", "×");

  function legend(most) {
    const measure = measures[state.measure];
    const entries = measure.of
      ? [html("span", {}, "0 "), html("span", { class: "swatch scale" }), html("span", {}, `${measure.text(most)}: ${measure.label}`)]
      : ["leaves", "forward", "backward", "update"].filter(phase => state.stage.nodes.some(node => node.box && node.phase === phase))
        .map(phase => html("span", {}, html("i", { class: "swatch " + phase }), phase === "leaves" ? "given" : phase));
    byId("legend").replaceChildren(...entries);
  }

  function mark() {
    const chosen = state.chosen;
    const near = new Set();
    for (const { from, to, line } of edges) {
      line.classList.toggle("incoming", to === chosen);
      line.classList.toggle("outgoing", from === chosen);
      if (to === chosen) near.add(from);
      if (from === chosen) near.add(to);
    }
    let hasStop = false;
    for (const [name, group] of boxes) {
      group.classList.toggle("chosen", name === chosen);
      group.classList.toggle("near", near.has(name));
      group.setAttribute("tabindex", name === chosen ? "0" : "-1");
      if (name === chosen) group.setAttribute("aria-current", "true");
      else group.removeAttribute("aria-current");
      hasStop ||= name === chosen;
    }
    // One box can always be reached with the tabulator.
    if (!hasStop) boxes.values().next().value?.setAttribute("tabindex", "0");
  }

  function find(names) {
    for (const [name, group] of boxes) group.classList.toggle("found", names.has(name));
  }

  // MARK: Panning and zooming

  function place() {
    world.setAttribute("transform", `translate(${view.x.toFixed(2)} ${view.y.toFixed(2)}) scale(${view.scale.toFixed(4)})`);
    drawing.classList.toggle("away", view.scale < 0.72);
  }

  function size() { return { width: drawing.clientWidth || 1000, height: drawing.clientHeight || 600 }; }

  function fit() {
    const { width, height } = size();
    const stage = state.stage;
    // Room for the words above and below.
    view.scale = Math.min(width / stage.width, (height - 60) / stage.height, 1.6);
    view.x = (width - view.scale * stage.width) / 2;
    view.y = 32 + (height - 60 - view.scale * stage.height) / 2;
    place();
  }

  function zoom(factor, x = size().width / 2, y = size().height / 2) {
    const scale = Math.min(mostScale, Math.max(leastScale, view.scale * factor));
    view.x = x - (x - view.x) * scale / view.scale;
    view.y = y - (y - view.y) * scale / view.scale;
    view.scale = scale;
    place();
  }

  /** Brings a box into sight, without moving what can be seen already. */
  function lookAt(name, takesFocus) {
    const box = state.stage.byName.get(name)?.box;
    if (box) {
      const { width, height } = size();
      const x = view.x + view.scale * (box[0] + box[2] / 2), y = view.y + view.scale * (box[1] + box[3] / 2);
      if (x < 60 || x > width - 60 || y < 50 || y > height - 50) {
        view.x += width / 2 - x;
        view.y += height / 2 - y;
        place();
      }
    }
    if (takesFocus) boxes.get(name)?.focus({ preventScroll: true });
  }

  const pointers = new Map();
  let moved = false;
  drawing.addEventListener("pointerdown", event => {
    pointers.set(event.pointerId, event);
    if (pointers.size === 1) moved = false;
  });
  drawing.addEventListener("pointermove", event => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    if (pointers.size === 1) {
      const dx = event.clientX - before.clientX, dy = event.clientY - before.clientY;
      if (!moved && Math.hypot(dx, dy) < 4) return;
      if (!moved) drawing.setPointerCapture(event.pointerId);
      moved = true;
      drawing.classList.add("dragged");
      view.x += dx;
      view.y += dy;
      place();
    } else {
      // Two fingers: what lies between them stays there.
      moved = true;
      const other = [...pointers.values()].find(pointer => pointer.pointerId !== event.pointerId);
      const distance = point => Math.hypot(point.clientX - other.clientX, point.clientY - other.clientY);
      const area = drawing.getBoundingClientRect();
      zoom(distance(event) / Math.max(1, distance(before)),
        (event.clientX + other.clientX) / 2 - area.left, (event.clientY + other.clientY) / 2 - area.top);
    }
    pointers.set(event.pointerId, event);
  });
  const release = event => {
    pointers.delete(event.pointerId);
    drawing.classList.remove("dragged");
  };
  drawing.addEventListener("pointerup", release);
  drawing.addEventListener("pointercancel", release);
  drawing.addEventListener("wheel", event => {
    event.preventDefault();
    const area = drawing.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0016)), event.clientX - area.left, event.clientY - area.top);
  }, { passive: false });
  byId("closer").addEventListener("click", () => zoom(1.3));
  byId("farther").addEventListener("click", () => zoom(1 / 1.3));
  byId("fit").addEventListener("click", fit);

  // MARK: Walking

  /** The nearest box in a direction; what lies off to the side counts as farther. */
  function neighbour(name, dx, dy) {
    const center = node => [node.box[0] + node.box[2] / 2, node.box[1] + node.box[3] / 2];
    const [x, y] = center(state.stage.byName.get(name));
    let best = null, least = Infinity;
    for (const node of state.stage.nodes) {
      if (!node.box || node.name === name) continue;
      const [cx, cy] = center(node);
      const along = (cx - x) * dx + (cy - y) * dy;
      const aside = Math.abs((cx - x) * dy) + Math.abs((cy - y) * dx);
      if (along < 4 || aside > 3 * along + 20) continue;
      const distance = along + 2.2 * aside;
      if (distance < least) [best, least] = [node.name, distance];
    }
    return best;
  }

  drawing.addEventListener("keydown", event => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const here = state.chosen && boxes.has(state.chosen) ? state.chosen : null;
    const next = here ? neighbour(here, ...step) : boxes.keys().next().value;
    if (next) choose(next, { focus: true });
  });

  // MARK: On paper

  let before = null;
  addEventListener("beforeprint", () => {
    before = { ...view };
    drawing.setAttribute("viewBox", `0 0 ${state.stage.width} ${state.stage.height}`);
    world.removeAttribute("transform");
  });
  addEventListener("afterprint", () => {
    drawing.removeAttribute("viewBox");
    if (before) Object.assign(view, before);
    place();
  });
  addEventListener("resize", fit);

  return { draw, colour, mark, find, fit, zoom, lookAt };
})();

// The arena over time: steps to the right, bytes upwards, a box for each buffer.

const arenaView = (() => {
  const panel = byId("arena");
  const arena = data.arena;
  const count = arena.steps.length;
  const frame = { width: 1200, height: 300, left: 70, right: 12, top: 12, bottom: 22 };
  const top = Math.max(arena.bytes, arena.bound, 1);
  let drawing = null, slots = [], cursor = null, step = null;

  const columnWidth = () => (frame.width - frame.left - frame.right) / (count + 2);
  const x = index => frame.left + (index + 1) * columnWidth();
  const y = bytes => frame.height - frame.bottom - bytes / top * (frame.height - frame.top - frame.bottom);

  function draw() {
    frame.width = Math.max(320, panel.clientWidth || 1200);
    frame.height = Math.max(140, panel.clientHeight || 300);
    slots = [];
    drawing = svg("svg", {
      viewBox: `0 0 ${frame.width} ${frame.height}`, role: "slider", tabindex: "0",
      "aria-label": "Arena over time; arrows move from step to step, Enter chooses the step's node",
      "aria-valuemin": "0", "aria-valuemax": String(Math.max(0, count - 1)),
      onpointermove: event => read(stepAt(event)), onpointerleave: () => read(null),
      onkeydown: keyPressed,
    });
    axes();
    data.steps.forEach(({ node, phase }, index) => drawing.append(svg("rect", {
      class: "tick " + phase, x: x(index).toFixed(1), y: frame.height - frame.bottom + 2, width: columnWidth().toFixed(2), height: 5,
      onclick: () => choose(node),
    })));
    for (const box of arena.boxes) drawBox(box);
    const bound = y(arena.bound).toFixed(1);
    drawing.append(svg("line", { class: "bound", x1: frame.left, x2: frame.width - frame.right, y1: bound, y2: bound },
      svg("title", {}, `lower bound: ${bytesText(arena.bound)} are alive at once`)));
    cursor = svg("rect", { class: "cursor", y: frame.top, height: frame.height - frame.top - frame.bottom, width: Math.max(1.5, columnWidth()), visibility: "hidden" });
    drawing.append(cursor);
    panel.replaceChildren(drawing);
    mark();
    read(null);
  }

  function axes() {
    const unit = top >= 2 << 20 ? [1 << 20, "MiB"] : top >= 2048 ? [1024, "KiB"] : [1, "bytes"];
    for (const value of roundSteps(top / unit[0], Math.max(2, Math.floor(frame.height / 44)))) {
      const at = y(value * unit[0]).toFixed(1);
      drawing.append(svg("line", { class: "grid", x1: frame.left, x2: frame.width - frame.right, y1: at, y2: at }),
        svg("text", { class: "axis", x: frame.left - 6, y: +at + 3.5, "text-anchor": "end" }, `${withDigits(value)} ${unit[1]}`));
    }
    for (const value of roundSteps(count, Math.floor(frame.width / 90))) {
      drawing.append(svg("text", { class: "axis", x: x(value).toFixed(1), y: frame.height - 4, "text-anchor": "middle" }, `step ${value}`));
    }
  }

  function roundSteps(range, most) {
    let power = range > 10 ? 1 : 0.1, size = power;
    search: for (;; power *= 10) for (const factor of [1, 2, 5]) if (range / (size = factor * power) <= most) break search;
    return Array.from({ length: Math.floor(range / size) + 1 }, (_, index) => Number((index * size).toFixed(3)));
  }

  function drawBox([name, content, first, last, low, high, seen, parts]) {
    drawSlot(name, parts.length ? "shared" : content, first, last, low, high);
    for (const [part, kind, from, to, bottom, upper] of parts) drawSlot(part, kind, from, to, bottom, upper);
    // Names come last, where nothing covers their boxes.
    for (const [label, , , , bottom, upper, span] of parts.length ? parts : [[name, content, first, last, low, high, seen]]) {
      if (span) drawName(label, span, bottom, upper);
    }
  }

  /** Scratch belongs to the node whose step uses it. */
  const nodeOf = name => name.replace(/^scratch of /, "");

  function drawSlot(name, content, first, last, low, high) {
    const width = (last - first + 1) * columnWidth(), height = Math.max(0.5, y(low) - y(high));
    const rect = svg("rect", {
      class: "slot " + content, x: x(first).toFixed(1), y: (y(low) - height).toFixed(1), width: width.toFixed(1), height: height.toFixed(1),
      "data-name": nodeOf(name), onclick: () => choose(nodeOf(name)),
    }, svg("title", {}, `${name}\n${bytesText(high - low)} at ${low}\n${lifetime(first, last)}`));
    drawing.append(rect);
    slots.push({ node: nodeOf(name), rect });
  }

  function drawName(name, [first, last], low, high) {
    const width = (last - first + 1) * columnWidth(), height = y(low) - y(high);
    if (width < name.length * 5.8 + 4 || height < 11) return;
    const label = svg("text", {
      class: "slot-name", x: (x(first) + width / 2).toFixed(1), y: (y(low) - height / 2 + 3.5).toFixed(1), "text-anchor": "middle",
    }, name);
    drawing.append(label);
    slots.filter(slot => slot.node === nodeOf(name)).forEach(slot => { slot.label = label; });
  }

  const lifetime = (first, last) =>
    `from ${first < 0 ? "the start" : "step " + first} to ${last >= count ? "the end" : "step " + last}`;

  function mark() {
    // The chosen node's value, or that of the node which computes it.
    const node = state.chosen && state.stage.byName.get(state.chosen);
    const name = node && (slots.some(slot => slot.node === node.name) ? node.name : makerOf(node)?.name);
    for (const { node, rect, label } of slots) {
      rect.classList.toggle("chosen", node === name);
      label?.classList.toggle("chosen", node === name);
    }
    step = node ? stepsOfNode.get(name)?.at(-1) ?? null : null;
    if (step !== null) say(step);
    showCursor(step);
  }

  function stepAt(event) {
    const area = drawing.getBoundingClientRect();
    const index = Math.floor(((event.clientX - area.left) * frame.width / area.width - frame.left) / columnWidth()) - 1;
    return index >= 0 && index < count ? index : null;
  }

  function read(index) {
    showCursor(index ?? step);
    if (index !== null) say(index);
    else if (step !== null) say(step);
    else byId("reading").textContent = `arena ${bytesText(arena.bytes)}, ` + (arena.bytes <= arena.bound
      ? "the least there can be" : `lower bound ${bytesText(arena.bound)}`) + `; besides it ${arena.remarks.join(", ")}`;
  }

  function say(index) {
    const [alive, used] = arena.steps[index];
    const text = `step ${index}, ${data.steps[index].name}: ${bytesText(alive)} alive, ${bytesText(used)} in use` + (index === arena.peak ? ", the peak" : "");
    byId("reading").textContent = text;
    drawing?.setAttribute("aria-valuenow", String(index));
    drawing?.setAttribute("aria-valuetext", text);
  }

  function showCursor(index) {
    if (!cursor) return;
    cursor.setAttribute("visibility", index === null ? "hidden" : "visible");
    if (index !== null) cursor.setAttribute("x", x(index).toFixed(1));
  }

  function keyPressed(event) {
    const move = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 10, PageDown: -10 }[event.key];
    if (move) step = Math.min(count - 1, Math.max(0, (step ?? (move > 0 ? -1 : count)) + move));
    else if (event.key === "Home") step = 0;
    else if (event.key === "End") step = count - 1;
    else if (event.key === "Enter" && step !== null) choose(data.steps[step].node);
    else return;
    event.preventDefault();
    read(step);
  }

  addEventListener("resize", draw);
  return { draw, mark };
})();

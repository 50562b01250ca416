// Search: by name, operator, algorithm, shape or line.

const finder = (() => {
  const field = byId("search"), list = byId("matches");
  const mostShown = 40;
  let matches = [], active = -1;

  /** The nodes that a text fits, the best first: whole names, beginnings, anything. */
  function search(text) {
    const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) return [];
    const rank = node => {
      const name = node.name.toLowerCase();
      const all = [name, operationOf(node), node.type, node.phase, ...stepsOf(node).map(step => step.algorithm)].join(" ").toLowerCase();
      if (!words.every(word => all.includes(word))) return null;
      return name === words[0] ? 0 : name.startsWith(words[0]) ? 1 : name.includes(words[0]) ? 2 : 3;
    };
    return state.stage.nodes.map(node => ({ node, rank: rank(node) })).filter(entry => entry.rank !== null)
      .sort((a, b) => a.rank - b.rank || !a.node.box - !b.node.box || a.node.index - b.node.index).map(entry => entry.node);
  }

  function update() {
    matches = search(field.value);
    active = matches.length ? 0 : -1;
    graphView.find(new Set(matches.map(node => node.name)));
    const shown = matches.slice(0, mostShown);
    list.replaceChildren(...shown.map((node, index) => html("li", {
      role: "option", id: "match-" + index, onpointerdown: event => { event.preventDefault(); accept(index); },
    }, node.name, html("small", {}, `${operationOf(node)} ${node.type}`))));
    const isOpen = field.value.trim() !== "";
    if (isOpen && !shown.length) list.append(html("li", { role: "option", "aria-disabled": "true" }, `nothing of that at stage ${state.stage.name}`));
    setOpen(isOpen);
    point();
    if (isOpen) announce(plural(matches.length, "match", "matches"));
  }

  function setOpen(isOpen) {
    list.hidden = !isOpen;
    field.setAttribute("aria-expanded", String(isOpen));
  }

  function point() {
    [...list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === active)));
    if (active >= 0) {
      field.setAttribute("aria-activedescendant", "match-" + active);
      list.children[active]?.scrollIntoView({ block: "nearest" });
    } else field.removeAttribute("aria-activedescendant");
  }

  function accept(index) {
    if (!matches[index]) return;
    setOpen(false);
    const node = matches[index];
    choose(node.name, { focus: Boolean(node.box) });
    announce(`${node.name}, ${operationOf(node)}`);
  }

  function close() {
    field.value = "";
    update();
    field.blur();
  }

  field.addEventListener("input", update);
  field.addEventListener("focus", () => { if (field.value) update(); });
  field.addEventListener("blur", () => setOpen(false));
  field.addEventListener("keydown", event => {
    const count = Math.min(matches.length, mostShown);
    if (event.key === "ArrowDown" && count) active = (active + 1) % count;
    else if (event.key === "ArrowUp" && count) active = (active + count - 1) % count;
    else if (event.key === "Enter") accept(active);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
    point();
  });
  return { open: () => { field.focus(); field.select(); }, update, clear: () => { field.value = ""; update(); } };
})();

/// What a report does when it is looked at. All of it can be read without.
enum ReportScript {
    /// Above the charts.
    static let smoothing = """
        <p class="tools"><label>Smoothing <input type="range" id="smoothing" min="0" max="0.95" step="0.05" value="0"> \
        <output for="smoothing">0</output></label></p>

        """

    static let text = keeping + charts + following + "document.documentElement.dataset.ready = \"yes\";\n"

    /// Remembers what was opened and moved, and where one was, for when the page is read again. Pages that may store nothing
    /// forget it.
    private static let keeping = """
        const memory = "report " + location.pathname;
        const remembered = (() => { try { return JSON.parse(sessionStorage.getItem(memory)) || {}; } catch { return {}; } })();
        const remember = () => {
          const kept = { open: [], values: {}, x: scrollX, y: scrollY, focus: document.activeElement?.id || "" };
          for (const part of document.querySelectorAll("details[open][id]")) kept.open.push(part.id);
          for (const input of document.querySelectorAll("input[id]")) kept.values[input.id] = input.value;
          try { sessionStorage.setItem(memory, JSON.stringify(kept)); } catch {}
        };
        for (const id of remembered.open || []) document.getElementById(id)?.setAttribute("open", "");
        for (const [id, value] of Object.entries(remembered.values || {})) {
          const input = document.getElementById(id);
          if (input) input.value = value;
        }

        """

    /// Values under the pointer, and lines made smooth: exponential means that count as if they had begun before the first.
    private static let charts = """
        const tip = document.body.appendChild(document.createElement("div"));
        tip.className = "tip"; tip.hidden = true;
        const make = (name, attributes) => {
          const element = document.createElementNS(document.querySelector("svg.chart").namespaceURI, name);
          for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
          return element;
        };
        const smoothers = [];
        for (const chart of document.querySelectorAll("svg.chart")) {
          const [left, right, top, bottom] = chart.dataset.plot.split(" ").map(Number);
          const series = [...chart.querySelectorAll(".series")].map(group => ({ group, name: group.dataset.name,
            points: group.dataset.points.split(";").filter(Boolean).map(text => text.split(" ")) }));
          const cursor = chart.appendChild(make("path", { class: "cursor" }));
          chart.addEventListener("pointermove", event => {
            const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(chart.getScreenCTM().inverse());
            const all = series.flatMap(one => one.points);
            if (!all.length || place.x < left - 20 || place.x > right + 20) { tip.hidden = true; return; }
            const near = all.reduce((a, b) => Math.abs(b[0] - place.x) < Math.abs(a[0] - place.x) ? b : a);
            cursor.setAttribute("d", `M${near[0]} ${top}V${bottom}`);
            tip.textContent = ["epoch " + near[2], ...series.flatMap(one =>
              one.points.filter(point => point[2] === near[2]).map(point => one.name + "  " + point[3]))].join("\\n");
            tip.hidden = false;
            tip.style.left = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8) + "px";
            tip.style.top = Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 8) + "px";
          });
          chart.addEventListener("pointerleave", () => { tip.hidden = true; cursor.removeAttribute("d"); });
          for (const { group, points } of series) smoothers.push(share => {
            group.querySelector(".mean")?.remove();
            group.classList.toggle("smooth", share > 0);
            if (!share) return;
            let sum = 0, weight = 0;
            const places = points.map(([x, y]) => {
              sum = share * sum + (1 - share) * y; weight = share * weight + 1 - share;
              return `${x} ${(sum / weight).toFixed(1)}`;
            });
            if (places.length) group.append(make("path", { class: "line mean", d: "M" + places.join("L") }));
          });
        }
        const slider = document.getElementById("smoothing");
        const smooth = () => {
          slider.parentElement.querySelector("output").textContent = slider.value;
          for (const smoother of smoothers) smoother(Number(slider.value));
        };
        slider?.addEventListener("input", smooth);
        if (slider) smooth();

        """

    /// A page of a run that goes on is read again, unless it is out of sight or something is being moved. A run that is
    /// killed cannot say so: what has not changed for long is only looked at rarely, and then no longer.
    private static let following = """
        if (document.body.dataset.state === "running") {
          const written = Date.parse(document.lastModified), born = Date.now();
          let isHeld = false;
          addEventListener("pointerdown", () => { isHeld = true; });
          for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => { isHeld = false; });
          const follow = () => {
            const silent = (Date.now() - written) / 1000, banner = document.getElementById("state");
            if (silent > 7200) {
              banner.textContent = "No news for two hours; the run may have been killed. Reload the page to look again.";
              document.body.dataset.state = "silent";
              return;
            }
            if (silent > 600) banner.textContent = `No news for ${Math.round(silent / 60)} minutes; the run may have been killed.`;
            const pause = silent > 600 ? 60 : 5;
            if (Date.now() - born >= 1000 * pause && !document.hidden && !isHeld) { remember(); location.reload(); return; }
            setTimeout(follow, 1000);
          };
          follow();
        }
        addEventListener("pagehide", remember);
        if ("y" in remembered) scrollTo(remembered.x, remembered.y);
        if (remembered.focus) document.getElementById(remembered.focus)?.focus({ preventScroll: true });

        """
}

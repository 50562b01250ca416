/// How a report looks: light and dark, narrow and wide, and on paper.
enum ReportStyle {
    static let text = """
        :root { --ink: #222; --page: #fff; --faint: #666; --rule: #ddd; --panel: #f5f5f5; --grid: #e4e4e4; --accent: #0072b2;
          --s0: #0072b2; --s1: #d55e00; --s2: #009e73; --s3: #cc79a7; --s4: #e69f00; --s5: #56b4e9; --s6: #5a5a5a; }
        @media screen and (prefers-color-scheme: dark) {
          :root { --ink: #ddd; --page: #16181c; --faint: #a4a8b0; --rule: #3a3d44; --panel: #22252b; --grid: #33363d;
            --accent: #58aee6; --s0: #58aee6; --s1: #f0833a; --s2: #2fc498; --s3: #dd9cc0; --s4: #f0b840; --s5: #9bd4f5; --s6: #b0b0b0; }
        }
        * { box-sizing: border-box; }
        body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); max-width: 1800px; margin: 1.5em auto; padding: 0 1.5em; }
        h1 { margin-bottom: 0; } h2 { margin-top: 2em; border-bottom: 1px solid var(--rule); }
        .banner { background: var(--panel); border-left: 4px solid var(--accent); padding: 8px 14px; }
        [data-state=failed] .banner { border-color: #d33; }
        .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 12px; margin: 1em 0; }
        .cards div { background: var(--panel); border-radius: 6px; padding: 10px 14px; }
        .cards dt, .cards dd + dd { color: var(--faint); font-size: 13px; } .cards dd { margin: 0; }
        .cards dt + dd { font-size: 22px; font-weight: 600; line-height: 1.3; font-variant-numeric: tabular-nums; }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 520px), 1fr)); gap: 12px 24px; }
        .charts svg { margin: 0; width: 100%; }
        table { border-collapse: collapse; } th { text-align: left; font-weight: 600; }
        td, th { padding: 2px 14px 2px 0; vertical-align: top; overflow-wrap: anywhere; }
        .pairs th { white-space: nowrap; }
        .numbers td, .numbers th { text-align: right; font-variant-numeric: tabular-nums; border-bottom: 1px solid var(--rule); }
        .numbers td:first-child, .numbers th:first-child { text-align: left; }
        img, svg { max-width: 100%; height: auto; display: block; margin: 1em 0; }
        pre { background: var(--panel); padding: 0.8em; overflow-x: auto; } code { overflow-wrap: anywhere; }
        .gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); gap: 16px; }
        figure { margin: 0; } figure img { margin: 0 0 6px; width: 100%; } figcaption { font-size: 13px; overflow-wrap: anywhere; }
        .swatch { display: inline-block; width: 1em; height: 1em; margin: 0 6px 0 14px; vertical-align: -2px; border: 1px solid #888; }
        .names { columns: 220px; font-size: 13px; overflow-wrap: anywhere; } summary { cursor: pointer; }
        th button { font: inherit; font-weight: 600; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; text-align: inherit; }
        th button:hover, th button:focus-visible { text-decoration: underline; } .sorted { overflow-x: auto; }
        .sorted td, .sorted th { white-space: nowrap; font-size: 13px; }
        th[aria-sort=ascending] button::after { content: " \\2191"; } th[aria-sort=descending] button::after { content: " \\2193"; }
        svg text { font: 12px system-ui, sans-serif; fill: var(--faint); } svg .grid { stroke: var(--grid); } svg .axis { stroke: #888; fill: none; }
        svg .best, svg .cursor { stroke: var(--faint); stroke-dasharray: 4 3; fill: none; } svg .note { font-size: 11px; }
        svg .line { fill: none; stroke: var(--c); stroke-width: 2; stroke-linejoin: round; } .series circle { fill: var(--c); }
        svg .smooth .line { opacity: 0.25; } svg .smooth circle { opacity: 0.25; } svg .smooth .line.mean { opacity: 1; }
        .s0 { --c: var(--s0); } .s1 { --c: var(--s1); } .s2 { --c: var(--s2); } .s3 { --c: var(--s3); }
        .s4 { --c: var(--s4); } .s5 { --c: var(--s5); } .s6 { --c: var(--s6); }
        .tip { position: fixed; pointer-events: none; background: var(--page); border: 1px solid var(--rule); border-radius: 4px;
          padding: 4px 10px; font-size: 13px; white-space: pre; font-variant-numeric: tabular-nums; }
        .tools { color: var(--faint); } .tools input { vertical-align: middle; accent-color: var(--accent); }
        @media print {
          body { max-width: none; margin: 0; padding: 0; font-size: 10pt; } .tools, .tip, .banner { display: none; }
          .charts { grid-template-columns: 1fr 1fr; } .charts svg, figure, tr, .cards div { break-inside: avoid; }
          h2, h3 { break-after: avoid; } pre { white-space: pre-wrap; overflow-wrap: anywhere; }
          .cards div, .swatch { print-color-adjust: exact; }
        }
        """
}

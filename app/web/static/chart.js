// One chart: a canvas that Chart.js draws, and the same numbers as a table.
import { useEffect, useRef } from "preact/hooks";
import { html } from "./html.js";
import { Notice } from "./notice.js";
import { chartConfig, worded } from "./chartconfig.js";
import { onThemeChange } from "./theme.js";
import { number } from "./times.js";
import { currentLanguage, t } from "./words.js";

// Loaded when the first chart is shown: the matrix need not wait for it. A browser remembers that a module
// could not be had, so the next try has another address.
let tries = 0;
async function library() {
  if (!globalThis.Chart) {
    await import(`./vendor/chart.umd.min.js?${tries}`).catch(() => { tries += 1; });
  }
  return globalThis.Chart;
}

export function Chart({ kind, answer, small = false }) {
  const { result, error } = answer;
  const canvas = useRef(null);
  const drawn = useRef(null);
  const newest = useRef(null);
  newest.current = result;
  useEffect(() => {
    let gone = false;
    const draw = async () => {
      const Library = await library();
      if (!Library || gone || !canvas.current || !newest.current) return;
      update(Library, canvas.current, drawn, chartConfig(kind, newest.current, small));
    };
    draw();
    const stop = onThemeChange(draw);
    return () => {
      gone = true;
      stop();
    };
  }, [kind, result, small, currentLanguage()]);
  useEffect(() => () => drawn.current?.destroy(), []);
  if (error) return html`<${Notice} error=${error} />`;
  if (!result) return html`<p class="empty">${t("loading")}</p>`;
  const empty = result.labels.length === 0 || result.series.every((series) => series.values.every((value) => value <= 0));
  return html`<div class="chart" data-kind=${kind}>
    ${empty && html`<p class="empty chart-empty">${t("no_runs")}</p>`}
    <div class="canvas" hidden=${empty}><canvas ref=${canvas} role="img" aria-label=${t("chart_label", { name: t(`chart_${kind}`) })}></canvas></div>
    ${!empty && html`<details class="numbers"><summary>${t("as_table")}</summary><${Numbers} result=${result} kind=${kind} /></details>`}</div>`;
}

// The chart that is there moves on, so that nothing flickers.
function update(Library, place, drawn, config) {
  if (drawn.current?.config.type !== config.type) {
    drawn.current?.destroy();
    drawn.current = new Library(place, config);
    return;
  }
  drawn.current.data = config.data;
  drawn.current.options = config.options;
  drawn.current.update("none");
}

function Numbers({ result, kind }) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${t("chart_label", { name: t(`chart_${kind}`) })}><table class="plain"><thead><tr><td></td>
    ${result.series.map((series) => html`<th scope="col"><bdi>${worded(series.name)}</bdi></th>`)}</tr></thead>
    <tbody>${result.labels.map((label, row) => html`<tr><th scope="row"><bdi>${worded(label)}</bdi></th>
      ${result.series.map((series) => html`<td class="num">${series.values[row] < 0 ? "–" : number(series.values[row])}</td>`)}</tr>`)}</tbody></table></div>`;
}

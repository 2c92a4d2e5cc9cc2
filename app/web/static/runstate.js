// How a student's last run of a cell ended, as sign and word.
import { html } from "./html.js";
import { span } from "./times.js";
import { t } from "./words.js";

const SIGNS = { ok: "✓", error: "✕", none: "·" };

export function RunState({ run }) {
  return html`<span class="runstate" data-run=${run.state}><i aria-hidden="true">${SIGNS[run.state]}</i> ${t(`run_${run.state}`)}</span>`;
}

export function spent(run) {
  return run.runs ? span(run.seconds) : "–";
}

// How a student's last run of a cell ended, as sign and word.
import { html } from "./html.js";
import { t } from "./words.js";

const SIGNS = { ok: "✓", error: "✕", running: "…", aborted: "–", none: "·" };

export function RunState({ run }) {
  const state = run?.state ?? "none";
  return html`<span class="runstate" data-run=${state}><i aria-hidden="true">${SIGNS[state]}</i> ${t(`run_${state}`)}</span>`;
}

// How many are in each state; pressing one shows only those.
import { html } from "./html.js";
import { STATES } from "./progress.js";
import { number, percent } from "./times.js";
import { t } from "./words.js";

const SHAPES = { stuck: "▲", working: "●", not_started: "○", finished: "✓" };

export function Tiles({ counts, shown, onShow }) {
  const all = STATES.reduce((sum, state) => sum + counts[state], 0);
  return html`<div class="tiles" role="group" aria-label=${t("states")}>
    ${STATES.map((state) => html`<button type="button" class="tile" data-state=${state} id=${`tile-${state}`}
      aria-pressed=${shown === state} title=${t(`state_${state}_help`)} onClick=${() => onShow(shown === state ? null : state)}>
      <span class="tile-name"><${Shape} state=${state} /> ${t(`state_${state}`)}</span>
      <span class="tile-count">${number(counts[state])}</span>
      <span class="tile-share">${percent(counts[state], all)}</span></button>`)}
  </div>`;
}

export function Shape({ state }) {
  return html`<span class="shape" data-state=${state} aria-hidden="true">${SHAPES[state]}</span>`;
}

export function State({ state }) {
  return html`<span class="state" data-state=${state}><${Shape} state=${state} /> ${t(`state_${state}`)}</span>`;
}

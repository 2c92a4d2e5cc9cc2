// The period that charts show: now, the last days, or from one time to another.
import { html } from "./html.js";
import { choose } from "./route.js";
import { t } from "./words.js";

const LOCAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/;

export function periodOf(route) {
  const period = route.query.get("period");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (period === "own") {
    const given = ["start", "end"].filter((name) => LOCAL.test(route.query.get(name) ?? ""));
    return { period: "any", zone, ...Object.fromEntries(given.map((name) => [name, route.query.get(name)])) };
  }
  return { period: period === "any" ? "any" : "real", zone };
}

export function Period({ route }) {
  const chosen = route.query.get("period") ?? "real";
  const pick = (event) => choose(route, { period: event.target.value === "real" ? "" : event.target.value });
  return html`<label>${t("period")} <select id="period" onChange=${pick}>
      ${["real", "any", "own"].map((name) => html`<option value=${name} selected=${name === chosen}>${t(`period_${name}`)}</option>`)}</select></label>
    ${chosen === "own" && ["start", "end"].map((name) => html`<label>${t(name)} <input type="datetime-local" id=${name}
      value=${route.query.get(name) ?? ""} onChange=${(event) => choose(route, { [name]: event.target.value })} /></label>`)}`;
}

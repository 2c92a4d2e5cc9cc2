// The four charts, for a period, a user, a file.
import { useState } from "preact/hooks";
import { ofActivity } from "./ask.js";
import { Chart } from "./chart.js";
import { html } from "./html.js";
import { useAnswer } from "./live.js";
import { Pages } from "./pages.js";
import { Period, periodOf } from "./period.js";
import { choose } from "./route.js";
import { t } from "./words.js";

const KINDS = ["total_pie", "users_bar", "codecell_bar", "codecell_line"];

export function ChartsView({ course, route }) {
  const filters = { course_id: course, ...ofActivity(route), ...periodOf(route) };
  const choices = useAnswer("get_filters", filters);
  return html`<div class="view-head"><h1>${t("view_charts")}</h1>
      <div class="filters"><${Period} route=${route} />
        <${Choice} id="username" label=${t("student")} every=${t("all_students")} names=${choices.result?.users} route=${route} />
        <${Choice} id="filename" label=${t("file")} every=${t("all_files")} names=${choices.result?.files} route=${route} /></div></div>
    <div class="charts">${KINDS.map((kind) => html`<${Figure} key=${kind} kind=${kind} filters=${withNames(filters, route)} />`)}</div>`;
}

function withNames(filters, route) {
  const chosen = ["username", "filename"].filter((name) => route.query.get(name));
  return { ...filters, ...Object.fromEntries(chosen.map((name) => [name, route.query.get(name)])) };
}

export function Figure({ kind, filters }) {
  const [page, setPage] = useState(1);
  const answer = useAnswer("get_chart", { ...filters, chart: kind, page });
  const pages = answer.result?.pages ?? 1;
  return html`<figure class="panel" data-kind=${kind}><figcaption><h2>${t(`chart_${kind}`)}</h2><p class="hint">${t(`chart_${kind}_help`)}</p></figcaption>
    <${Chart} kind=${kind} answer=${answer} />
    ${pages > 1 && html`<${Pages} at=${page} pages=${pages} onGo=${setPage} />`}</figure>`;
}

function Choice({ id, label, every, names = [], route }) {
  const chosen = route.query.get(id) ?? "";
  const all = chosen && !names.includes(chosen) ? [chosen, ...names] : names;
  return html`<label>${label} <select id=${id} onChange=${(event) => choose(route, { [id]: event.target.value })}>
    <option value="">${every}</option>
    ${all.map((name) => html`<option value=${name} selected=${name === chosen}>${name}</option>`)}</select></label>`;
}

// Students by code cells: the stuck first, a sign in each cell, names and numbers as links.
import { memo } from "./memo.js";
import { useState } from "preact/hooks";
import { html } from "./html.js";
import { Pages } from "./pages.js";
import { byName, byUrgency } from "./progress.js";
import { choose, writeRoute } from "./route.js";
import { State } from "./tiles.js";
import { ago, number } from "./times.js";
import { currentLanguage, t } from "./words.js";

const PAGE = 60;
const SIGNS = { ok: "✓", error: "✕", none: "" };

export function Matrix({ progress, shown, route, course }) {
  const [page, setPage] = useState(0);
  const [order, setOrder] = useState("urgency");
  const found = progress.students.filter((student) => shown === null || student.state === shown)
    .sort(order === "name" ? byName : byUrgency);
  if (progress.students.length === 0) return html`<p class="empty">${t("nothing_yet")}</p>`;
  const pages = Math.max(1, Math.ceil(found.length / PAGE));
  const at = Math.min(page, pages - 1);
  const rows = found.slice(at * PAGE, (at + 1) * PAGE);
  const heads = progress.cells;
  return html`<div class="matrix-tools">
      <${File} progress=${progress} route=${route} />
      <label>${t("order")} <select id="order" onChange=${(event) => setOrder(event.target.value)}>
        <option value="urgency">${t("order_urgency")}</option><option value="name">${t("order_name")}</option></select></label>
      <${Legend} />
      ${pages > 1 && html`<${Pages} at=${at + 1} pages=${pages} onGo=${(to) => setPage(to - 1)} note=${shownOf(at, rows.length, found.length)} />`}
    </div>
    <div class="matrix-frame" tabindex="0" role="region" aria-label=${t("matrix")}>
      <table class="matrix" id="matrix"><caption class="unseen">${t("matrix_caption")}</caption>
        <${Head} cells=${heads} course=${course} route=${route} />
        <tbody>${rows.map((student) => html`<${Row} key=${student.username} student=${student} cells=${heads} course=${course}
          lti=${route.query.get("lti")} minute=${Math.floor(Date.now() / 60000)} language=${currentLanguage()} />`)}</tbody>
      </table></div>
    ${rows.length === 0 && html`<p class="empty">${t("nobody")}</p>`}`;
}

function File({ progress, route }) {
  const chosen = route.query.get("file") ?? "";
  const files = [...new Set([...progress.cells.map((cell) => cell.filename), chosen].filter(Boolean))].sort();
  if (files.length < 2 && !chosen) return null;
  return html`<label>${t("file")} <select id="file" onChange=${(event) => choose(route, { file: event.target.value })}>
    <option value="">${t("all_files")}</option>
    ${files.map((name) => html`<option value=${name} selected=${name === chosen}>${name}</option>`)}</select></label>`;
}

function Head({ cells, course, route }) {
  return html`<thead>
    <tr><th scope="col" rowspan="2" class="who">${t("student")}</th><th scope="col" rowspan="2">${t("state")}</th><th scope="col" rowspan="2" class="num">${t("done")}</th>
      ${byFile(cells).map(([name, count]) => html`<th scope="colgroup" colspan=${count} class="file" title=${name}><bdi>${name}</bdi></th>`)}</tr>
    <tr>${cells.map((cell) => html`<th scope="col" class="cellhead" key=${cell.key}><a href=${toCell(course, cell, route.query.get("lti"))}
      aria-label=${t("cell_named", { number: cell.codenum, file: cell.filename })}>${cell.codenum}</a></th>`)}</tr></thead>`;
}

const Row = memo(function Row({ student, cells, course, lti }) {
  return html`<tr data-state=${student.state}>
    <th scope="row" class="who"><a href=${toStudent(course, student.username, lti)} title=${student.username}><bdi>${student.username}</bdi></a></th>
    <td class="statecell"><${State} state=${student.state} />${student.at !== null && html`<span class="since">${ago(student.at)}</span>`}</td>
    <td class="num">${number(student.done)}<span class="of">/${number(cells.length)}</span></td>
    ${student.runs.map((run, index) => html`<${Run} key=${cells[index].key} run=${run} stuck=${index === student.stuckOn} />`)}</tr>`;
});

function Run({ run, stuck }) {
  const { state } = run;
  if (state === "none") return html`<td class="run" data-run="none"><span class="unseen">${t("run_none")}</span></td>`;
  return html`<td class="run" data-run=${state} data-stuck=${stuck}
    title=${t("run_title", { state: t(`run_${state}`), runs: run.runs })}><i aria-hidden="true">${SIGNS[state]}</i><span class="unseen">${t("run_title", { state: t(`run_${state}`), runs: run.runs })}</span></td>`;
}

export function Legend() {
  return html`<ul class="legend" aria-label=${t("legend")}>
    ${["ok", "error", "none"].map((state) => html`<li><span class="run" data-run=${state} aria-hidden="true"><i>${SIGNS[state]}</i></span> ${t(`run_${state}`)}</li>`)}</ul>`;
}

function shownOf(at, shown, count) {
  return t("shown_of", { first: number(at * PAGE + 1), last: number(at * PAGE + shown), count: number(count) });
}

function byFile(cells) {
  const groups = [];
  for (const cell of cells) {
    const last = groups.at(-1);
    if (last?.[0] === cell.filename) last[1] += 1;
    else groups.push([cell.filename, 1]);
  }
  return groups;
}

export function toStudent(course, name, lti) {
  return writeRoute(course, "student", [name], lti ? new URLSearchParams({ lti }) : undefined);
}

export function toCell(course, cell, lti) {
  return writeRoute(course, "cell", [cell.filename, cell.codenum], lti ? new URLSearchParams({ lti }) : undefined);
}

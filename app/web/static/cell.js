// One code cell: who has it, who fails at it.
import { useProgress } from "./ask.js";
import { html } from "./html.js";
import { toStudent } from "./matrix.js";
import { Notice } from "./notice.js";
import { cellKey } from "./progress.js";
import { writeRoute } from "./route.js";
import { RunState, spent } from "./runstate.js";
import { ago, number, percent, span } from "./times.js";
import { t } from "./words.js";

const ORDER = ["error", "ok", "none"];

export function CellView({ course, route }) {
  const [filename = "", codenum = ""] = route.rest;
  const { progress, error } = useProgress(course, route);
  if (error) return html`<${Notice} error=${error} />`;
  if (!progress) return html`<p class="empty">${t("loading")}</p>`;
  const index = progress.cells.findIndex((one) => one.key === cellKey(filename, codenum));
  const cell = progress.cells[index];
  const head = html`<p class="back"><a href=${writeRoute(course, "class", [], route.query)}>← ${t("view_class")}</a></p>
    <div class="view-head"><h1 class="named">${t("cell")} <bdi>${codenum}</bdi> <small><bdi>${filename}</bdi></small></h1></div>`;
  if (!cell) return html`${head}<${Notice} text=${t("no_such_cell")} />`;
  const rows = progress.students.map((student) => ({ student, run: student.runs[index] })).sort(order);
  const have = rows.filter(({ run }) => run.state === "ok").length;
  return html`${head}
    <dl class="facts"><div><dt>${t("have_it")}</dt><dd>${number(have)} / ${number(rows.length)}</dd></div>
      <div><dt>${t("errors")}</dt><dd>${percent(cell.errors, cell.tries)}</dd></div>
      <div><dt>${t("median_tries")}</dt><dd>${cell.median_tries || "–"}</dd></div>
      <div><dt>${t("median_to_ok")}</dt><dd>${span(cell.median_seconds)}</dd></div></dl>
    <section class="panel narrow"><h2>${t("students")}</h2><div class="scroll" tabindex="0" role="region" aria-label=${t("students")}><table class="plain"><thead><tr><th scope="col">${t("student")}</th><th scope="col">${t("result")}</th>
      <th scope="col" class="num">${t("runs")}</th><th scope="col" class="num">${t("spent")}</th><th scope="col">${t("last_run")}</th></tr></thead>
      <tbody>${rows.map(({ student, run }) => html`<tr key=${student.username}><th scope="row" class="long"><a href=${toStudent(course, student.username, route.query.get("lti"))} title=${student.username}><bdi>${student.username}</bdi></a></th>
        <td><${RunState} run=${run} /></td><td class="num">${number(run.runs)}</td><td class="num">${spent(run)}</td><td>${ago(run.at)}</td></tr>`)}</tbody></table></div></section>`;
}

function order(a, b) {
  const rank = ORDER.indexOf(a.run.state) - ORDER.indexOf(b.run.state);
  return rank || b.run.runs - a.run.runs || (a.student.username < b.student.username ? -1 : 1);
}

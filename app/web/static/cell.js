// One code cell: who has it, who fails at it.
import { useProgress } from "./ask.js";
import { html } from "./html.js";
import { toStudent } from "./matrix.js";
import { Notice } from "./notice.js";
import { cellKey } from "./progress.js";
import { writeRoute } from "./route.js";
import { RunState } from "./runstate.js";
import { ago, number, percent, span } from "./times.js";
import { t } from "./words.js";

const ORDER = ["error", "running", "aborted", "ok", "none"];

export function CellView({ course, route }) {
  const [filename = "", codenum = ""] = route.rest;
  const { progress, error } = useProgress(course, route);
  if (error) return html`<${Notice} error=${error} />`;
  if (!progress) return html`<p class="empty">${t("loading")}</p>`;
  const cell = progress.cells.find((one) => one.key === cellKey(filename, codenum));
  const head = html`<p class="back"><a href=${writeRoute(course, "class", [], route.query)}>← ${t("view_class")}</a></p>
    <div class="view-head"><h1 class="named">${t("cell")} <bdi>${codenum}</bdi> <small><bdi>${filename}</bdi></small></h1></div>`;
  if (!cell) return html`${head}<${Notice} text=${t("no_such_cell")} />`;
  const rows = progress.students.map((student) => ({ student, run: student.runs.get(cell.key) })).sort(order);
  const have = rows.filter(({ run }) => run?.state === "ok").length;
  return html`${head}
    <dl class="facts"><div><dt>${t("have_it")}</dt><dd>${number(have)} / ${number(rows.length)}</dd></div>
      <div><dt>${t("errors")}</dt><dd>${percent(cell.error_rate ?? 0, 1)}</dd></div>
      <div><dt>${t("median_tries")}</dt><dd>${cell.median_tries ?? "–"}</dd></div>
      <div><dt>${t("median_to_ok")}</dt><dd>${span(cell.median_seconds)}</dd></div></dl>
    <section class="panel"><h2>${t("students")}</h2><div class="scroll" tabindex="0" role="region" aria-label=${t("students")}><table class="plain"><thead><tr><th scope="col">${t("student")}</th><th scope="col">${t("result")}</th>
      <th scope="col" class="num">${t("runs")}</th><th scope="col" class="num">${t("spent")}</th><th scope="col">${t("last_run")}</th></tr></thead>
      <tbody>${rows.map(({ student, run }) => html`<tr key=${student.username}><th scope="row" class="long"><a href=${toStudent(course, student.username, route.query.get("lti"))} title=${student.username}><bdi>${student.username}</bdi></a></th>
        <td><${RunState} run=${run} /></td><td class="num">${number(run?.runs ?? 0)}</td><td class="num">${span(run?.seconds)}</td><td>${ago(run?.last_run)}</td></tr>`)}</tbody></table></div></section>`;
}

function order(a, b) {
  const rank = ORDER.indexOf(a.run?.state ?? "none") - ORDER.indexOf(b.run?.state ?? "none");
  return rank || (b.run?.runs ?? 0) - (a.run?.runs ?? 0) || (a.student.username < b.student.username ? -1 : 1);
}

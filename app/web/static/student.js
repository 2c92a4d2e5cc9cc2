// One student: where they are, on which cells they lose time.
import { ofActivity, useProgress } from "./ask.js";
import { Figure } from "./charts.js";
import { html } from "./html.js";
import { toCell } from "./matrix.js";
import { Notice } from "./notice.js";
import { RunState, spent } from "./runstate.js";
import { writeRoute } from "./route.js";
import { State } from "./tiles.js";
import { ago, moment, number, span } from "./times.js";
import { t } from "./words.js";

export function StudentView({ course, route, functions }) {
  const name = route.rest[0] ?? "";
  const { progress, error } = useProgress(course, route);
  if (error) return html`<${Notice} error=${error} />`;
  if (!progress) return html`<p class="empty">${t("loading")}</p>`;
  const student = progress.students.find((one) => one.username === name);
  const filters = { course_id: course, username: name, ...ofActivity(route) };
  return html`<p class="back"><a href=${writeRoute(course, "class", [], route.query)}>← ${t("view_class")}</a></p>
    <div class="view-head"><h1 class="named"><bdi>${name}</bdi></h1>${student && html`<${State} state=${student.state} />`}</div>
    ${!student ? html`<${Notice} text=${t("no_such_student")} />` : html`
      <dl class="facts"><div><dt>${t("done")}</dt><dd>${number(student.done)} / ${number(progress.cells.length)}</dd></div>
        <div><dt>${t("last_run")}</dt><dd>${ago(student.at)}</dd></div>
        <div><dt>${t("runs")}</dt><dd>${number(sum(student, "runs"))}</dd></div>
        <div><dt>${t("spent")}</dt><dd>${span(sum(student, "seconds"))}</dd></div></dl>
      <div class="split"><section class="panel"><h2>${t("cells")}</h2><${Cells} student=${student} cells=${progress.cells} course=${course} route=${route} /></section>
        ${functions.has("get_chart") && html`<div class="stack"><${Figure} kind="codecell_bar" filters=${{ ...filters, period: "any" }} /><${Figure} kind="codecell_line" filters=${{ ...filters, period: "real" }} /></div>`}</div>`}`;
}

function sum(student, what) {
  return student.runs.reduce((all, run) => all + run[what], 0);
}

function Cells({ student, cells, course, route }) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${t("cells")}><table class="plain"><thead><tr><th scope="col">${t("cell")}</th><th scope="col">${t("file")}</th><th scope="col">${t("result")}</th>
    <th scope="col" class="num">${t("runs")}</th><th scope="col" class="num">${t("spent")}</th><th scope="col">${t("last_run")}</th></tr></thead>
    <tbody>${cells.map((cell, index) => {
      const run = student.runs[index];
      return html`<tr key=${cell.key}><th scope="row"><a href=${toCell(course, cell, route.query.get("lti"))}>${cell.codenum}</a></th>
        <td class="long" title=${cell.filename}><bdi>${cell.filename}</bdi></td><td><${RunState} run=${run} /></td><td class="num">${number(run.runs)}</td>
        <td class="num">${spent(run)}</td><td>${moment(run.at)}</td></tr>`;
    })}</tbody></table></div>`;
}

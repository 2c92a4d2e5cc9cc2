// Which cells give trouble: share of errors, tries and time to the first success.
import { html } from "./html.js";
import { toCell } from "./matrix.js";
import { percent, span } from "./times.js";
import { t } from "./words.js";

const SHOWN = 6;

export function Hardest({ progress, course, route }) {
  const cells = progress.hardest.slice(0, SHOWN);
  return html`<section class="panel"><h2>${t("hardest")}</h2>
    ${cells.length === 0 ? html`<p class="empty">${t("no_errors")}</p>` : html`<table class="plain hardest"><thead><tr><th scope="col">${t("cell")}</th>
      <th scope="col">${t("errors")}</th><th scope="col" class="num">${t("tries")}</th><th scope="col" class="num">${t("to_ok")}</th></tr></thead>
    <tbody>${cells.map((cell) => html`<tr key=${cell.key}><th scope="row"><a href=${toCell(course, cell, route.query.get("lti"))} title=${cell.filename}
      aria-label=${t("cell_named", { number: cell.codenum, file: cell.filename })}>${cell.codenum}</a> <span class="hint where" title=${cell.filename}><bdi>${cell.filename}</bdi></span></th>
      <td><${Share} part=${cell.errors} whole=${cell.tries} /></td>
      <td class="num">${cell.median_tries || "–"}</td><td class="num">${span(cell.median_seconds)}</td></tr>`)}</tbody></table>`}
  </section>`;
}

export function Share({ part, whole }) {
  return html`<span class="share"><meter class="share-bar" min="0" max="1" value=${part / whole} aria-hidden="true"></meter><span>${percent(part, whole)}</span></span>`;
}

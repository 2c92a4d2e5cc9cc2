// The hosts where notebooks run: their containers, volumes and images.
import { html } from "./html.js";
import { useAnswer } from "./live.js";
import { Notice } from "./notice.js";
import { bytes, moment, number } from "./times.js";
import { currentLanguage, t } from "./words.js";

const FAR = { pace: "far" };

export function HostsView({ course, functions }) {
  const { result, error } = useAnswer("get_hosts", {}, FAR);
  if (error) return html`<${Notice} error=${error} />`;
  if (!result) return html`<p class="empty">${t("loading")}</p>`;
  return html`<div class="view-head"><h1>${t("view_hosts")}</h1></div>
    ${result.hosts.length === 0 && html`<p class="empty">${t("no_hosts")}</p>`}
    ${result.hosts.map((host) => html`<${Host} key=${host.name} host=${host.name} course=${course} functions=${functions} />`)}`;
}

function Host({ host, course, functions }) {
  return html`<section class="host"><h2><bdi>${host}</bdi></h2><div class="host-parts">
    ${functions.has("get_containers") && html`<${Part} title=${t("containers")} name="get_containers" args=${{ host, course_id: course }} rows="containers" columns=${CONTAINERS} none=${t("no_containers")} />`}
    ${functions.has("get_volumes") && html`<${Part} title=${t("volumes")} name="get_volumes" args=${{ host, course_id: course }} rows="volumes" columns=${VOLUMES} none=${t("no_volumes")} />`}
    ${functions.has("get_images") && html`<${Part} title=${t("images")} name="get_images" args=${{ host }} rows="images" columns=${IMAGES} none=${t("no_images")} />`}
  </div></section>`;
}

function Part({ title, name, args, rows, columns, none }) {
  const { result, error } = useAnswer(name, args, FAR);
  let inside = html`<p class="empty">${t("loading")}</p>`;
  if (error) inside = html`<${Notice} error=${error} />`;
  else if (result) inside = result[rows].length ? html`<${Table} title=${title} rows=${result[rows]} columns=${columns} />` : html`<p class="empty">${none}</p>`;
  return html`<section class="panel"><h3>${title} ${result && html`<span class="hint">${number(result[rows].length)}</span>`}</h3>${inside}</section>`;
}

function Table({ title, rows, columns }) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${title}><table class="plain"><thead><tr>
    ${columns.map(([key, , right]) => html`<th scope="col" class=${right ? "num" : ""}>${t(key)}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr>${columns.map(([, read, right], index) => index === 0
      ? html`<th scope="row" class="long" title=${read(row)}><bdi>${read(row)}</bdi></th>`
      : html`<td class=${right ? "num" : ""}><bdi>${read(row)}</bdi></td>`)}</tr>`)}</tbody></table></div>`;
}

const CONTAINERS = [
  ["student", (row) => row.user],
  ["state", (row) => row.state],
  ["image", (row) => row.image],
  ["since", (row) => moment(row.since)],
  ["cpu", (row) => (row.cpu === "" ? "–" : t("cores", { n: number(row.cpu, 2) })), true],
  ["memory", (row) => bytes(row.memory), true],
];
const VOLUMES = [
  ["volume", (row) => row.name],
  ["role", (row) => (currentLanguage() === "ja" ? row.label_ja : row.label_en)],
  ["size", (row) => bytes(row.size), true],
  ["created", (row) => moment(row.created)],
  ["in_use", (row) => row.used_by.join(", ") || "–"],
];
const IMAGES = [
  ["image", (row) => row.name],
  ["size", (row) => bytes(row.size), true],
  ["created", (row) => moment(row.created)],
];

// The bar at the top: where one is, whether the page is live, how it looks.
import { html } from "./html.js";
import { useConnection } from "./live.js";
import { Looks } from "./looks.js";
import { choose, writeRoute } from "./route.js";
import { clock } from "./times.js";
import { t } from "./words.js";

const TABS = { class: "get_progress", charts: "get_chart", hosts: "get_hosts" };

export function Bar({ courses, route, functions, onLook, onLeave }) {
  return html`<header class="bar">
    <a class="brand" href="#/" title=${t("home")}><img src=${new URL("./icon.svg", import.meta.url)} alt="" width="22" height="22" />
      <span>${t("title")}</span></a>
    <${Places} courses=${courses} route=${route} />
    ${route.course !== null && html`<${Tabs} route=${route} functions=${functions} />`}
    <${Pulse} />
    <details class="menu"><summary>${t("settings")}</summary>
      <div class="menu-inside"><${Looks} onLook=${onLook} />
        <button type="button" onClick=${onLeave}>${t("log_out")}</button></div></details>
  </header>`;
}

function Places({ courses, route }) {
  if (route.course === null) return html`<span class="places"></span>`;
  const here = courses.find((one) => one.course_id === route.course);
  const ltis = here?.ltis ?? [];
  const numbers = [...new Set([...courses.map((one) => one.course_id), route.course])];
  return html`<span class="places">
    <label><span class="unseen">${t("course_choice")}</span>
      <select id="course" onChange=${(event) => { location.hash = `#/course/${event.target.value}`; }}>
        ${numbers.map((id) => html`<option value=${id} selected=${id === route.course}>${t("course", { id })}</option>`)}
      </select></label>
    <label><span class="unseen">${t("activity")}</span>
      <select id="activity" onChange=${(event) => choose(route, { lti: event.target.value })}>
        <option value="">${t("all_activities")}</option>
        ${ltis.map((one) => html`<option value=${one.lti_id} selected=${String(one.lti_id) === route.query.get("lti")}>${one.name || t("activity_number", { id: one.lti_id })}</option>`)}
      </select></label></span>`;
}

function Tabs({ route, functions }) {
  const kept = new URLSearchParams(route.query);
  kept.delete("file");
  return html`<nav aria-label=${t("views")}><ul class="tabs">
    ${Object.keys(TABS).filter((name) => functions.has(TABS[name])).map((name) => html`<li>
      <a href=${writeRoute(route.course, name, [], kept)} aria-current=${route.view === name ? "page" : undefined}>${t(`view_${name}`)}</a></li>`)}
  </ul></nav>`;
}

// Spoken when the connection is lost and when it is back, not with every answer.
function Pulse() {
  const { lost, at } = useConnection();
  return html`<span class="pulse" data-lost=${lost}>
    <span role="status" id="connection"><i aria-hidden="true"></i>${lost ? t("lost") : t("live")}</span>
    ${at && html`<time datetime=${at.toISOString()} title=${t("last_answer")}>${clock(at)}</time>`}</span>`;
}

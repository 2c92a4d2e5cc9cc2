// Which course?
import { html } from "./html.js";
import { t } from "./words.js";

export function CoursePicker({ courses }) {
  if (courses.length === 0) return html`<section><h1>${t("courses")}</h1><p class="empty">${t("no_courses")}</p></section>`;
  return html`<section><h1>${t("courses")}</h1><ul class="cards">
    ${courses.map((one) => html`<li><a href=${`#/course/${one.course_id}`}><strong>${t("course", { id: one.course_id })}</strong>
      <span>${one.ltis.map((lti) => lti.name || t("activity_number", { id: lti.lti_id })).join(" · ")}</span></a></li>`)}
  </ul></section>`;
}

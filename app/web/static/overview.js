// Two small charts beside the matrix: how runs end, and who is where.
import { ofActivity } from "./ask.js";
import { Chart } from "./chart.js";
import { html } from "./html.js";
import { useAnswer } from "./live.js";
import { t } from "./words.js";

export function Overview({ course, route }) {
  const filters = { course_id: course, period: "real", ...ofActivity(route) };
  const pie = useAnswer("get_chart", { ...filters, chart: "total_pie" });
  const cells = useAnswer("get_chart", { ...filters, chart: "codecell_bar" });
  return html`<section class="panel"><h2>${t("runs_now")}</h2><${Chart} kind="total_pie" answer=${pie} small=${true} /></section>
    <section class="panel"><h2>${t("chart_codecell_bar")}</h2><${Chart} kind="codecell_bar" answer=${cells} small=${true} /></section>`;
}

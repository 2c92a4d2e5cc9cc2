// The class at a glance: how many are stuck, who, and on what.
import { useState } from "preact/hooks";
import { useProgress } from "./ask.js";
import { Hardest } from "./hardest.js";
import { html } from "./html.js";
import { Matrix } from "./matrix.js";
import { Notice } from "./notice.js";
import { Overview } from "./overview.js";
import { Tiles } from "./tiles.js";
import { t } from "./words.js";

export function ClassView({ course, route, functions }) {
  const { progress, error } = useProgress(course, route);
  const [shown, setShown] = useState(null);
  if (error) return html`<${Notice} error=${error} />`;
  if (!progress) return html`<p class="empty">${t("loading")}</p>`;
  return html`<h1 class="unseen">${t("view_class")}</h1>
    <div class="class">
      <div class="class-main">
        <${Tiles} counts=${progress.counts} shown=${shown} onShow=${setShown} />
        <${Matrix} progress=${progress} shown=${shown} route=${route} course=${course} />
      </div>
      <aside class="class-side" aria-label=${t("side")}>
        <${Hardest} progress=${progress} course=${course} route=${route} />
        ${functions.has("get_chart") && html`<${Overview} course=${course} route=${route} />`}
      </aside>
    </div>`;
}

// The proof that nothing is lost: what came in is stored, was there already, or is kept aside.
import { html } from "./html.js";
import { useAnswer } from "./live.js";
import { number } from "./times.js";
import { t } from "./words.js";

export function Records({ functions, version }) {
  const { result } = useAnswer("get_record_counts", {}, { skip: !functions.has("get_record_counts") });
  return html`<footer class="records">${result && html`<${Counts} counts=${result} />`}
    <span class="version">lticontainer ${version}</span></footer>`;
}

function Counts({ counts }) {
  const [received, stored, duplicate, withheld, rejected] = ["received", "stored", "duplicate", "withheld", "rejected"].map((name) => Number(counts[name]));
  const open = received - stored - duplicate - withheld - rejected;
  const parts = { received, stored, duplicate, ...(withheld && { withheld }), rejected, waiting: counts.waiting };
  return html`<h2>${t("records")}</h2><dl>
    ${Object.entries(parts).map(([name, value]) => html`<div title=${t(`records_${name}_help`)}><dt>${t(`records_${name}`)}</dt><dd id=${`records-${name}`}>${number(value)}</dd></div>`)}
  </dl><p class="sum" data-whole=${open <= 0}>${open > 0 ? t("records_open", { n: number(open) }) : t("records_whole")}</p>`;
}

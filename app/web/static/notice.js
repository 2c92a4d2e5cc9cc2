// One sentence where something can't be shown.
import { html } from "./html.js";
import { t } from "./words.js";

const KNOWN = { accessexception: "not_covered", invalidrecord: "not_there", internalerror: "service_failed" };

export function Notice({ error, text }) {
  const said = text ?? (error.errorcode in KNOWN ? t(KNOWN[error.errorcode]) : error.title);
  return html`<div class="notice" role="alert"><p>${said}</p>${error?.detail && html`<p class="hint">${error.detail}</p>`}</div>`;
}

// From page to page of what is too long for one.
import { html } from "./html.js";
import { number } from "./times.js";
import { t } from "./words.js";

export function Pages({ at, pages, onGo, note }) {
  return html`<nav class="pager" aria-label=${t("pages")}>
    <button type="button" disabled=${at <= 1} onClick=${() => onGo(at - 1)}>${t("earlier")}</button>
    <span>${note ?? t("page_of", { page: number(at), pages: number(pages) })}</span>
    <button type="button" disabled=${at >= pages} onClick=${() => onGo(at + 1)}>${t("later")}</button></nav>`;
}

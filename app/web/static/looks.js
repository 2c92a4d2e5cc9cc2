// Language and theme.
import { html } from "./html.js";
import { applyTheme, currentTheme, THEMES } from "./theme.js";
import { currentLanguage, LANGUAGES, t, useLanguage } from "./words.js";

const NAMES = { en: "English", ja: "日本語" };

export function Looks({ onLook }) {
  const look = (act) => (event) => {
    act(event.target.value);
    onLook();
  };
  return html`<label class="look"><span>${t("language")}</span>
      <select id="language" onChange=${look(useLanguage)}>
        ${LANGUAGES.map((one) => html`<option value=${one} lang=${one} selected=${one === currentLanguage()}>${NAMES[one]}</option>`)}
      </select></label>
    <label class="look"><span>${t("theme")}</span>
      <select id="theme" onChange=${look(applyTheme)}>
        ${THEMES.map((one) => html`<option value=${one} selected=${one === currentTheme()}>${t(`theme_${one}`)}</option>`)}
      </select></label>`;
}

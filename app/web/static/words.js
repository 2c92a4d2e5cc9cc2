// The page's strings in the reader's language. The catalogue comes with the page.
import { read, keep } from "./kept.js";

const catalogue = JSON.parse(document.getElementById("catalogue").textContent);
export const LANGUAGES = Object.keys(catalogue);

let language = LANGUAGES.includes(read("language")) ? read("language") : document.documentElement.lang;

export function currentLanguage() {
  return language;
}

export function useLanguage(name) {
  language = name;
  keep("language", name);
  applyLanguage();
}

export function applyLanguage() {
  document.documentElement.lang = language;
}

// t(key, {name: value}) puts values where the text has {name}.
export function t(key, values = {}) {
  const text = catalogue[language][key];
  if (text === undefined) throw new Error(`no text for ${key}`);
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

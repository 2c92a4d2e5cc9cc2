// Dark and light: as the system says, or as the reader chose.
import { keep, read } from "./kept.js";

export const THEMES = ["system", "light", "dark"];

export function currentTheme() {
  const kept = read("theme");
  return THEMES.includes(kept) ? kept : "system";
}

export function applyTheme(name = currentTheme()) {
  keep("theme", name);
  if (name === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  document.dispatchEvent(new Event("themechange"));
}

export function onThemeChange(act) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", act);
  document.addEventListener("themechange", act);
  return () => {
    dark.removeEventListener("change", act);
    document.removeEventListener("themechange", act);
  };
}

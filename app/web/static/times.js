// Times and amounts in the reader's language and zone.
import { currentLanguage, t } from "./words.js";

export function clock(date) {
  return date.toLocaleTimeString(currentLanguage(), { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

// A moment, in milliseconds or as ISO 8601; a dash where there is none.
export function moment(at) {
  if (!at) return "–";
  return new Date(at).toLocaleString(currentLanguage(), { dateStyle: "medium", timeStyle: "short" });
}

// How long ago a moment in milliseconds was.
export function ago(at, now = Date.now()) {
  if (at === null) return "–";
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  const format = new Intl.RelativeTimeFormat(currentLanguage(), { numeric: "always", style: "narrow" });
  if (seconds < 60) return t("just_now");
  if (seconds < 3600) return format.format(-Math.floor(seconds / 60), "minute");
  if (seconds < 86400) return format.format(-Math.floor(seconds / 3600), "hour");
  return format.format(-Math.floor(seconds / 86400), "day");
}

// Seconds as people say them: 42 s, 3 min 05 s, 1 h 12 min.
export function span(seconds) {
  if (seconds === "" || seconds === null || seconds === undefined) return "–";
  if (seconds < 10) return t("seconds", { s: number(seconds, 1) });
  if (seconds < 60) return t("seconds", { s: number(seconds, 0) });
  const whole = Math.round(seconds);
  if (whole < 3600) return t("minutes", { m: Math.floor(whole / 60), s: String(whole % 60).padStart(2, "0") });
  return t("hours", { h: Math.floor(whole / 3600), m: String(Math.floor((whole % 3600) / 60)).padStart(2, "0") });
}

export function number(value, digits = 0) {
  return Number(value).toLocaleString(currentLanguage(), { maximumFractionDigits: digits });
}

export function percent(part, whole) {
  return whole ? (part / whole).toLocaleString(currentLanguage(), { style: "percent", maximumFractionDigits: 0 }) : "–";
}

export function bytes(value) {
  if (value === null || value === undefined || value === "") return "–";
  let amount = Number(value);
  for (const unit of ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"]) {
    if (amount < 1000 || unit === "terabyte")
      return amount.toLocaleString(currentLanguage(), { style: "unit", unit, unitDisplay: "short", maximumSignificantDigits: 3 });
    amount /= 1000;
  }
  return "–";
}

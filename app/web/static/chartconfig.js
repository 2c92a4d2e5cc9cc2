// From a series of the service to what Chart.js draws. Colours come from the style sheet.
import { t } from "./words.js";

const MARKS = ["circle", "rect", "triangle", "rectRot", "crossRot", "star"];
const DASHES = [[], [6, 3], [2, 2], [8, 3, 2, 3]];

export function chartConfig(kind, result, small) {
  const colour = readColours();
  const make = { total_pie: pie, users_bar: bars, codecell_bar: bars, codecell_line: lines }[kind];
  const config = make(result, colour, kind, small);
  config.options = { ...common(colour, small), ...config.options };
  return config;
}

// The service's own words for results, in the reader's language.
export function worded(name) {
  const words = new Map([["OK", t("run_ok")], ["ERROR", t("run_error")], ["runs", t("runs")]]);
  return words.get(name) ?? name; // a student may be called __proto__
}

function readColours() {
  const style = getComputedStyle(document.documentElement);
  const names = ["ok", "error", "text", "muted", "line", "surface", ...Array.from({ length: 8 }, (_, i) => `series-${i}`)];
  return Object.fromEntries(names.map((name) => [name, resolved(style.getPropertyValue(`--${name}`))]));
}

// light-dark() is no colour to a canvas: the browser says which one holds.
const probe = document.createElement("span");
function resolved(value) {
  probe.style.color = value;
  if (!probe.isConnected) document.body.append(probe);
  probe.hidden = true;
  return getComputedStyle(probe).color;
}

function common(colour, small) {
  return {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    color: colour.text,
    font: { family: "system-ui, sans-serif" },
    plugins: { legend: { display: true, position: small ? "right" : "top", align: "end", labels: { color: colour.text, boxWidth: 12, boxHeight: 12, usePointStyle: true } } },
  };
}

function pie(result, colour) {
  return {
    type: "doughnut",
    data: { labels: result.labels.map(worded), datasets: [{ data: result.series[0].values, backgroundColor: [colour.ok, colour.error], borderColor: colour.surface, borderWidth: 2 }] },
    options: { cutout: "62%" },
  };
}

function bars(result, colour, kind, small) {
  const fills = [colour.ok, colour.error];
  const datasets = result.series.map((series, index) => ({ label: worded(series.name), data: series.values, backgroundColor: fills[index % 2], maxBarThickness: 28, pointStyle: index ? "triangle" : "circle" }));
  const options = { scales: axes(colour, true, t(kind === "users_bar" ? "student" : "cell"), t("runs")) };
  if (small) options.plugins = { legend: { display: false } };
  return { type: "bar", data: { labels: result.labels, datasets }, options };
}

function lines(result, colour) {
  const datasets = result.series.map((series, index) => ({
    label: series.name,
    data: series.values.map((value) => (value < 0 ? null : value)),
    borderColor: colour[`series-${index % 8}`],
    backgroundColor: colour[`series-${index % 8}`],
    borderDash: DASHES[Math.floor(index / 8) % DASHES.length],
    pointStyle: MARKS[index % MARKS.length],
    pointRadius: 0,
    pointHitRadius: 8,
    borderWidth: 2,
    stepped: true,
    spanGaps: false,
  }));
  return { type: "line", data: { labels: result.labels, datasets }, options: { scales: axes(colour, false, t("time"), t("cell")) } };
}

function axes(colour, stacked, below, beside) {
  const axis = (text) => ({ stacked, border: { color: colour.line }, grid: { color: colour.line, drawTicks: false }, ticks: { color: colour.muted, maxRotation: 45, autoSkip: true, maxTicksLimit: 20, padding: 6 }, title: { display: true, text, color: colour.muted } });
  const y = axis(beside);
  return { x: { ...axis(below), grid: { display: false } }, y: { ...y, beginAtZero: true, ticks: { ...y.ticks, precision: 0 } } };
}

// Starts the page: who is there, and which view is shown.
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { post } from "./api.js";
import { Bar } from "./bar.js";
import { CellView } from "./cell.js";
import { ChartsView } from "./charts.js";
import { ClassView } from "./class.js";
import { CoursePicker } from "./course.js";
import { HostsView } from "./hosts.js";
import { html } from "./html.js";
import { startLive, stopLive, useAnswer } from "./live.js";
import { Login } from "./login.js";
import { Notice } from "./notice.js";
import { Records } from "./records.js";
import { readRoute, useRoute } from "./route.js";
import { StudentView } from "./student.js";
import { applyTheme } from "./theme.js";
import { applyLanguage, t } from "./words.js";

const VIEWS = { class: ClassView, charts: ChartsView, student: StudentView, cell: CellView, hosts: HostsView };

function App() {
  const [session, setSession] = useState("unknown");
  const [why, setWhy] = useState("");
  const [, redraw] = useState(0);
  const leave = (reason) => {
    stopLive();
    setWhy(reason);
    setSession("out");
  };
  const enter = () => {
    startLive(() => leave(t("logged_out")));
    setSession("in");
  };
  useEffect(() => void begin(enter, leave), []);
  applyLanguage();
  if (session === "unknown") return html`<main class="loading"><h1>${t("title")}</h1><p>${t("loading")}</p></main>`;
  if (session === "out") return html`<${Login} why=${why} onEnter=${enter} onLook=${() => redraw((n) => n + 1)} />`;
  return html`<${Page} onLook=${() => redraw((n) => n + 1)} onLeave=${async () => {
    await post("logout", {}).catch(() => {});
    leave("");
  }} />`;
}

function Page({ onLook, onLeave }) {
  const route = useRoute();
  const site = useAnswer("get_site_info", {}, { pace: "calm" });
  const courses = useAnswer("get_courses", {}, { pace: "calm" });
  const list = courses.result?.courses ?? [];
  const course = list.find((one) => one.course_id === route.course);
  const functions = new Set((site.result?.functions ?? []).map((one) => one.name.replace("mod_lticontainer_", "")));
  useEffect(() => {
    document.title = course ? `${t("course", { id: course.course_id })} · ${t("title")}` : t("title");
    // Where one is now: the reader may have gone on since this was drawn.
    if (readRoute().course === null && list.length === 1) location.replace(`#/course/${list[0].course_id}`);
  });
  const View = VIEWS[route.view];
  let inside = html`<p class="empty">${t("loading")}</p>`;
  if (courses.error) inside = html`<${Notice} error=${courses.error} />`;
  else if (route.course === null && courses.result) inside = html`<${CoursePicker} courses=${list} />`;
  else if (!View) inside = html`<${Notice} text=${t("no_such_view")} />`;
  else if (site.result && courses.result)
    inside = html`<${View} key=${`${route.course} ${route.view} ${route.rest}`} course=${route.course}
      known=${course} route=${route} functions=${functions} />`;
  return html`<a class="skip" href="#main" onClick=${skip}>${t("skip")}</a>
    <${Bar} courses=${list} route=${route} functions=${functions} onLook=${onLook} onLeave=${onLeave} />
    <main id="main" tabindex="-1">${inside}</main>
    <${Records} functions=${functions} version=${site.result?.version} />`;
}

// The address belongs to the views, so this link moves the focus alone.
function skip(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}

// A login link has its one-time code after the #; it is taken out of the address at once.
async function begin(enter, leave) {
  const code = /^#login=([\w-]+)$/.exec(location.hash)?.[1];
  if (code) history.replaceState(null, "", location.pathname);
  try {
    if (code) await post("login", { code });
    else await post("calls", { calls: [{ function: "get_site_info", arguments: {} }] });
    enter();
  } catch (error) {
    if (code && error.code === "invalidtoken") leave(t("link_used"));
    else if (error.code === "unreachable") leave(t("lost"));
    else leave("");
  }
}

applyTheme();
applyLanguage();
const place = document.getElementById("app");
place.replaceChildren();
render(html`<${App} />`, place);

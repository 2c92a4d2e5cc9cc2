// Where one is: #/course/2/student/NAME?lti=1. It stands after the #, so no log of a server has names in it.
import { useEffect, useState } from "preact/hooks";

export function readRoute(hash = location.hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const parts = path.split("/").map(decode);
  const course = parts[0] === "course" && /^[1-9][0-9]{0,9}$/.test(parts[1] ?? "") ? Number(parts[1]) : null;
  return { course, view: parts[2] || "class", rest: parts.slice(3), query: new URLSearchParams(query) };
}

export function writeRoute(course, view = "class", rest = [], query = new URLSearchParams()) {
  const path = ["course", course, ...(view === "class" ? [] : [view, ...rest])].map(encodeURIComponent).join("/");
  const text = query.toString();
  return `#/${path}${text ? `?${text}` : ""}`;
}

// The same place with other choices; an empty one is left out.
export function choose(route, choices) {
  const query = new URLSearchParams(route.query);
  for (const [name, value] of Object.entries(choices)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  location.hash = writeRoute(route.course, route.view, route.rest, query);
}

export function useRoute() {
  const [route, set] = useState(() => readRoute());
  const drawn = location.hash;
  useEffect(() => {
    const act = () => set(readRoute());
    addEventListener("hashchange", act);
    if (location.hash !== drawn) act(); // it changed before anyone listened
    return () => removeEventListener("hashchange", act);
  }, []);
  return route;
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

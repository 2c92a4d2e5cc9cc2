// The questions that several views ask.
import { useMemo } from "preact/hooks";
import { useAnswer } from "./live.js";
import { readProgress } from "./progress.js";

// The class as a matrix, with everyone of the roster in it.
export function useProgress(course, route) {
  const roster = useAnswer("get_roster", { course_id: course }, { pace: "calm" });
  const args = { course_id: course, ...ofActivity(route) };
  if (route.query.get("file")) args.filename = route.query.get("file");
  if (roster.result?.users.length) args.roster = roster.result.users;
  const answer = useAnswer("get_progress", args, { skip: !roster.result && !roster.error });
  const progress = useMemo(() => answer.result && readProgress(answer.result), [answer.result]);
  return { progress, error: answer.error ?? (roster.error && !answer.result ? roster.error : undefined) };
}

export function ofActivity(route) {
  const lti = route.query.get("lti") ?? "";
  return /^[1-9][0-9]{0,9}$/.test(lti) ? { lti_ids: [Number(lti)] } : {};
}

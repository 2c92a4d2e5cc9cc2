// Keeps the answers on the page fresh: one request for all of them, every few seconds, of changes only.
import { useEffect, useState } from "preact/hooks";
import { post } from "./api.js";

const EVERY_MS = 2000;
const SLOW_EVERY_MS = 10000;
const LONGEST_PAUSE_MS = 4000;

const wanted = new Map(); // the question as text -> {question, slow, etag, answer, users}
const watchers = new Set();
let state = { lost: false, at: null };
let onEnd = null; // what to do when the service no longer knows who asks; null: nobody is logged in

// Two rounds: what another machine has to answer must not hold up the rest.
const rounds = [makeRound(false, EVERY_MS), makeRound(true, SLOW_EVERY_MS)];

export function startLive(ended) {
  onEnd = ended;
  rounds.forEach((round) => round.wake());
}

export function stopLive() {
  onEnd = null;
  rounds.forEach((round) => round.stop());
  wanted.forEach((entry) => { entry.answer = {}; entry.etag = ""; });
  state = { lost: false, at: null };
}

// The newest {result} or {error} of a function; {} before the first. `skip` asks nothing.
export function useAnswer(name, args, { slow = false, skip = false } = {}) {
  const id = skip ? "" : JSON.stringify([name, args]);
  const [, redraw] = useState(0);
  useEffect(() => {
    if (!id) return undefined;
    const entry = want(id, name, args, slow);
    const act = () => redraw((count) => count + 1);
    entry.users.add(act);
    rounds[Number(slow)].wake();
    return () => {
      entry.users.delete(act);
      if (entry.users.size === 0) wanted.delete(id);
    };
  }, [id]);
  return wanted.get(id)?.answer ?? {};
}

// Whether the service is out of reach, and when it last answered.
export function useConnection() {
  const [, redraw] = useState(0);
  useEffect(() => {
    const act = () => redraw((count) => count + 1);
    watchers.add(act);
    return () => watchers.delete(act);
  }, []);
  return state;
}

function want(id, name, args, slow) {
  if (!wanted.has(id)) {
    const question = { function: name, arguments: args };
    wanted.set(id, { question, slow, etag: "", answer: {}, users: new Set() });
  }
  return wanted.get(id);
}

function makeRound(slow, every) {
  let timer = null;
  let busy = false;
  let again = false;
  let pause = 500;

  async function run() {
    timer = null;
    const asked = [...wanted.values()].filter((entry) => entry.slow === slow);
    if (asked.length === 0 || document.hidden || onEnd === null) return;
    busy = true;
    try {
      await refresh(asked);
      pause = 500;
      tell({ lost: false, at: new Date() });
      next(again ? 0 : every);
    } catch (error) {
      if (["invalidtoken", "accessexception"].includes(error.code)) onEnd?.(error);
      else {
        tell({ lost: true, at: state.at });
        next(pause);
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      }
    } finally {
      busy = false;
      again = false;
    }
  }

  function next(ms) {
    if (onEnd !== null) timer = setTimeout(run, ms);
  }

  return {
    wake() {
      if (busy) {
        again = true;
        return;
      }
      clearTimeout(timer);
      timer = setTimeout(run, 0);
    },
    stop() {
      clearTimeout(timer);
    },
  };
}

async function refresh(asked) {
  const calls = asked.map(({ question, etag }) => ({ ...question, etag }));
  const { results } = await post("calls", { calls });
  results.forEach((given, index) => take(asked[index], given));
}

function take(entry, given) {
  if (given.unchanged) return;
  entry.etag = given.etag ?? "";
  // While the database is away the last answer stays on the page.
  if (given.error?.errorcode === "serviceunavailable") throw Object.assign(new Error(), { code: "unreachable" });
  entry.answer = given.error ? { error: given.error } : { result: given.result };
  entry.users.forEach((act) => act());
}

function tell(next) {
  const changed = next.lost !== state.lost;
  state = next;
  if (changed || !next.lost) watchers.forEach((act) => act());
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) rounds.forEach((round) => round.wake());
});

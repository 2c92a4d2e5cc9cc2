// Keeps the answers on the page fresh: one request for all of them, every few seconds, of changes only.
import { useEffect, useState } from "preact/hooks";
import { post } from "./api.js";

// "quick" is what a class does, "calm" what seldom changes, "far" what another machine has to tell.
// With the time for which the service shares an answer (app/web/answers.py) it stays under five seconds.
const PACES = { quick: 2800, calm: 10000, far: 10000 };
const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 4000;

const wanted = new Map(); // the question as text -> {question, pace, etag, answer, users}
const watchers = new Set();
let state = { lost: false, at: null };
let onEnd = null; // what to do when the service no longer knows who asks; null: nobody is logged in

const rounds = Object.fromEntries(Object.keys(PACES).map((pace) => [pace, makeRound(pace)]));

export function startLive(ended) {
  onEnd = ended;
  Object.values(rounds).forEach((round) => round.wake());
}

export function stopLive() {
  onEnd = null;
  Object.values(rounds).forEach((round) => round.stop());
  wanted.forEach((entry) => { entry.answer = {}; entry.etag = ""; });
  state = { lost: false, at: null };
}

// The newest {result} or {error} of a function; {} before the first. `skip` asks nothing.
export function useAnswer(name, args, { pace = "quick", skip = false } = {}) {
  const id = skip ? "" : JSON.stringify([name, args]);
  const [, redraw] = useState(0);
  const drawn = wanted.get(id)?.answer;
  useEffect(() => {
    if (!id) return undefined;
    const entry = want(id, name, args, pace);
    const act = () => redraw((count) => count + 1);
    entry.users.add(act);
    if (drawn && entry.answer !== drawn) act(); // it came before anyone waited for it
    rounds[pace].wake();
    return () => {
      entry.users.delete(act);
      if (entry.users.size === 0) wanted.delete(id);
    };
  }, [id]);
  return drawn ?? {};
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

function want(id, name, args, pace) {
  if (!wanted.has(id)) {
    const question = { function: name, arguments: args };
    wanted.set(id, { question, pace, etag: "", answer: {}, users: new Set() });
  }
  return wanted.get(id);
}

function makeRound(pace) {
  let timer = null;
  let busy = false;
  let again = false;
  let pause = SHORTEST_PAUSE_MS;

  async function run() {
    timer = null;
    const asked = [...wanted.values()].filter((entry) => entry.pace === pace);
    if (asked.length === 0 || document.hidden || onEnd === null) return;
    busy = true;
    try {
      await (pace === "far" ? refreshOneByOne(asked) : refresh(asked));
      pause = SHORTEST_PAUSE_MS;
      if (pace !== "far") tell({ lost: false, at: new Date() });
      next(again ? 0 : PACES[pace]);
    } catch (error) {
      if (["invalidtoken", "accessexception"].includes(error.code)) onEnd?.(error);
      else {
        if (pace !== "far") tell({ lost: true, at: state.at });
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

// A machine that does not answer must not hold up another.
async function refreshOneByOne(asked) {
  const done = await Promise.allSettled(asked.map((entry) => refresh([entry])));
  const failed = done.find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
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
  if (!document.hidden) Object.values(rounds).forEach((round) => round.wake());
});

// What get_progress answers, as the views need it.
export const STATES = ["stuck", "working", "not_started", "finished"];
const RUNS = ["none", "ok", "error"];

export function cellKey(filename, codenum) {
  return `${codenum}\n${filename}`;
}

export function readProgress(result) {
  const now = Date.parse(result.now);
  const cells = result.cells.map((cell) => ({ ...cell, key: cellKey(cell.filename, cell.codenum) }));
  const students = result.students.map((student) => readStudent(student, cells, now));
  return { cells, students, hardest: result.hardest.map((index) => cells[index]), counts: countStates(students) };
}

function readStudent(student, cells, now) {
  const runs = cells.map((cell, index) => ({
    state: RUNS[student.cells[index]],
    runs: student.oks[index] + student.errors[index],
    seconds: student.seconds[index],
    at: since(student.ages[index], now),
  }));
  const done = runs.filter((run) => run.state === "ok").length;
  return { username: student.username, state: student.state, at: since(student.last_age, now), runs, done, stuckOn: stuckOn(student, runs) };
}

// Ages are seconds; -1 stands for never.
function since(age, now) {
  return age < 0 ? null : now - age * 1000;
}

// The failed cell that was tried last.
function stuckOn(student, runs) {
  if (student.state !== "stuck") return -1;
  const failed = runs.map((run, index) => [run, index]).filter(([run]) => run.state === "error");
  return failed.sort(([a], [b]) => b.at - a.at)[0]?.[1] ?? -1;
}

function countStates(students) {
  const counts = Object.fromEntries(STATES.map((state) => [state, 0]));
  students.forEach((student) => { counts[student.state] += 1; });
  return counts;
}

// The stuck first, those who wait longest at the top; then whoever ran something last.
export function byUrgency(a, b) {
  const rank = STATES.indexOf(a.state) - STATES.indexOf(b.state);
  if (rank) return rank;
  const older = (a.at ?? 0) - (b.at ?? 0);
  return (a.state === "stuck" ? older : -older) || byName(a, b);
}

export function byName(a, b) {
  return a.username < b.username ? -1 : Number(a.username > b.username);
}

// What get_progress answers, as the views need it.
export const STATES = ["stuck", "working", "not_started", "finished"];

export function cellKey(filename, codenum) {
  return `${codenum}\n${filename}`;
}

export function readProgress(result) {
  const cells = result.cells.map((cell) => ({ ...cell, key: cellKey(cell.filename, cell.codenum) }));
  const students = result.students.map((student) => readStudent(student, cells));
  return { cells, students, counts: countStates(students) };
}

function readStudent(student, cells) {
  const runs = new Map(student.cells.map((run) => [cellKey(run.filename, run.codenum), run]));
  const done = cells.filter((cell) => runs.get(cell.key)?.state === "ok").length;
  return { ...student, runs, done };
}

function countStates(students) {
  const counts = Object.fromEntries(STATES.map((state) => [state, 0]));
  students.forEach((student) => { counts[student.state] += 1; });
  return counts;
}

// The stuck first, those who wait longest at the top; then by the last run.
export function byUrgency(a, b) {
  const rank = STATES.indexOf(a.state) - STATES.indexOf(b.state);
  if (rank) return rank;
  const older = Date.parse(a.last_run || 0) - Date.parse(b.last_run || 0);
  return (a.state === "stuck" ? older : -older) || byName(a, b);
}

export function byName(a, b) {
  return a.username < b.username ? -1 : Number(a.username > b.username);
}

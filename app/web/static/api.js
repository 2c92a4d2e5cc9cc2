// Requests to the service. The cookie goes along by itself; scripts can't read it.
const WAIT_MS = 15000;

// An answer that is an error: `code` is the service's error code, "unreachable" without an answer.
export class Refused extends Error {
  constructor(code, title, detail = "") {
    super(title);
    this.code = code;
    this.detail = detail;
  }
}

export async function post(path, body) {
  const answer = await send(path, body);
  const value = await readJson(answer);
  if (!answer.ok) throw new Refused(value.errorcode ?? "unreachable", value.title ?? "", value.detail);
  return value;
}

async function send(path, body) {
  try {
    return await fetch(`page/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(WAIT_MS),
    });
  } catch {
    throw new Refused("unreachable", "");
  }
}

// A proxy in between may answer with a page of its own.
async function readJson(answer) {
  try {
    return await answer.json();
  } catch {
    throw new Refused("unreachable", "");
  }
}

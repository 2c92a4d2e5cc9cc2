// What a browser remembers of how the page looks. It works without, too: some browsers forbid it.
const PREFIX = "lticontainer.";

export function read(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

export function keep(name, value) {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // Then it is chosen again next time.
  }
}

// The way in: a token, sent once and then kept where no script can read it.
import { useEffect, useRef, useState } from "preact/hooks";
import { post } from "./api.js";
import { html } from "./html.js";
import { Looks } from "./looks.js";
import { t } from "./words.js";

export function Login({ why, onEnter, onLook }) {
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const field = useRef(null);
  useEffect(() => field.current.focus(), []);
  async function submit(event) {
    event.preventDefault();
    setBusy(true);
    try {
      await post("login", { token: field.current.value });
      onEnter();
    } catch (error) {
      setFault(sentence(error));
      setBusy(false);
      field.current.select();
    }
  }
  const said = fault || why;
  return html`<main class="login">
    <h1><img src=${new URL("./icon.svg", import.meta.url)} alt="" width="28" height="28" /> ${t("title")}</h1>
    <form onSubmit=${submit}>
      <p role="alert" class=${said ? "fault" : ""}>${said}</p>
      <label for="token">${t("token")}</label>
      <input id="token" ref=${field} type="password" autocomplete="current-password" required spellcheck=${false}
        aria-describedby="token-help" />
      <p id="token-help" class="hint">${t("token_help")}</p>
      <button class="main" disabled=${busy}>${t("log_in")}</button>
    </form>
    <div class="login-looks"><${Looks} onLook=${onLook} /></div>
  </main>`;
}

function sentence(error) {
  if (error.code === "invalidtoken") return t("wrong_token");
  if (error.code === "unreachable") return t("lost");
  return error.detail || error.message;
}

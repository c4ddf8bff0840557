import { html, useState } from "../core/html.js";
import { Api } from "../core/api.js";
import { ApiError, words } from "../core/api-error.js";
import { useTitle } from "../core/hooks.js";
import { Button, Notice } from "../parts/basics.js";
import { TextInput } from "../parts/fields.js";
import { Logo, ThemeSwitch } from "../shell.js";

export function SignIn({ onKey, ended, version }) {
  const [key, setKey] = useState("");
  const [state, setState] = useState({ busy: false, error: null });
  useTitle("Sign in");
  const submit = async (event) => {
    event.preventDefault();
    const given = key.trim();
    if (!given) return setState({ busy: false, error: "Paste your API key." });
    setState({ busy: true, error: null });
    try {
      await new Api({ key: given }).account();
      return onKey(given);
    } catch (error) {
      const wrong = error instanceof ApiError && error.status === 401;
      return setState({ busy: false, error: wrong ? "This key is not known. Check that all of it was copied." : words(error) });
    }
  };
  return html`<main class="sign-in">
    <form class="card sign-in-card" onSubmit=${submit}>
      <${Logo} />
      <div class="stack tight">
        <h1>Sign in</h1>
        <p class="muted">Drop a template, fill it in, and see the video before it is rendered.</p>
      </div>
      ${ended && !state.error && html`<${Notice} tone="warn">Your key is not valid any more. Sign in with a new one.<//>`}
      <${TextInput}
        label="API key" value=${key} onInput=${setKey} type="password" autocomplete="off" spellcheck="false" autofocus
        placeholder="vk_…" error=${state.error} class="input mono"
        hint="It stays in this tab and is forgotten when the tab is closed."
      />
      <${Button} kind="primary" type="submit" busy=${state.busy} class="wide">Sign in<//>
      <p class="small muted">The server printed the first key when it started. More keys: <code>velocity admin user-add NAME</code></p>
    </form>
    <div class="sign-in-foot"><${ThemeSwitch} /><a class="small" href="/docs">API documentation</a><span class="faint small">${version}</span></div>
  </main>`;
}

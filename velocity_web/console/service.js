import { html, useCallback, useMemo, useState } from "./core/html.js";
import { Api } from "./core/api.js";
import { useLoaded } from "./core/hooks.js";
import { useRoute } from "./core/router.js";
import { forgetKey, keepKey, storedKey } from "./core/session.js";
import { SignIn } from "./pages/sign-in.js";
import { Shell } from "./shell.js";
import { pageOf } from "./routes.js";

export function Service({ version }) {
  const [key, setKey] = useState(storedKey);
  const [ended, setEnded] = useState(false);
  const route = useRoute();
  const signOut = useCallback((expired = false) => {
    forgetKey();
    setKey(null);
    setEnded(expired);
  }, []);
  const api = useMemo(() => key && new Api({ key, onUnauthorized: () => signOut(true) }), [key]);
  const signIn = (given) => {
    keepKey(given);
    setEnded(false);
    setKey(given);
  };
  if (!api) return html`<${SignIn} onKey=${signIn} ended=${ended} version=${version} />`;
  return html`<${SignedIn} api=${api} route=${route} onSignOut=${() => signOut()} version=${version} />`;
}

function SignedIn({ api, route, onSignOut, version }) {
  const account = useLoaded((signal) => api.account(signal), [api]);
  return html`<${Shell} route=${route} account=${account.data} onSignOut=${onSignOut} version=${version}>${pageOf(route, api, account.data)}<//>`;
}

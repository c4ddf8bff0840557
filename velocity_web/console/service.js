import { html, useCallback, useMemo, useState } from "./core/html.js";
import { Api } from "./core/api.js";
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
  return html`<${Shell} route=${route} onSignOut=${() => signOut()} version=${version}>${pageOf(route, api)}<//>`;
}

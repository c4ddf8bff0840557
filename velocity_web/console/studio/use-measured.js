import { useEffect, useRef, useState } from "../core/html.js";
import { isAbort } from "../core/api-error.js";

// What ``ask`` answers for ``key``, asked ``settle`` milliseconds after the key last changed; the answer before stays
// meanwhile and is ``stale``. A null key asks nothing. ``kept`` is a ref that holds the last answer, for who comes later.
export function useMeasured(ask, key, settle, kept) {
  const [state, setState] = useState({ data: kept?.current?.data || null, error: null, stale: true });
  const latest = useRef(ask);
  latest.current = ask;
  useEffect(() => {
    if (key === null) return undefined;
    if (kept?.current?.key === key) {
      setState({ data: kept.current.data, error: null, stale: false });
      return undefined;
    }
    const control = new AbortController();
    setState((before) => ({ ...before, stale: true }));
    const timer = setTimeout(async () => {
      try {
        const data = await latest.current(control.signal);
        if (kept) kept.current = { key, data };
        setState({ data, error: null, stale: false });
      } catch (error) {
        if (!isAbort(error)) setState((before) => ({ ...before, error, stale: false }));
      }
    }, settle);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [key]);
  return state;
}

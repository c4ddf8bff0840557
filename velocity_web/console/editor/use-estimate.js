import { useEffect, useRef, useState } from "../core/html.js";
import { ApiError, isAbort } from "../core/api-error.js";
import { isLost, whenBack } from "../core/connection.js";

const SETTLE = 700;

// What a dry run says of the present request, a moment after the last change, and which request that was; nothing
// without one.
export function useEstimate(api, request, revision) {
  const [state, setState] = useState({ estimate: null, of: null, error: null, stale: true });
  const key = `${revision}|${JSON.stringify(request)}`;
  const latest = useRef(request);
  latest.current = request;
  useEffect(() => {
    if (!latest.current) return undefined;
    const control = new AbortController();
    setState((before) => ({ ...before, stale: true }));
    const ask = async () => {
      const of = latest.current;
      try {
        const estimate = await api.estimate(of, control.signal);
        setState({ estimate, of, error: null, stale: false });
      } catch (error) {
        if (isAbort(error)) return;
        if (error instanceof ApiError && [429, 503].includes(error.status)) timer = setTimeout(ask, 1000 * (error.retryAfter || 1));
        else {
          setState({ estimate: null, of, error, stale: false });
          if (isLost(error)) callOff = whenBack(ask);
        }
      }
    };
    let timer = setTimeout(ask, SETTLE);
    let callOff = () => {};
    return () => {
      clearTimeout(timer);
      callOff();
      control.abort();
    };
  }, [key]);
  return state;
}

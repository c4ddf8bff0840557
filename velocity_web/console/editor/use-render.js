import { useCallback, useEffect, useRef, useState } from "../core/html.js";
import { isAbort } from "../core/api-error.js";
import { insisting } from "../core/connection.js";

const FIRST_LOOK = 150;
const SLOWEST_LOOK = 1000;
const ACTIVE = ["pending", "processing", "cancelling", "delivering"];
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

export function isActive(job) {
  return ACTIVE.includes(job?.status);
}

// One render from its order to its end.
export function useRender(api) {
  const [state, setState] = useState({ job: null, request: null, error: null, starting: false, lost: false });
  const control = useRef(null);
  useEffect(() => () => control.current?.abort(), []);
  const follow = useCallback(async (id, request, signal) => {
    let wait = FIRST_LOOK;
    while (!signal.aborted) {
      const job = await insisting(() => api.renderStatus(id, signal), () => setState((before) => ({ ...before, lost: true })), signal);
      setState({ job, request, error: null, starting: false, lost: false });
      if (!isActive(job)) return;
      await pause(wait);
      wait = Math.min(SLOWEST_LOOK, wait * 1.2);
    }
  }, [api]);
  const start = useCallback(async (request) => {
    control.current?.abort();
    control.current = new AbortController();
    setState({ job: null, request, error: null, starting: true, lost: false });
    try {
      const { renderId } = await api.render(request, crypto.randomUUID?.() || String(Math.random()).slice(2));
      await follow(renderId, request, control.current.signal);
    } catch (error) {
      if (!isAbort(error)) setState((before) => ({ ...before, error, starting: false }));
    }
  }, [api]);
  const cancel = useCallback(async (id) => {
    await api.cancelRender(id).catch(() => {}); // it may have ended meanwhile, which its status shows
  }, [api]);
  return { ...state, start, cancel };
}

import { useCallback, useEffect, useRef, useState } from "./html.js";
import { isAbort } from "./api-error.js";

// What a promise brings, loaded anew when ``inputs`` change; the present data stays until the next is there.
export function useLoaded(load, inputs) {
  const [state, setState] = useState({ data: null, error: null, loading: true });
  const [turn, setTurn] = useState(0);
  const latest = useRef(load);
  latest.current = load;
  useEffect(() => {
    const control = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    latest.current(control.signal).then(
      (data) => !control.signal.aborted && setState({ data, error: null, loading: false }),
      (error) => !control.signal.aborted && !isAbort(error) && setState((b) => ({ ...b, error, loading: false })),
    );
    return () => control.abort();
  }, [...inputs, turn]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  const change = useCallback((how) => setState((before) => ({ ...before, data: how(before.data) })), []);
  return { ...state, reload, change };
}

// Asks again and again while ``delay`` is a number of milliseconds; null stops.
export function usePolling(ask, delay) {
  const latest = useRef(ask);
  latest.current = ask;
  useEffect(() => {
    if (delay === null) return undefined;
    const control = new AbortController();
    let timer = 0;
    const again = async () => {
      try {
        if (!document.hidden) await latest.current(control.signal);
      } catch {
        // The next time may bring it.
      }
      if (!control.signal.aborted) timer = setTimeout(again, delay);
    };
    timer = setTimeout(again, delay);
    return () => {
      control.abort();
      clearTimeout(timer);
    };
  }, [delay]);
}

export function useDebounced(value, delay) {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), delay);
    return () => clearTimeout(timer);
  }, [value, delay]);
  return settled;
}

export function useBlobUrl(load, inputs) {
  const [url, setUrl] = useState(null);
  useEffect(() => {
    const control = new AbortController();
    let made = null;
    setUrl(null);
    load(control.signal).then(
      (blob) => {
        if (!blob || control.signal.aborted) return;
        made = URL.createObjectURL(blob);
        setUrl(made);
      },
      () => {},
    );
    return () => {
      control.abort();
      if (made) URL.revokeObjectURL(made);
    };
  }, inputs);
  return url;
}

export function useTitle(title) {
  useEffect(() => {
    document.title = title ? `${title} · Velocity` : "Velocity";
  }, [title]);
}

import { useEffect } from "./html.js";
import { ApiError, UNREACHABLE } from "./api-error.js";

const LOOK = 2000;
const GATEWAYS = [502, 503, 504];

export const LOST = "The connection to the server is lost. Asking again.";

// Whether an error tells of the way to the server, and nothing of what was asked.
export function isLost(error) {
  if (error instanceof ApiError) return GATEWAYS.includes(error.status);
  return error instanceof TypeError || error?.message === UNREACHABLE;
}

// Calls ``again`` once: as soon as the browser is online again, else after a while. Returns what calls it off.
export function whenBack(again) {
  const done = () => {
    forget();
    again();
  };
  const timer = setTimeout(done, LOOK);
  const forget = () => {
    clearTimeout(timer);
    removeEventListener("online", done);
  };
  addEventListener("online", done);
  return forget;
}

// What ``ask`` brings, asked again as long as the connection is lost. ``onLost`` is told of each time.
export async function insisting(ask, onLost, signal) {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isLost(error) || signal.aborted) throw error;
      onLost(error);
      await new Promise((done) => whenBack(done));
      signal.throwIfAborted();
    }
  }
}

// Loads anew once the connection is back, while ``error`` says that it is lost.
export function useReturn(error, reload) {
  useEffect(() => (isLost(error) ? whenBack(reload) : undefined), [error, reload]);
}

/** Looking at what goes on in the service, until it ends. */

import { TimedOut } from "./errors.js";
import { sleep } from "./retries.js";

export interface WaitOptions {
  /** Milliseconds to wait; without end where it is left out. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

const SHORTEST = 100;
const LONGEST = 2000;
const GROWTH = 1.3;

/** Each state that is not as the one before; the last is the one that `isFinal`. Throws TimedOut. */
export async function* changesOf<State>(
  look: () => Promise<State>,
  isFinal: (state: State) => boolean,
  what: string,
  { timeout, signal }: WaitOptions,
): AsyncGenerator<State, void> {
  const end = timeout === undefined ? Infinity : Date.now() + timeout;
  let last: string | undefined;
  for (let pause = SHORTEST; ; pause = Math.min(pause * GROWTH, LONGEST)) {
    const state = await look();
    const seen = JSON.stringify(state);
    if (seen !== last) yield state;
    last = seen;
    if (isFinal(state)) return;
    if (Date.now() >= end) throw new TimedOut(`${what} has not ended within ${timeout} milliseconds`);
    await sleep(Math.min(pause, Math.max(0, end - Date.now())), signal);
  }
}

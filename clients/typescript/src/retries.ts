/** When a request is sent again, and after how long. */

export interface Retries {
  /** How often a request is sent again. */
  readonly most: number;
  /** Milliseconds before the first retry; each later pause may be twice as long. */
  readonly firstPause: number;
  /** Milliseconds that no pause is longer than, but for what `Retry-After` asks. */
  readonly longestPause: number;
  /** Milliseconds of `Retry-After` above which the client does not wait, and throws instead. */
  readonly longestWait: number;
}

export const USUAL_RETRIES: Retries = { most: 5, firstPause: 500, longestPause: 30_000, longestWait: 120_000 };

const SAFE = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);

/** Whether sending a request twice does the same as sending it once. */
export function mayRepeat(method: string, path: string, headers: Headers): boolean {
  return (
    SAFE.has(method) ||
    headers.has("Idempotency-Key") ||
    /[?&]dryRun=true\b/.test(path) ||
    /^\/template\/[^/]+\/preview(\/clip)?$/.test(path)
  );
}

/** Whether a failed `fetch` never reached the service. Browsers do not tell. */
export function wasNotSent(fault: unknown): boolean {
  const cause = fault instanceof Error ? (fault.cause as { code?: unknown } | undefined) : undefined;
  return cause?.code === "ECONNREFUSED" || cause?.code === "ENOTFOUND" || cause?.code === "EAI_AGAIN";
}

/** The milliseconds until a request with this answer is sent again; null: the answer counts. */
export function pauseAfter(answer: Response, repeatable: boolean, retries: Retries, retry: number): number | null {
  const waits = answer.status === 429 || answer.status === 503;
  const broken = (answer.status === 502 || answer.status === 504) && repeatable;
  if (retry >= retries.most || !(waits || broken)) return null;
  const asked = retryAfter(answer.headers.get("Retry-After"));
  if (asked === null) return pauseOf(retries, retry);
  return asked > retries.longestWait ? null : asked;
}

/** With chance, so that many clients do not come back at once. */
export function pauseOf(retries: Retries, retry: number): number {
  const longest = Math.min(retries.firstPause * 2 ** retry, retries.longestPause);
  return longest * (0.5 + Math.random() / 2);
}

/** The milliseconds that a `Retry-After` asks for, whether it is a number or a date. */
export function retryAfter(header: string | null): number | null {
  if (header === null) return null;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now());
}

/** Rejects when the signal is aborted. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** Requests that are sent again where that helps, and answers that are errors. */

import { Refused, Unreachable, VelocityError } from "./errors.js";
import { mayRepeat, pauseAfter, pauseOf, sleep, wasNotSent, type Retries } from "./retries.js";

export interface Sent {
  readonly headers?: Record<string, string>;
  readonly query?: Record<string, string | number | boolean | undefined>;
  readonly json?: unknown;
  readonly form?: FormData;
  readonly signal?: AbortSignal;
}

export class Http {
  constructor(
    readonly url: string,
    private readonly key: string,
    readonly retries: Retries,
    private readonly fetcher: typeof fetch,
  ) {}

  /** The body of an answer, read as JSON. Throws Refused and Unreachable. */
  async json<Answer>(method: string, path: string, sent: Sent = {}): Promise<Answer> {
    return (await this.attempts(method, path, sent, (answer) => answer.json())) as Answer;
  }

  /** An answer whose body has not been read; a redirection is one. Throws Refused and Unreachable. */
  async open(method: string, path: string, sent: Sent = {}): Promise<Response> {
    return this.attempts(method, path, sent, (answer) => Promise.resolve(answer));
  }

  /** An answer of another place, which does not learn the key. */
  async elsewhere(url: string, sent: Sent): Promise<Response> {
    return this.tries("GET", url, new Headers(sent.headers), sent, (answer) => Promise.resolve(answer));
  }

  private attempts<Read>(method: string, path: string, sent: Sent, read: Reader<Read>): Promise<Read> {
    const given = Object.entries(sent.query ?? {}).filter(([, value]) => value !== undefined);
    const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
    const headers = new Headers(sent.headers);
    headers.set("X-API-Key", this.key);
    if (sent.json !== undefined) headers.set("Content-Type", "application/json");
    return this.tries(method, `${path}${query ? `?${query}` : ""}`, headers, sent, read);
  }

  private async tries<Read>(
    method: string,
    path: string,
    headers: Headers,
    sent: Sent,
    read: Reader<Read>,
  ): Promise<Read> {
    const url = path.startsWith("/") ? `${this.url}${path}` : path;
    const body = sent.json !== undefined ? JSON.stringify(sent.json) : sent.form;
    const repeatable = mayRepeat(method, path, headers);
    for (let retry = 0; ; retry++) {
      let pause: number | null;
      try {
        const answer = await this.fetcher(url, { method, headers, body, redirect: "manual", signal: sent.signal });
        pause = pauseAfter(answer, repeatable, this.retries, retry);
        if (pause === null) {
          if (answer.status >= 400) throw await refusal(answer, method, path);
          return await read(answer);
        }
        await answer.body?.cancel();
      } catch (fault) {
        if (fault instanceof VelocityError || sent.signal?.aborted) throw fault;
        if (fault instanceof SyntaxError) throw new VelocityError(`${method} ${path} was answered with what is no JSON`);
        if (retry >= this.retries.most || !(repeatable || wasNotSent(fault))) throw unreachable(method, path, url, fault);
        pause = pauseOf(this.retries, retry);
      }
      await sleep(pause, sent.signal);
    }
  }
}

type Reader<Read> = (answer: Response) => Promise<Read>;

export function unreachable(method: string, path: string, url: string, fault: unknown): Unreachable {
  const cause = fault instanceof Error && fault.cause instanceof Error ? fault.cause : fault;
  const said = cause instanceof Error ? cause.message || cause.name : String(cause);
  return new Unreachable(`${method} ${path} had no answer from ${new URL(url).origin}: ${said}`, { cause: fault });
}

async function refusal(answer: Response, method: string, path: string): Promise<Refused> {
  const text = await answer.text();
  try {
    const problem = JSON.parse(text) as { title?: string; detail?: string; errors?: Record<string, string[]> };
    const said = problem.detail ?? problem.title;
    if (said !== undefined) {
      const told = Object.entries(problem.errors ?? {});
      const sentences = told.flatMap(([field, texts]) => texts.map((one) => (field ? `${field}: ${one}` : one)));
      const message = sentences.length ? `${said}: ${sentences.join("; ")}` : said;
      return new Refused(message, answer.status, problem.errors ?? {});
    }
  } catch {
    // What answers is no service of Velocity, such as a proxy before it.
  }
  return new Refused(`${method} ${path} was answered ${answer.status} ${answer.statusText}`, answer.status);
}

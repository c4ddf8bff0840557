/** Downloads that go on after a broken connection. */

import { Damaged, VelocityError } from "./errors.js";
import { unreachable, type Http } from "./http.js";
import { pauseOf, sleep } from "./retries.js";

export interface DownloadOptions {
  readonly signal?: AbortSignal;
  /** Is called with the bytes that have arrived, and with all that will, where that is known. */
  readonly onBytes?: (have: number, all: number | null) => void;
}

/** A file of the service, in pieces. It can be iterated once. */
export class Download implements AsyncIterable<Uint8Array> {
  /** The SHA-256 of the content in hexadecimal, once the first piece is there, where the service tells it. */
  sha256: string | null = null;
  type = "";
  private have = 0;
  private all: number | null = null;
  private tag: string | null = null;

  constructor(
    private readonly http: Http,
    private readonly path: string,
    private readonly options: DownloadOptions = {},
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    let fruitless = 0;
    for (;;) {
      const before = this.have;
      const answer = await this.opened();
      this.begin(answer);
      const reader = answer.body?.getReader();
      try {
        for (;;) {
          const piece = await reader?.read();
          if (piece === undefined || piece.done) break;
          this.have += piece.value.byteLength;
          this.options.onBytes?.(this.have, this.all);
          yield piece.value;
        }
        if (this.all === null || this.have === this.all) return;
        throw new TypeError("the connection ended before the file did");
      } catch (fault) {
        if (fault instanceof VelocityError || this.options.signal?.aborted) throw fault;
        fruitless = this.have > before ? 0 : fruitless + 1;
        const url = `${this.http.url}${this.path}`;
        if (fruitless >= this.http.retries.most || this.tag === null) throw unreachable("GET", this.path, url, fault);
        await sleep(pauseOf(this.http.retries, fruitless), this.options.signal);
      } finally {
        reader?.cancel().catch(() => undefined);
      }
    }
  }

  /** The whole file, for what needs it so. */
  async blob(): Promise<Blob> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this) pieces.push(piece);
    return new Blob(pieces as BlobPart[], { type: this.type });
  }

  /** As a stream, for `Response`, `pipeTo` and the like. */
  stream(): ReadableStream<Uint8Array> {
    const pieces = this[Symbol.asyncIterator]();
    return new ReadableStream<Uint8Array>({
      async pull(controller) {
        const piece = await pieces.next();
        if (piece.done) controller.close();
        else controller.enqueue(piece.value);
      },
      async cancel() {
        await pieces.return(undefined);
      },
    });
  }

  /** The answer that brings the file, from the service or from the storage that it names, which never gets the key. */
  private async opened(): Promise<Response> {
    const headers: Record<string, string> =
      this.have && this.tag ? { Range: `bytes=${this.have}-`, "If-Range": this.tag } : {};
    const sent = { headers, signal: this.options.signal };
    const answer = await this.http.open("GET", this.path, sent);
    this.sha256 ??= /^"([0-9a-f]{64})"$/.exec(answer.headers.get("ETag") ?? "")?.[1] ?? null;
    if (answer.type === "opaqueredirect")
      throw new VelocityError(
        "the service sends downloads to its storage, where a page cannot follow without giving its key away; " +
          "use the URL of link() in place of it",
      );
    const location = answer.status >= 300 && answer.status < 400 ? answer.headers.get("Location") : null;
    if (location === null) return answer;
    return this.http.elsewhere(new URL(location, `${this.http.url}${this.path}`).href, sent);
  }

  private begin(answer: Response): void {
    if (answer.status === 206) {
      const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.headers.get("Content-Range") ?? "");
      if (Number(range?.[1]) !== this.have) throw new Damaged("the server sent another part of the file than was asked for");
      this.all = Number(range?.[2]);
      return;
    }
    if (this.have) throw new Damaged("the file changed while it was downloaded");
    const tag = answer.headers.get("ETag");
    this.tag = tag !== null && tag.startsWith('"') ? tag : null;
    this.type = answer.headers.get("Content-Type") ?? "";
    const length = answer.headers.get("Content-Length");
    this.all = length !== null && !answer.headers.has("Content-Encoding") ? Number(length) : null;
  }
}

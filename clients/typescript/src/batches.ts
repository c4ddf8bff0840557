/** Many videos of one template. */

import type { Http } from "./http.js";
import type { Schemas } from "./orders.js";
import { changesOf, type WaitOptions } from "./waiting.js";

type Detail = Schemas["BatchDetail"];
const ALL_ROWS = 10_000;

/** One batch. Making a handle asks nothing of the service. */
export class Batch {
  constructor(
    readonly id: string,
    private readonly http: Http,
  ) {}

  /** How far it is, with its rows. */
  async status(page: { skip?: number; take?: number; signal?: AbortSignal } = {}): Promise<Detail> {
    const { signal, skip, take = ALL_ROWS } = page;
    return this.http.json("GET", `/render/batch/${this.id}`, { query: { skip, take }, signal });
  }

  /** Each state that is not as the one before, up to the last; without the rows. */
  progress(options: WaitOptions = {}): AsyncGenerator<Detail, void> {
    const look = async (): Promise<Detail> => ({ ...(await this.status({ take: 1, signal: options.signal })), rows: [] });
    const isFinal = ({ status }: Detail): boolean => status === "completed" || status === "cancelled";
    return changesOf(look, isFinal, `the batch ${this.id}`, options);
  }

  /** Wait until all videos have ended. Rows may have failed or been rejected: each says how it ended, and why. */
  async wait(options: WaitOptions & { onProgress?: (status: Detail) => void } = {}): Promise<Detail> {
    for await (const status of this.progress(options)) options.onProgress?.(status);
    return this.status();
  }

  /** Stop what waits and what runs; finished videos stay. */
  async cancel(): Promise<void> {
    await this.http.json("POST", `/render/batch/${this.id}/cancel`);
  }
}

/** The account's batches. */
export class Batches {
  constructor(private readonly http: Http) {}

  /** A handle on a batch that was made before. */
  get(id: string): Batch {
    return new Batch(id, this.http);
  }

  /** Newest first, without rows. */
  async list(page: { skip?: number; take?: number } = {}): Promise<Schemas["BatchDto"][]> {
    return this.http.json("GET", "/render/batch", { query: page });
  }
}

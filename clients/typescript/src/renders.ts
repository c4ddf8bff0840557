/** Renders: a handle on each. */

import { Download, type DownloadOptions } from "./downloads.js";
import { Failed } from "./errors.js";
import type { Http } from "./http.js";
import type { Schemas } from "./orders.js";
import { changesOf, type WaitOptions } from "./waiting.js";

const FINAL = new Set<string>(["completed", "failed", "cancelled", "deleted"]);
type Status = Schemas["RenderStatusDto"];

/** One render. Making a handle asks nothing of the service. */
export class Render {
  constructor(
    readonly id: string,
    private readonly http: Http,
  ) {}

  /** How far it is, with its findings as `warnings`. */
  async status(signal?: AbortSignal): Promise<Status> {
    return this.http.json("GET", `/render/${this.id}/status`, { signal });
  }

  /** Each state of the render that is not as the one before, up to the last, however it ended. */
  progress(options: WaitOptions = {}): AsyncGenerator<Status, void> {
    const look = (): Promise<Status> => this.status(options.signal);
    return changesOf(look, ({ status }) => FINAL.has(status), `the render ${this.id}`, options);
  }

  /** Wait until the video is there. Throws Failed with the service's reason, and TimedOut. */
  async wait(options: WaitOptions & { onProgress?: (status: Status) => void } = {}): Promise<Status> {
    let last: Status | undefined;
    for await (last of this.progress(options)) options.onProgress?.(last);
    if (last?.status !== "completed") throw new Failed("render", this.id, last?.status ?? "failed", last?.reason ?? null);
    return last;
  }

  /** The video, in pieces, as a stream or as a `Blob`; it goes on after broken connections. */
  download(options?: DownloadOptions): Download {
    return new Download(this.http, `/render/${this.id}/download`, options);
  }

  /** The picture that `poster` asked for. */
  downloadPoster(options?: DownloadOptions): Download {
    return new Download(this.http, `/render/${this.id}/poster`, options);
  }

  /** A URL of the video that needs no key, for a player or a page; it ends after so many seconds. */
  async link(seconds = 3600): Promise<Schemas["LinkDto"]> {
    return this.http.json("POST", `/render/${this.id}/link`, { json: { expiresSeconds: seconds } });
  }

  /** With the settings it was made with; only once it is completed. */
  async detail(): Promise<Schemas["RenderDetail"]> {
    return this.http.json("GET", `/render/renders/${this.id}`);
  }

  /** Stop it. Throws Refused (409) if it has ended. */
  async cancel(): Promise<void> {
    await this.http.json("POST", `/render/${this.id}/cancel`);
  }

  /** Its video goes with it. */
  async delete(): Promise<void> {
    await this.http.json("DELETE", `/render/${this.id}`);
  }
}

/** The account's renders. */
export class Renders {
  constructor(private readonly http: Http) {}

  /** A handle on a render that was made before. */
  get(id: string): Render {
    return new Render(id, this.http);
  }

  /** Completed ones, newest first. */
  async list(page: { skip?: number; take?: number } = {}): Promise<Schemas["RenderDto"][]> {
    return this.http.json("GET", "/render/all", { query: page });
  }

  /** Those that wait or run. */
  async active(): Promise<Schemas["RenderJobDto"][]> {
    return this.http.json("GET", "/render/active");
  }

  /** Those that have ended. */
  async history(
    page: { status?: "completed" | "failed" | "cancelled"; skip?: number; take?: number } = {},
  ): Promise<Schemas["RenderJobDto"][]> {
    return this.http.json("GET", "/render/history", { query: page });
  }
}

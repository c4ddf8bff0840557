/** A client for the REST service of Velocity, which renders video templates. It runs in browsers and in Node. */

import { Batch, Batches } from "./batches.js";
import { Assets, Sounds } from "./files.js";
import { Http, type Sent } from "./http.js";
import { entriesOf, nameOf, settingsOf, templateField, type Order, type Row, type Schemas, type Settings, type Template } from "./orders.js";
import { Render, Renders } from "./renders.js";
import { USUAL_RETRIES, type Retries } from "./retries.js";
import { Templates } from "./templates.js";

export interface VelocityOptions {
  /** When requests are sent again. */
  readonly retries?: Partial<Retries>;
  /** In place of the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/**
 * A Velocity service and one of its accounts.
 *
 * @example
 * const velocity = new Velocity("http://127.0.0.1:8080", key);
 * const template = await velocity.templates.upload(fileInput.files[0]);
 * const render = await velocity.render(template, { texts: { Headline: "Hello" } });
 * await render.wait({ onProgress: ({ progress }) => console.log(progress) });
 * const video = await render.download().blob();
 */
export class Velocity {
  readonly templates: Templates;
  readonly renders: Renders;
  readonly batches: Batches;
  readonly assets: Assets;
  readonly sounds: Sounds;
  private readonly http: Http;

  constructor(url: string, key: string, options: VelocityOptions = {}) {
    const fetcher = options.fetch ?? ((...request: Parameters<typeof fetch>) => fetch(...request));
    this.http = new Http(url.replace(/\/+$/, ""), key, { ...USUAL_RETRIES, ...options.retries }, fetcher);
    this.renders = new Renders(this.http);
    this.batches = new Batches(this.http);
    this.assets = new Assets(this.http);
    this.templates = new Templates(this.http, this.assets);
    this.sounds = new Sounds(this.http);
  }

  /** Queue a render, once, however often the request has to be sent. Files in the order are uploaded first. */
  async render(template: Template, order: Order & { idempotencyKey?: string } = {}): Promise<Render> {
    const json = await this.requestOf(template, order);
    const headers = { "Idempotency-Key": order.idempotencyKey ?? randomKey() };
    const queued = await this.http.json<Schemas["RenderQueued"]>("POST", "/render", { json, headers });
    return new Render(queued.renderId, this.http);
  }

  /** Check an order as `render` would, and say how long it takes and how large it gets; nothing is queued. */
  async estimate(template: Template, order: Order = {}): Promise<Schemas["RenderEstimate"]> {
    const json = await this.requestOf(template, order);
    return this.http.json("POST", "/render", { json, query: { dryRun: true } });
  }

  /** Queue a video for each row, or for each line of a CSV whose first line names a `name` column and layers. */
  async batch(template: Template, rows: readonly Row[] | string, settings: Settings = {}): Promise<Batch> {
    const audioId = settings.audio === undefined ? undefined : await this.sounds.idOf(settings.audio);
    const json = {
      ...templateField(template),
      ...settingsOf(settings),
      ...(settings.name !== undefined && { name: settings.name }),
      ...(audioId !== undefined && { audioId }),
      ...(typeof rows === "string" ? { csv: rows } : { rows: await Promise.all(rows.map((row) => this.rowOf(row))) }),
    };
    const queued = await this.http.json<Schemas["BatchDetail"]>("POST", "/render/batch", { json });
    return new Batch(queued.batchId, this.http);
  }

  /** The account's render time: used, left, and all. */
  async budget(): Promise<Schemas["RenderTimeBudgetStatusDto"]> {
    return this.http.json("GET", "/render/render-time-budget-status");
  }

  /** The account's storage: used, left, and all. */
  async storage(): Promise<Schemas["StorageStatusDto"]> {
    return this.http.json("GET", "/template/storage-status");
  }

  /** Any other request of the service, with the same retries and errors; `Schemas` has the types of its answers. */
  async request<Answer>(method: string, path: string, sent?: Sent): Promise<Answer> {
    return this.http.json(method, path, sent);
  }

  private async rowOf(row: Row): Promise<Schemas["BatchRow"]> {
    return {
      customizationMap: entriesOf(row, await this.assets.sources(row)),
      ...(row.name !== undefined && { name: row.name }),
      ...(row.metadata && { metadata: row.metadata }),
      ...(row.captions && { captions: row.captions as Schemas["CaptionsSource"] }),
      ...(row.audio !== undefined && { audioId: await this.sounds.idOf(row.audio) }),
    };
  }

  private async requestOf(template: Template, order: Order): Promise<Schemas["RenderRequest"]> {
    return {
      ...templateField(template),
      name: order.name ?? nameOf(template),
      customizationMap: entriesOf(order, await this.assets.sources(order)),
      ...settingsOf(order),
      ...(order.audio !== undefined && { audioId: await this.sounds.idOf(order.audio) }),
    };
  }
}

/** It has to be another one each time, and is no secret. */
function randomKey(): string {
  const bytes = new Uint8Array(16);
  if (globalThis.crypto) globalThis.crypto.getRandomValues(bytes);
  else bytes.forEach((_, at) => (bytes[at] = Math.floor(Math.random() * 256)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export { Batch, Batches, Assets, Sounds, Render, Renders, Templates };
export { Download, type DownloadOptions } from "./downloads.js";
export * from "./errors.js";
export type { paths, components, operations } from "./generated/schema.js";
export type { Changes, Customization, Cut, Encoder, Given, Order, Row, Schemas, Settings, Sound, Template, Upload, View } from "./orders.js";
export type { Retries } from "./retries.js";
export type { Picture, UploadOptions } from "./templates.js";
export type { WaitOptions } from "./waiting.js";

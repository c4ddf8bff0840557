/** What is uploaded beside templates: pictures, clips and sounds. */

import { Download, type DownloadOptions } from "./downloads.js";
import { Failed } from "./errors.js";
import type { Http } from "./http.js";
import { idOf, isUpload, sourceOf, type Changes, type Customization, type Schemas, type Sound, type Upload } from "./orders.js";
import { changesOf, type WaitOptions } from "./waiting.js";

export function formOf(file: Upload, name?: string): FormData {
  const form = new FormData();
  const isBlob = file instanceof Blob;
  const data = isBlob ? file : file.data instanceof Blob ? file.data : new Blob([file.data as BlobPart]);
  form.append("file", data, file.name);
  if (name !== undefined) form.append("name", name);
  return form;
}

/** Pictures and clips that take the place of a template's. */
export class Assets {
  private readonly uploaded = new WeakMap<object, Promise<Schemas["AssetDto"]>>();

  constructor(private readonly http: Http) {}

  /** Keep a picture (PNG, JPEG, GIF, TGA, WebP) or a clip (MP4). */
  async upload(file: Upload, name?: string): Promise<Schemas["AssetDto"]> {
    return this.http.json("POST", "/asset", { form: formOf(file, name) });
  }

  async list(page: { skip?: number; take?: number } = {}): Promise<Schemas["AssetDto"][]> {
    return this.http.json("GET", "/asset", { query: page });
  }

  async delete(asset: Schemas["AssetDto"] | string): Promise<void> {
    await this.http.json("DELETE", `/asset/${idOf(asset, "asset")}`);
  }

  download(asset: Schemas["AssetDto"] | string, options?: DownloadOptions): Download {
    return new Download(this.http, `/asset/${idOf(asset, "asset")}/download`, options);
  }

  /** The entries of a customization map for images and videos, each file uploaded once. */
  async sources(changes: Changes): Promise<Customization[]> {
    const found: Customization[] = [];
    for (const kind of ["image", "video"] as const) {
      for (const [layer, given] of Object.entries(changes[`${kind}s`] ?? {})) {
        const source = sourceOf(given) ?? { assetId: (await this.once(given as Upload)).id };
        found.push({ layer, [kind]: source });
      }
    }
    return found;
  }

  private once(file: Upload): Promise<Schemas["AssetDto"]> {
    const known = this.uploaded.get(file);
    if (known) return known;
    const made = this.upload(file);
    this.uploaded.set(file, made);
    made.catch(() => this.uploaded.delete(file));
    return made;
  }
}

/** Sounds under videos. */
export class Sounds {
  private readonly uploaded = new WeakMap<object, Promise<Schemas["AudioDto"]>>();

  constructor(private readonly http: Http) {}

  /** Keep a sound (MP3, WAV, AAC), and wait until it is ready. Throws Failed with the service's reason. */
  async upload(file: Upload, options: WaitOptions = {}): Promise<Schemas["AudioDto"]> {
    const queued = await this.http.json<Schemas["AudioUploaded"]>("POST", "/audio/upload", { form: formOf(file) });
    const id = queued.audioId;
    const look = (): Promise<Schemas["AudioJobDto"]> => this.http.json("GET", `/audio/${id}/status`, options);
    for await (const job of changesOf(look, ({ status }) => status === "completed", `the sound ${file.name}`, options))
      if (job.status === "failed") throw new Failed("sound", id, "failed", job.reason);
    return this.http.json("GET", `/audio/${id}`);
  }

  async list(page: { skip?: number; take?: number } = {}): Promise<Schemas["AudioListEntry"][]> {
    return this.http.json("GET", "/audio/list", { query: page });
  }

  async delete(sound: Schemas["AudioDto"] | string): Promise<void> {
    await this.http.json("DELETE", `/audio/${idOf(sound, "sound")}`);
  }

  async idOf(sound: Sound): Promise<string> {
    if (typeof sound === "string" || !isUpload(sound)) return idOf(sound, "sound");
    const known = this.uploaded.get(sound) ?? this.upload(sound);
    this.uploaded.set(sound, known);
    known.catch(() => this.uploaded.delete(sound));
    return (await known).id;
  }
}

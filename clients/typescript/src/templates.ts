/** Templates: upload, look, preview. */

import { Download, type DownloadOptions } from "./downloads.js";
import { Failed } from "./errors.js";
import { formOf, type Assets } from "./files.js";
import type { Http } from "./http.js";
import { entriesOf, idOf, withoutChanges, type Cut, type Schemas, type Template, type Upload, type View } from "./orders.js";
import { changesOf, type WaitOptions } from "./waiting.js";

export interface UploadOptions extends WaitOptions {
  /** What the template is called; that of the file where it is left out. */
  readonly name?: string;
  /** Is called with each stage, such as `validating` and `analyzing`. */
  readonly onStage?: (stage: string) => void;
}

/** A preview: the picture, what it shows, and what does not show as its author meant. */
export type Picture = Omit<Schemas["PreviewDto"], "image"> & { readonly image: Blob };

type Known = Schemas["TemplateDto"] | string;

/** The account's templates. */
export class Templates {
  constructor(
    private readonly http: Http,
    private readonly assets: Assets,
  ) {}

  /** Upload a template's ZIP, and wait until the service has looked at it. Throws Failed with the service's reason. */
  async upload(file: Upload, options: UploadOptions = {}): Promise<Schemas["TemplateDetail"]> {
    const sent = { form: formOf(file, options.name), signal: options.signal };
    const queued = await this.http.json<Schemas["TemplateUploaded"]>("POST", "/template/upload", sent);
    return this.wait(queued.templateId, options);
  }

  /** Wait until an uploaded template is ready; as `upload` does. */
  async wait(template: Known, options: UploadOptions = {}): Promise<Schemas["TemplateDetail"]> {
    const id = idOf(template, "template");
    const what = `the analysis of the template ${id}`;
    let stage = "";
    for await (const job of changesOf(() => this.status(id), ({ status }) => status === "completed", what, options)) {
      if (job.status === "failed") throw new Failed("template", id, "failed", job.reason);
      if (job.stage !== stage) options.onStage?.(job.stage);
      stage = job.stage;
    }
    return this.get(id);
  }

  async status(template: Known): Promise<Schemas["TemplateJobDto"]> {
    return this.http.json("GET", `/template/${idOf(template, "template")}/status`);
  }

  /** A template with its layers, fonts, markers and findings. */
  async get(template: Known): Promise<Schemas["TemplateDetail"]> {
    return this.http.json("GET", `/template/${idOf(template, "template")}`);
  }

  /** All that are ready, newest first. */
  async list(): Promise<Schemas["TemplateDto"][]> {
    return this.http.json("GET", "/template/all");
  }

  /** A frame, or several side by side, as a render with these changes would draw it. */
  async preview(template: Template, view: View = {}): Promise<Picture> {
    const [id, json] = await this.previewed(template, view);
    const headers = { Accept: "application/json" };
    const told = await this.http.json<Schemas["PreviewDto"]>("POST", `/template/${id}/preview`, { json, headers });
    const { image, ...rest } = told;
    const bytes = Uint8Array.from(atob(image), (sign) => sign.charCodeAt(0));
    return { ...rest, image: new Blob([bytes], { type: told.contentType }) };
  }

  /** A short, small video of some frames, drawn at once; nothing is queued or charged. */
  async clip(template: Template, cut: Cut = {}): Promise<Blob> {
    const [id, json] = await this.previewed(template, cut);
    return (await this.http.open("POST", `/template/${id}/preview/clip`, { json })).blob();
  }

  private async previewed(template: Template, given: View | Cut): Promise<[string, object]> {
    const instance = typeof template !== "string" && "templateId" in template ? template : null;
    const customizationMap = entriesOf(given, await this.assets.sources(given));
    const named = instance ? { templateInstanceId: instance.id } : {};
    return [instance?.templateId ?? idOf(template, "template"), { ...withoutChanges(given), ...named, customizationMap }];
  }

  async delete(template: Known): Promise<void> {
    await this.http.json("DELETE", `/template/${idOf(template, "template")}`);
  }

  /** The ZIP as it was uploaded. */
  download(template: Known, options?: DownloadOptions): Download {
    return new Download(this.http, `/template/${idOf(template, "template")}/download`, options);
  }
}

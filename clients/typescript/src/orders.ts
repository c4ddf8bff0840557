/** What a render is made of, in the words of its caller, and how the service says it. */

import type { components } from "./generated/schema.js";

export type Schemas = components["schemas"];
export type Encoder = Partial<Schemas["EncoderConfigRequest"]>;
export type Customization = Schemas["CustomizationEntry"];

/** A file to upload: a `File`, or bytes with a name. `velocity-client/node` makes one of a path. */
export type Upload = File | { readonly data: Blob | Uint8Array; readonly name: string };
/** A picture or clip: a file, an asset, an asset's id, `data:...`, or the service's own words. */
export type Given = Upload | Schemas["AssetDto"] | Schemas["MediaSource"] | string;
/** A sound: a file, an audio, or its id. */
export type Sound = Upload | Schemas["AudioDto"] | string;
/** A template, an instance of a campaign, or a template's id. */
export type Template = Schemas["TemplateDto"] | Schemas["InstanceDto"] | string;

/** What is said, and how it looks: `{ text }`, `{ assetId }`, `{ words, style: "karaoke" }` and so on. */
export type Captions = Partial<Schemas["CaptionsRequest"]>;

/** What of the template changes, by the names of its layers. */
export interface Changes {
  readonly texts?: Readonly<Record<string, string | Schemas["TextSpan"][] | Schemas["TextChange"]>>;
  readonly images?: Readonly<Record<string, Given>>;
  readonly videos?: Readonly<Record<string, Given>>;
  readonly colors?: Readonly<Record<string, string>>;
  readonly visible?: Readonly<Record<string, boolean>>;
  readonly slots?: Readonly<Record<string, unknown>>;
  /** Entries as the service takes them, for all that has no word of its own here. */
  readonly customizations?: readonly Customization[];
}

/** How the video is made. */
export interface Settings {
  readonly name?: string;
  /** Words of the caller's own, which the service hands through to the status, to lists and to webhooks. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly audio?: Sound;
  readonly encoder?: Encoder;
  /** The first frame, and the one after the last. */
  readonly frames?: readonly [number | null, number | null];
  /** How long the video is: seconds, "audio", or "layer:" and the name of a layer that shows a clip. */
  readonly duration?: number | string;
  readonly captions?: Captions;
  /** How layers with the motion blur switch are blurred; what is left out is as in After Effects. */
  readonly motionBlur?: Partial<Schemas["MotionBlurRequest"]>;
  readonly poster?: Partial<Schemas["PosterRequest"]>;
  readonly webhookUrl?: string;
  readonly executor?: string;
}

export interface Order extends Changes, Settings {}

/** What a preview shows: one frame, a marker's, or several side by side. */
export type View = Changes & Partial<Omit<Schemas["PreviewRequest"], "customizationMap" | "templateInstanceId">>;
/** What a short clip shows. */
export type Cut = Changes & Partial<Omit<Schemas["ClipRequest"], "customizationMap" | "templateInstanceId">>;

/** A video of a batch. */
export interface Row extends Changes {
  readonly name?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly audio?: Sound;
  /** What is said in this video; how that looks is said by the captions of the batch. */
  readonly captions?: Partial<Schemas["CaptionsSource"]>;
}

/** Bytes per second at most, where the caller says nothing: enough for 1080p. */
export const USUAL_BITRATE = 1_000_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function isId(given: unknown): boolean {
  return typeof given === "string" && UUID.test(given);
}

export function idOf(given: { readonly id: string } | string, what: string): string {
  const id = typeof given === "string" ? given : given.id;
  if (!isId(id)) throw new TypeError(`${JSON.stringify(id)} is no ${what}: give what the client returned, or its id`);
  return id;
}

/** How a request names its template. */
export function templateField(template: Template): { templateId: string } | { templateInstanceId: string } {
  const isInstance = typeof template !== "string" && "templateId" in template;
  const id = idOf(template, "template");
  return isInstance ? { templateInstanceId: id } : { templateId: id };
}

export function nameOf(template: Template): string {
  return typeof template === "string" ? "Video" : (template.name ?? "Video");
}

/** How a request names a picture or clip; null where it is a file that has to be uploaded first. */
export function sourceOf(given: Given): Schemas["MediaSource"] | null {
  if (typeof given === "string") {
    if (isId(given)) return { assetId: given };
    if (given.startsWith("data:")) return { data: given };
    throw new TypeError(`${JSON.stringify(given.slice(0, 80))} is no picture or clip: give a file, an asset or its id`);
  }
  if (isUpload(given)) return null;
  return "id" in given ? { assetId: given.id } : given;
}

export function isUpload(given: object): given is Upload {
  return given instanceof Blob || ("data" in given && typeof given.data !== "string");
}

const CHANGES = ["texts", "images", "videos", "colors", "visible", "slots", "customizations"] as const;

/** What is not about the template's layers. */
export function withoutChanges<Given extends Changes>(given: Given): Omit<Given, keyof Changes> {
  const found: Given = { ...given };
  for (const word of CHANGES) delete found[word];
  return found;
}

/** The customization map; `sources` are those of images and videos. */
export function entriesOf(changes: Changes, sources: readonly Customization[]): Customization[] {
  const each = <Value>(of: Readonly<Record<string, Value>> | undefined, make: (key: string, value: Value) => object) =>
    Object.entries(of ?? {}).map(([key, value]) => make(key, value) as Customization);
  return [
    ...each(changes.texts, (layer, text) => ({ layer, text })),
    ...each(changes.colors, (layer, color) => ({ layer, color })),
    ...each(changes.visible, (layer, visible) => ({ layer, visible })),
    ...sources,
    ...each(changes.slots, (slot, value) => ({ slot, value })),
    ...(changes.customizations ?? []),
  ];
}

/** The fields that a render and a batch share, but for the sound. */
export function settingsOf(settings: Settings): Omit<Schemas["RenderRequest"], "name"> {
  const [start, end] = settings.frames ?? [null, null];
  const framed = start !== null || end !== null;
  return {
    encoderConfig: { bitrate: USUAL_BITRATE, ...settings.encoder },
    ...(framed && { jobInfo: { ...(start !== null && { fStart: start }), ...(end !== null && { fEnd: end }) } }),
    ...(settings.duration !== undefined && {
      duration: typeof settings.duration === "string" ? { from: settings.duration } : { seconds: settings.duration },
    }),
    ...(settings.captions && { captions: settings.captions as Schemas["CaptionsRequest"] }),
    ...(settings.motionBlur && {
      motionBlur: { samples: 16, shutterAngle: 180, shutterPhase: -90, ...settings.motionBlur },
    }),
    ...(settings.metadata && { metadata: settings.metadata }),
    ...(settings.poster && { output: { poster: { format: "png" as const, ...settings.poster } } }),
    ...(settings.webhookUrl !== undefined && { webhookUrl: settings.webhookUrl }),
    ...(settings.executor !== undefined && { executor: settings.executor }),
  };
}

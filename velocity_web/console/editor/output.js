// The encoder's settings as people think of them, and the request that they mean.

export const QUALITIES = [
  { value: "0.4", label: "Small", hint: "For messages: details may blur where much moves." },
  { value: "1", label: "Balanced", hint: "For the web and social networks." },
  { value: "2", label: "High", hint: "For screens and presentations." },
  { value: "4", label: "Best", hint: "For editing further: four times the balanced size." },
];
const BITS_PER_PIXEL = 0.09;
const BITRATES = [20_000, 25_000_000]; // bytes a second
export const SPEEDS = [
  { value: "", label: "Usual" },
  { value: "0", label: "Slowest, smallest file" },
  { value: "1", label: "Slower" },
  { value: "2", label: "Slow" },
  { value: "3", label: "Medium" },
  { value: "4", label: "Fast" },
  { value: "5", label: "Fastest, largest file" },
];
export const RATE_CONTROLS = [
  { value: "1", label: "Even quality, capped (VBR)" },
  { value: "0", label: "Constant bitrate (CBR)" },
  { value: "2", label: "Constant quantiser (CQP)" },
];
const HEIGHTS = [2160, 1440, 1080, 720, 540, 360];

export const USUAL = Object.freeze({
  codec: "h264", container: "", size: "", quality: "1", megabits: "", fps: "", preset: "", rc: "1", qp: "", gop: "",
  idr: "", profile: "", level: "", audioBitrate: "", range: "all", start: "", end: "", audioId: "", poster: false,
  connection: "", path: "{name}.{ending}",
  captions: "", captionStyle: "box", captionLayer: "", captionMore: {},
  lasts: "", seconds: "",
  blur: false, shutterAngle: "", samples: "",
});

export function sizesOf(template) {
  const { width, height } = template;
  const own = { value: "", label: `${width} × ${height} (the template's own)` };
  const short = Math.min(width, height);
  const others = HEIGHTS.filter((side) => side !== short && side <= 2 * short).map((side) => {
    const scale = side / short;
    const sides = [even(width * scale), even(height * scale)];
    return { value: sides.join("x"), label: `${sides[0]} × ${sides[1]}` };
  });
  const square = [even(short), even(short)];
  const shapes = [[square, "square"], [[1080, 1920], "upright"], [[1920, 1080], "wide"]]
    .filter(([[w, h]]) => w / h !== width / height)
    .map(([sides, word]) => ({ value: sides.join("x"), label: `${sides[0]} × ${sides[1]} (${word}, with bars)` }));
  return [own, ...others, ...shapes];
}

const even = (side) => Math.max(16, 2 * Math.round(side / 2));

export function sidesOf(output, template) {
  return output.size ? output.size.split("x").map(Number) : [template.width, template.height];
}

export function bitrateOf(output, template) {
  if (output.megabits) return bounded((Number(output.megabits) * 1e6) / 8);
  const [width, height] = sidesOf(output, template);
  const rate = output.fps ? Number(output.fps) : template.frameRate;
  return bounded((Number(output.quality) * BITS_PER_PIXEL * width * height * rate) / 8);
}

function bounded(bytesPerSecond) {
  return Math.round(Math.min(BITRATES[1], Math.max(BITRATES[0], bytesPerSecond)) / 500) * 500;
}

export function encoderConfigOf(output, template) {
  const config = { bitrate: bitrateOf(output, template) };
  if (output.codec !== "h264") config.codec = output.codec;
  if (output.container) config.container = output.container;
  if (output.size) config.res = sidesOf(output, template);
  if (output.fps) [config.fpsNum, config.fpsDenum] = output.fps.includes(".") ? [Math.round(Number(output.fps) * 1001), 1001] : [Number(output.fps), 1];
  if (output.rc !== "1") config.rc = Number(output.rc);
  for (const key of ["preset", "gop", "idr", "profile", "level", "audioBitrate"]) {
    if (output[key] !== "") config[key] = Number(output[key]);
  }
  if (output.rc === "2" && output.qp !== "") config.qp = Number(output.qp);
  return config;
}

// Whether videos of a template can be longer or shorter than it: its markers say that.
export function isElastic(template) {
  return Boolean(template.lengths && template.lengths.shortest < template.lengths.longest);
}

// What a length can follow: the chosen sound, and each layer that shows a clip.
export function lengthsOf(output, template) {
  const clips = template.layers.filter((one) => one.kind === "video" && one.path);
  return [
    { value: "", label: `${Math.round(100 * template.duration) / 100} s (the template's own)` },
    { value: "seconds", label: "So many seconds" },
    ...(output.audioId ? [{ value: "audio", label: "As long as the sound" }] : []),
    ...clips.map((one) => ({ value: `layer:${one.path}`, label: `As long as the clip in “${one.path}”` })),
  ];
}

export function durationOf(output, template) {
  if (!isElastic(template) || !output.lasts) return null;
  if (output.lasts === "seconds") return output.seconds === "" ? null : { seconds: Number(output.seconds) };
  return output.lasts === "audio" && !output.audioId ? null : { from: output.lasts };
}

export function rangeOf(output, template) {
  if (output.range === "all") return null;
  if (output.range !== "custom" && durationOf(output, template)) return null; // a marker is elsewhere then
  if (output.range === "custom") {
    const end = output.end === "" ? (durationOf(output, template) ? undefined : template.frameCount) : Number(output.end);
    return [output.start === "" ? 0 : Number(output.start), end];
  }
  const marker = template.markers[Number(output.range.slice(1))];
  return marker ? [Math.round(marker.time), Math.round(marker.time + marker.duration)] : null;
}

export const CAPTION_STYLES = [
  { value: "box", label: "On a box" },
  { value: "outline", label: "With an outline" },
  { value: "karaoke", label: "A colour runs through the words" },
  { value: "highlight", label: "The present word has a colour" },
  { value: "pop", label: "Words spring up" },
  { value: "none", label: "Not drawn: a file for players alone" },
];

// What is said, as a request has it; undefined where nothing is.
export function captionsOf(output) {
  if (!output.captions?.trim()) return undefined;
  const captions = { ...output.captionMore, text: output.captions, style: output.captionStyle };
  if (output.captionLayer) captions.layer = output.captionLayer;
  return captions;
}

// How layers with the motion blur switch are blurred, evenly before and after the moment; undefined for not at all.
export function motionBlurOf(output) {
  if (!output.blur) return undefined;
  const blur = {};
  if (output.samples) blur.samples = Number(output.samples);
  if (output.shutterAngle) [blur.shutterAngle, blur.shutterPhase] = [Number(output.shutterAngle), -Number(output.shutterAngle) / 2];
  return blur;
}

// The fields of a request that say how its videos are, for a render and for all of a batch.
export function outputFields(output, template) {
  const request = { encoderConfig: encoderConfigOf(output, template) };
  const range = rangeOf(output, template);
  if (range) request.jobInfo = { fStart: range[0], fEnd: range[1] };
  if (output.audioId) request.audioId = output.audioId;
  const lasting = durationOf(output, template);
  if (lasting) request.duration = lasting;
  if (output.poster) request.output = { poster: { format: "jpeg" } };
  if (output.connection && output.path) request.destinations = [{ connection: output.connection, path: output.path }];
  const captions = captionsOf(output);
  if (captions) request.captions = captions;
  const motionBlur = motionBlurOf(output);
  if (motionBlur) request.motionBlur = motionBlur;
  return request;
}

export function requestOf({ template, name, map, output }) {
  const request = { templateId: template.id, name, ...outputFields(output, template) };
  if (map.length) request.customizationMap = map;
  return request;
}

// The settings that an earlier render's request means, to begin from.
export function outputFrom(detail, codecs) {
  const { encoderConfig: config = {}, jobInfo = {}, audioId, duration, captions, motionBlur } = detail;
  const { text: said = "", style = "box", layer = "", ...more } = captions || {};
  const text = (value) => (value === undefined || value === null ? "" : String(value));
  const named = codecs.find((one) => one.name === config.codec || one.number === config.codec);
  const limited = jobInfo && (jobInfo.fStart || jobInfo.fEnd);
  return {
    ...USUAL,
    blur: Boolean(motionBlur), shutterAngle: text(motionBlur?.shutterAngle), samples: text(motionBlur?.samples),
    codec: named?.name || "h264",
    container: text(config.container),
    size: config.res ? config.res.join("x") : "",
    megabits: config.bitrate ? String((config.bitrate * 8) / 1e6) : "",
    fps: config.fpsNum ? text(Math.round((1000 * config.fpsNum) / (config.fpsDenum || 1)) / 1000) : "",
    preset: text(config.preset), rc: text(config.rc ?? 1), qp: text(config.qp), gop: text(config.gop), idr: text(config.idr),
    profile: text(config.profile), level: text(config.level), audioBitrate: text(config.audioBitrate),
    range: limited ? "custom" : "all", start: text(jobInfo?.fStart), end: text(jobInfo?.fEnd), audioId: text(audioId),
    captions: said, captionStyle: style, captionLayer: layer, captionMore: more,
    lasts: duration ? duration.from || "seconds" : "", seconds: text(duration?.seconds),
  };
}

import { useEffect, useState } from "../core/html.js";
import { durationOf } from "./output.js";

// How long the video becomes: the duration that its previews are asked with, how many frames of the composition it has,
// and where it has the template's markers. Previews have no sound, so the seconds of the chosen one are told; how long a
// clip makes it, and where the markers are then, the dry run tells: ``estimated`` is what ``useEstimate`` returned.
export function useLength({ api, template, output, estimated }) {
  const asked = durationOf(output, template);
  const sound = useSoundSeconds(api, asked?.from === "audio" ? output.audioId : "");
  const duration = asked?.from === "audio" ? (sound ? { seconds: sound } : null) : asked;
  const told = asked && isOf(estimated, asked, output) ? estimated.estimate?.timeline : null;
  if (!duration) return { duration, frameCount: template.frameCount, markers: template.markers };
  const frames = duration.seconds ? Math.ceil(duration.seconds * template.frameRate - 1e-6) : told?.frameCount ?? template.frameCount;
  return { duration, frameCount: Math.max(1, frames), markers: told?.markers || [] };
}

// Whether a dry run was about a video of this length, however it looks otherwise.
function isOf({ of }, asked, output) {
  return JSON.stringify(of?.duration) === JSON.stringify(asked) && (asked.from !== "audio" || of.audioId === output.audioId);
}

function useSoundSeconds(api, audioId) {
  const [known, setKnown] = useState({ audioId: "", seconds: null });
  useEffect(() => {
    if (!audioId) return undefined;
    const control = new AbortController();
    api.sound(audioId, control.signal).then((found) => setKnown({ audioId, seconds: found.duration }), () => {});
    return () => control.abort();
  }, [api, audioId]);
  return known.audioId === audioId ? known.seconds : null;
}

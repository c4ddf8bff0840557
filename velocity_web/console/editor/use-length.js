import { useEffect, useMemo, useState } from "../core/html.js";
import { durationOf } from "./output.js";
import { useEstimate } from "./use-estimate.js";

// How long the video becomes: the duration that its previews are asked with, and how many frames of the composition it
// has. Previews have no sound, so the seconds of the chosen one are told; how long a clip makes it, a dry run tells.
export function useLength({ api, template, output, request }) {
  const asked = durationOf(output, template);
  const sound = useSoundSeconds(api, asked?.from === "audio" ? output.audioId : "");
  const whole = useMemo(() => (asked?.from?.startsWith("layer:") ? { ...request, jobInfo: undefined } : null), [request]);
  const { estimate } = useEstimate(api, whole, template.revision || 0);
  const seconds = asked?.from === "audio" ? sound : asked?.seconds || (whole && estimate?.seconds);
  const duration = asked?.from === "audio" ? (sound ? { seconds: sound } : null) : asked;
  const frames = duration && seconds ? Math.ceil(seconds * template.frameRate - 1e-6) : template.frameCount;
  return { duration, frameCount: Math.max(1, frames) };
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

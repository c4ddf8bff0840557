import { useCallback, useRef, useState } from "../core/html.js";
import { words } from "../core/api-error.js";
import { insisting, isLost } from "../core/connection.js";

const LOOK = 300;
const NEW = { sent: 0, error: null, lost: false, again: null, findings: [], id: null, sentAt: null, failedAt: null };
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// Templates on their way: sent, then analysed by the service, also those that an earlier visit sent (``resume``).
// ``onReady`` gets the id of one that is whole, and whether it was sent earlier; one whose analysis failed has the time
// of that, ``failedAt``, and stays in the service's history until it is deleted there.
export function useUploads(api, onReady) {
  const [uploads, setUploads] = useState([]);
  const next = useRef(1);
  const followed = useRef(new Set()).current;
  const change = useCallback((key, told) => {
    setUploads((all) => all.map((one) => (one.key === key ? { ...one, ...told } : one)));
  }, []);
  const dismiss = useCallback((key) => setUploads((all) => all.filter((one) => one.key !== key)), []);
  const follow = async (key, id, signal, earlier = false) => {
    followed.add(id);
    for (;;) {
      const status = await insisting(() => api.templateStatus(id, signal), () => change(key, { lost: true }), signal);
      change(key, { stage: status.stage, findings: status.warnings, lost: false });
      if (status.status === "completed") return onReady(id, key, status, earlier);
      if (status.status === "failed") return change(key, { stage: "failed", error: status.reason, failedAt: status.completedAt });
      await pause(LOOK);
    }
  };
  const start = useCallback((file) => {
    const key = next.current++;
    const control = new AbortController();
    const entry = { ...NEW, key, name: file.name, size: file.size, stage: "sending", control };
    setUploads((all) => [entry, ...all]);
    const run = async () => {
      try {
        const onProgress = (sent) => change(key, { sent });
        const { templateId } = await api.uploadTemplate(file, { onProgress, signal: control.signal });
        change(key, { sent: 1, stage: "uploaded", id: templateId });
        await follow(key, templateId, control.signal);
      } catch (error) {
        if (error.name === "AbortError") setUploads((all) => all.filter((one) => one.key !== key));
        else change(key, { stage: "failed", error: words(error), again: isLost(error) || error.status === 429 ? () => { dismiss(key); start(file); } : null });
      }
    };
    run();
  }, [api, onReady]);
  const resume = useCallback((job) => {
    if (followed.has(job.templateId)) return;
    const key = next.current++;
    const control = new AbortController();
    const entry = { ...NEW, key, name: job.templateName, sentAt: job.createdAt, stage: job.stage, id: job.templateId, control };
    setUploads((all) => [...all, entry]);
    follow(key, job.templateId, control.signal, true).catch((error) => change(key, { stage: "failed", error: words(error) }));
  }, [api, onReady]);
  return { uploads, start, resume, dismiss, change };
}

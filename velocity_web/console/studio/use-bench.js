import { useEffect, useState } from "../core/html.js";
import { isAbort } from "../core/api-error.js";

const AGAIN = 1000; // milliseconds until the studio is asked again that did not answer

// The template as its files are now. A save that cannot be opened leaves the last one in place, with the reason.
export function useBench(api) {
  const [bench, setBench] = useState({ template: null, timeline: null, tree: [], path: "", fault: "", error: null, lost: false });
  useEffect(() => {
    if (!api) return undefined;
    const control = new AbortController();
    follow(api, control.signal, (told) => !control.signal.aborted && setBench((before) => ({ ...before, ...told })));
    return () => control.abort();
  }, [api]);
  return bench;
}

async function follow(api, signal, tell) {
  let revision = null;
  while (!signal.aborted) {
    try {
      const { templateId, path, ...state } = await api.changes(revision, signal);
      if (state.revision !== revision) {
        const isFirst = revision === null;
        const files = state.fault && !isFirst ? {} : await opened(api, templateId, signal);
        tell({ path, fault: state.fault, ...files, lost: false });
        api.timeline(templateId, signal).then((timeline) => tell({ timeline }), () => {}); // the page works without it
        revision = state.revision;
      }
    } catch (error) {
      if (isAbort(error)) return;
      if (error.status === 401 || error.status === 403) {
        tell({ error });
        return;
      }
      tell({ lost: true });
      revision = null; // it may have been started anew
      await new Promise((done) => setTimeout(done, AGAIN));
    }
  }
}

async function opened(api, id, signal) {
  const [template, tree] = await Promise.all([api.template(id, signal), api.layers(signal)]);
  return { template, tree };
}

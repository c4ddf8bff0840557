import { useEffect, useRef, useState } from "../core/html.js";
import { ApiError, isAbort } from "../core/api-error.js";
import { isLost, whenBack } from "../core/connection.js";

const KEPT = 80;
const SETTLE = 140; // milliseconds after the last key
const BUSY = [429, 503];

// The picture of a moment. While only the frame changes, the newest one is drawn as soon as the one before is there;
// a change of the values ends what is under way, since nobody wants to see it any more.
export function usePreview(api, templateId, wanted) {
  const [shown, setShown] = useState({ url: null, frame: null, findings: [], error: null, busy: false });
  const drawer = useRef(null);
  if (drawer.current === null) drawer.current = new Drawer(api, templateId, setShown);
  const key = JSON.stringify(wanted);
  useEffect(() => { drawer.current.want(wanted); }, [key]);
  useEffect(() => () => drawer.current.close(), []);
  return shown;
}

class Drawer {
  constructor(api, templateId, tell) {
    this.api = api;
    this.templateId = templateId;
    this.tell = tell;
    this.pictures = new Map();
    this.control = null;
    this.current = null;
    this.wanted = null;
    this.timer = 0;
    this.callOff = () => {};
  }

  want(wanted) {
    const typing = JSON.stringify([wanted.customizationMap, wanted.captions, wanted.motionBlur, wanted.duration]);
    const values = `${wanted.revision}|${typing}`;
    const key = `${wanted.frame}|${wanted.width}|${values}`;
    const typed = this.wanted !== null && this.wanted.typing !== typing;
    this.wanted = { ...wanted, key, values, typing };
    const kept = this.pictures.get(key);
    if (kept) {
      clearTimeout(this.timer);
      this.tell((before) => ({ ...before, ...kept, busy: false, error: null }));
      return;
    }
    if (this.current && this.current.values !== values) this.control.abort();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw(), typed ? SETTLE : 0);
  }

  async draw() {
    const wanted = this.wanted;
    if (this.pictures.has(wanted.key)) return;
    if (this.current && !this.control.signal.aborted) return; // its end looks again
    this.current = wanted;
    const control = (this.control = new AbortController());
    this.tell((before) => ({ ...before, busy: true }));
    let again = 0;
    try {
      const { customizationMap, captions, motionBlur, duration, frame, width } = wanted;
      const told = await this.api.preview(this.templateId, { customizationMap, captions, motionBlur, duration, frame, width }, control.signal);
      this.keep(wanted.key, { url: URL.createObjectURL(told.blob), frame, findings: told.findings });
      if (this.wanted.values === wanted.values) this.tell((b) => ({ ...b, ...this.pictures.get(wanted.key), error: null }));
    } catch (error) {
      if (isAbort(error)) {
        if (this.current === wanted) this.current = null;
        return;
      }
      if (error instanceof ApiError && BUSY.includes(error.status)) again = 1000 * (error.retryAfter || 1);
      else if (this.wanted.key === wanted.key) {
        this.current = null;
        this.tell((before) => ({ ...before, error, busy: false }));
        this.callOff();
        if (isLost(error)) this.callOff = whenBack(() => this.draw());
        return;
      }
    }
    this.current = null;
    if (again || this.wanted.key !== wanted.key) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.draw(), again);
    } else this.tell((before) => ({ ...before, busy: false }));
  }

  keep(key, picture) {
    this.pictures.set(key, picture);
    if (this.pictures.size <= KEPT) return;
    const [oldest, { url }] = this.pictures.entries().next().value;
    this.pictures.delete(oldest);
    URL.revokeObjectURL(url);
  }

  close() {
    clearTimeout(this.timer);
    this.callOff();
    this.control?.abort();
    for (const { url } of this.pictures.values()) URL.revokeObjectURL(url);
  }
}

import { ApiError, UNREACHABLE } from "./api-error.js";

export class Transport {
  constructor({ base = "", key = null, onUnauthorized = () => {} } = {}) {
    this.base = base;
    this.key = key;
    this.onUnauthorized = onUnauthorized;
  }

  get headers() {
    return this.key ? { "X-API-Key": this.key } : {};
  }

  async send(method, path, { query, json, body, type, headers, signal } = {}) {
    const url = this.base + path + searchOf(query);
    const told = { ...this.headers, ...headers };
    if (json !== undefined) told["Content-Type"] = "application/json";
    else if (type) told["Content-Type"] = type;
    const answer = await fetch(url, {
      method,
      headers: told,
      body: json === undefined ? body : JSON.stringify(json),
      signal,
    });
    if (!answer.ok && answer.status !== 304) throw await this.failure(answer);
    return answer;
  }

  async failure(answer) {
    let problem = {};
    try {
      problem = await answer.json();
    } catch {
      problem = { title: answer.statusText };
    }
    return this.noted(new ApiError(answer.status, problem, Number(answer.headers.get("Retry-After")) || 0));
  }

  noted(error) {
    if (error.status === 401) this.onUnauthorized();
    return error;
  }

  async json(method, path, options) {
    const answer = await this.send(method, path, options);
    return answer.json();
  }

  get(path, options) {
    return this.json("GET", path, options);
  }

  async blob(path, options) {
    const answer = await this.send("GET", path, options);
    return answer.blob();
  }

  // XMLHttpRequest, since fetch does not tell how much of a body is sent.
  upload(path, file, { fields = {}, onProgress = () => {}, signal } = {}) {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append("file", file, file.name);
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", this.base + path);
      for (const [name, value] of Object.entries(this.headers)) request.setRequestHeader(name, value);
      request.upload.onprogress = (event) => onProgress(event.lengthComputable ? event.loaded / event.total : 0);
      request.onerror = () => reject(new Error(UNREACHABLE));
      request.onabort = () => reject(new DOMException("The upload was cancelled", "AbortError"));
      request.onload = () => {
        const told = parsed(request.responseText);
        if (request.status >= 200 && request.status < 300) resolve(told);
        else reject(this.noted(new ApiError(request.status, told, Number(request.getResponseHeader("Retry-After")) || 0)));
      };
      signal?.addEventListener("abort", () => request.abort());
      request.send(form);
    });
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

export function searchOf(query) {
  const pairs = Object.entries(query || {}).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return pairs.length ? `?${new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]))}` : "";
}

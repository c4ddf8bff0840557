import { Api, findingsOf } from "../core/api.js";

// What the studio's own panels ask, beside what the template page does.
export class StudioApi extends Api {
  renderLink = null; // videos are files of this machine
  changes = (since, signal) => this.http.get("/studio/changes", { query: { since }, signal });
  layers = (signal) => this.http.get("/studio/layers", { signal });
  frame = (request, signal) => this.http.json("POST", "/studio/frame", { json: request, signal });
  costs = (request, signal) => this.http.json("POST", "/studio/costs", { json: request, signal });

  // Of whatever kind is made fastest.
  async preview(id, request, signal) {
    const answer = await this.http.send("POST", `/template/${id}/preview`, { json: request, signal });
    return { blob: await answer.blob(), findings: findingsOf(answer) };
  }
}

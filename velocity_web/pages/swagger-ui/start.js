"use strict";

// Where the newest of one's own things is found, by the names that its id has in paths, and as what it stands there.
const NEWEST = {
  templateId: ["/template/all", "id"],
  audioId: ["/audio/list?take=1", "id"],
  renderId: ["/render/history?take=1", "renderId"],
  groupId: ["/audio-asset-group?take=1", "id"],
  campaignId: ["/campaign?take=1", "id"],
  instanceId: ["/campaign/{campaignId}/template-instance?take=1", "id"],
  assetId: ["/asset?take=1", "id"],
  fontId: ["/font", "fontId"],
  batchId: ["/render/batch?take=1", "batchId"],
  webhookId: ["/webhook", "id"],
  deliveryId: ["/webhook/deliveries?take=1", "id"],
};

let examples = {};

// The ids that the document has as examples, by name.
function readExamples(document) {
  for (const operations of Object.values(document.paths)) {
    for (const operation of Object.values(operations)) {
      for (const { in: place, name, example } of operation.parameters ?? []) {
        if (place === "path" && example) examples[name] = example;
      }
    }
  }
}

async function newest(name, headers) {
  let [path, field] = NEWEST[name];
  if (path.includes("{campaignId}")) {
    path = path.replace("{campaignId}", (await newest("campaignId", headers)) ?? "");
  }
  const answer = await fetch(path, { headers }).catch(() => null); // the request itself tells what is wrong
  return answer?.ok ? (await answer.json())[0]?.[field] : undefined;
}

// An example's id stands for the newest of one's own things, so that what is shown works as it stands. But nobody's newest
// thing is deleted by trying out what an example does.
async function withOwnIds(request) {
  if (request.method === "DELETE") return request;
  const headers = { "X-API-Key": request.headers?.["X-API-Key"] ?? "" };
  const hasText = typeof request.body === "string";
  for (const name of Object.keys(NEWEST)) {
    const example = examples[name];
    if (!example || !(request.url.includes(example) || (hasText && request.body.includes(example)))) continue;
    const own = await newest(name, headers);
    if (!own) continue;
    request.url = request.url.replaceAll(example, own);
    if (hasText) request.body = request.body.replaceAll(example, own);
  }
  return request;
}

window.addEventListener("load", async () => {
  const spec = await (await fetch("/openapi.json")).json();
  readExamples(spec);
  SwaggerUIBundle({
    spec,
    dom_id: "#swagger-ui",
    deepLinking: true,
    persistAuthorization: true,
    requestInterceptor: withOwnIds,
  });
});

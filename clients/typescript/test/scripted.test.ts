// Against servers that answer what they are told to.

import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { Damaged, Refused, Velocity } from "velocity-client";
import { Forged, verify } from "velocity-client/webhooks";

const ID = "550e8400-e29b-41d4-a716-446655440000";
const retries = { firstPause: 5 };

async function serving(listener: RequestListener, use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test("Retry-After is kept", async () => {
  const times: number[] = [];
  const listener: RequestListener = (_request, response) => {
    times.push(Date.now());
    if (times.length === 1) response.writeHead(429, { "Retry-After": "1" }).end();
    else if (times.length === 2) response.writeHead(503).end("<html>");
    else response.writeHead(200, { "Content-Type": "application/json" }).end("[]");
  };
  await serving(listener, async (url) => {
    assert.deepEqual(await new Velocity(url, "key", { retries }).templates.list(), []);
    assert.ok((times[1] ?? 0) - (times[0] ?? 0) >= 990);
    assert.equal(times.length, 3);
  });
});

test("it does not wait for ever", async () => {
  let asked = 0;
  const listener: RequestListener = (_request, response) => {
    asked++;
    response.writeHead(503, { "Retry-After": "86400" }).end('{"title": "Busy", "status": 503, "detail": "come back"}');
  };
  await serving(listener, async (url) => {
    await assert.rejects(new Velocity(url, "key", { retries }).templates.list(), /come back/);
    assert.equal(asked, 1);
  });
});

test("the key does not follow to the storage", async () => {
  const content = Buffer.from("video".repeat(1000));
  const asked: IncomingMessage[] = [];
  const bucket: RequestListener = (request, response) => {
    asked.push(request);
    response.writeHead(200, { ETag: '"of-the-bucket"', "Content-Length": content.length }).end(content);
  };
  await serving(bucket, (there) =>
    serving(
      (_request, response) => response.writeHead(307, { Location: `${there}/signed?token=1` }).end(),
      async (url) => {
        const blob = await new Velocity(url, "secret").renders.get(ID).download().blob();
        assert.deepEqual(Buffer.from(await blob.arrayBuffer()), content);
        assert.equal(asked.length, 1);
        assert.ok(!JSON.stringify(asked[0]?.headers).includes("secret"));
      },
    ),
  );
});

test("a file that changes while it is downloaded is no file", async () => {
  let asked = 0;
  const listener: RequestListener = (_request, response) => {
    const content = Buffer.alloc(100_000, `${asked++}`);
    const tag = `"${createHash("sha256").update(content).digest("hex")}"`;
    response.writeHead(200, { ETag: tag, "Content-Length": content.length });
    if (asked > 1) response.end(content);
    else response.write(content.subarray(0, 50_000), () => setTimeout(() => response.destroy(), 50));
  };
  await serving(listener, async (url) => {
    await assert.rejects(new Velocity(url, "key", { retries }).renders.get(ID).download().blob(), Damaged);
  });
});

test("a proxy's error is an error, too", async () => {
  const listener: RequestListener = (_request, response) => void response.writeHead(404).end("<html>");
  await serving(listener, async (url) => {
    const error = await new Velocity(url, "key").templates.list().catch((fault: unknown) => fault);
    assert.ok(error instanceof Refused);
    assert.equal(error.message, "GET /template/all was answered 404 Not Found");
  });
});

test("webhooks are verified", async () => {
  const secret = `whsec_${Buffer.from("a secret of some length").toString("base64")}`;
  const body = JSON.stringify({ type: "render.completed", timestamp: "", data: { name: "Grüße" } });
  const stamp = String(Math.floor(Date.now() / 1000));
  const sign = (text: string): string =>
    createHmac("sha256", "a secret of some length").update(text).digest("base64");
  const headers = {
    "Webhook-Id": "msg_1",
    "webhook-timestamp": stamp,
    "webhook-signature": `v1,!! v1,${sign(`msg_1.${stamp}.${body}`)}`,
  };
  assert.deepEqual((await verify(body, headers, secret)).data, { name: "Grüße" });
  assert.equal((await verify(body, new Headers(headers), secret)).type, "render.completed");
  const old = String(Number(stamp) - 1000);
  const signedOld = { ...headers, "webhook-timestamp": old, "webhook-signature": `v1,${sign(`msg_1.${old}.${body}`)}` };
  await assert.rejects(verify(`${body} `, headers, secret), Forged);
  await assert.rejects(verify(body, signedOld, secret), Forged);
  await assert.rejects(verify(body, {}, secret), Forged);
  await assert.rejects(verify(body, headers, `whsec_${Buffer.from("another").toString("base64")}`), Forged);
});

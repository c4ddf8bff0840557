// Against a live service, which tests/clients/test_typescript_client.py starts: it says where in the environment.

import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Failed, Refused, TimedOut, Unreachable, Velocity, type Schemas } from "velocity-client";
import { fileAt, save } from "velocity-client/node";

function given(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is not set`);
  return value;
}

const KEY = given("VELOCITY_KEY");
const FOLDER = given("TEST_FOLDER");
const retries = { firstPause: 10 };
const encoder = { bitrate: 100_000, preset: 5 };
const velocity = new Velocity(`${given("VELOCITY_URL")}/`, KEY, { retries });
const scratch = (): Promise<string> => mkdtemp(join(tmpdir(), "velocity-"));

test("from a file to a video", async () => {
  const stages: string[] = [];
  const file = await fileAt(join(FOLDER, "card.zip"));
  const template = await velocity.templates.upload(file, { onStage: (stage) => stages.push(stage) });
  assert.equal(template.name, "card");
  assert.equal(stages.at(-1), "completed");
  assert.deepEqual((await velocity.templates.list()).map(({ id }) => id), [template.id]);
  const folder = await scratch();
  await save(velocity.templates.download(template), join(folder, "again.zip"));
  assert.deepEqual(await readFile(join(folder, "again.zip")), await readFile(join(FOLDER, "card.zip")));

  const estimate = await velocity.estimate(template, { encoder });
  assert.ok(estimate.frames > 0);
  const render = await velocity.render(template, { name: "Mine", encoder, frames: [0, 5] });
  const seen: Schemas["RenderStatusDto"][] = [];
  for await (const status of render.progress()) seen.push(status);
  assert.deepEqual([seen.at(-1)?.status, seen.at(-1)?.framesDone], ["completed", 5]);
  let told: [number, number | null] = [0, null];
  const download = render.download({ onBytes: (have, all) => (told = [have, all]) });
  const video = await readFile(await save(download, join(folder, "video.mp4")));
  assert.equal(video.subarray(4, 8).toString(), "ftyp");
  assert.deepEqual(told, [video.length, video.length]);
  assert.deepEqual((await readdir(folder)).sort(), ["again.zip", "video.mp4"]);
  const blob = await render.download().blob();
  assert.equal(blob.type, "video/mp4");
  assert.deepEqual(Buffer.from(await blob.arrayBuffer()), video);
  const streamed = await new Response(velocity.renders.get(render.id).download().stream()).arrayBuffer();
  assert.equal(streamed.byteLength, video.length);
  const linked = await fetch((await render.link(60)).url);
  assert.equal((await linked.arrayBuffer()).byteLength, video.length);
  assert.equal((await velocity.renders.list())[0]?.name, "Mine");
  assert.ok((await velocity.budget()).usedMilliseconds > 0);
  await render.delete();
  await assert.rejects(render.detail(), (error) => error instanceof Refused && error.status === 404);
});

test("changes reach the template", async () => {
  const template = await velocity.templates.upload(await fileAt(given("DEMO")));
  const photo = await fileAt(join(FOLDER, "photo.png"));
  const audio = await fileAt(join(FOLDER, "sound.wav"));
  const changes = { texts: { Headline: "Hello" }, images: { Photo: photo } };
  const first = await velocity.render(template, { ...changes, encoder, audio, frames: [0, 2] });
  const second = await velocity.render(template, { ...changes, encoder: { ...encoder, res: [320, 180] }, frames: [0, 2] });
  await Promise.all([first.wait(), second.wait()]);
  const [asset, ...others] = await velocity.assets.list();
  assert.ok(asset);
  assert.deepEqual(others, []); // uploaded once
  assert.deepEqual((await first.detail()).customizationMap, [
    { layer: "Headline", text: "Hello" },
    { layer: "Photo", image: { assetId: asset.id } },
  ]);
  const picture = await velocity.templates.preview(template, { ...changes, frame: 1, width: 160, format: "jpeg" });
  assert.deepEqual([picture.width, picture.frames, picture.contentType], [160, [1], "image/jpeg"]);
  assert.deepEqual([...new Uint8Array(await picture.image.slice(0, 2).arrayBuffer())], [0xff, 0xd8]);
  const clip = await velocity.templates.clip(template, { ...changes, startFrame: 0, endFrame: 4, width: 64 });
  assert.equal(await clip.slice(4, 8).text(), "ftyp");
  assert.equal((await first.detail()).audioId, (await velocity.sounds.list())[0]?.id);
});

test("what is wrong is said", async () => {
  await assert.rejects(velocity.templates.upload(await fileAt(join(FOLDER, "broken.zip"))), (error) => {
    assert.ok(error instanceof Failed);
    assert.match(error.message, /^the template .* failed: .*data\.json/);
    return true;
  });
  const template = await velocity.templates.upload(await fileAt(join(FOLDER, "card.zip")));
  await assert.rejects(velocity.render(template, { texts: { Nowhere: "Hello" } }), (error) => {
    assert.ok(error instanceof Refused);
    assert.equal(error.status, 400);
    assert.match(error.message, /Nowhere/);
    return true;
  });
  await assert.rejects(velocity.render("no-id"), TypeError);
  const slow = await velocity.templates.upload(await fileAt(join(FOLDER, "slow.zip")));
  const render = await velocity.render(slow, { encoder });
  await assert.rejects(render.wait({ timeout: 100 }), TimedOut);
  await render.cancel();
  await assert.rejects(render.wait(), (error) => error instanceof Failed && error.status === "cancelled");
});

test("a batch", async () => {
  const template = await velocity.templates.upload(await fileAt(join(FOLDER, "card.zip")));
  const rows = [{ name: "Ada" }, { name: "Grace", texts: { Nowhere: "x" } }];
  const batch = await velocity.batch(template, rows, { encoder });
  const ended = await batch.wait();
  assert.deepEqual(ended.rows.map(({ status }) => status), ["completed", "rejected"]);
  const csv = await velocity.batch(template, "name\nHedy\n", { encoder });
  assert.deepEqual((await csv.wait()).rows.map(({ name }) => name), ["Hedy"]);
});

test("a download goes on where the connection broke", async () => {
  const broken = new Velocity(given("BREAKING_URL"), KEY, { retries });
  const template = await broken.templates.upload(await fileAt(join(FOLDER, "card.zip")));
  const render = await broken.render(template, { encoder: { bitrate: 500_000, rc: 0 } });
  await render.wait();
  const path = await save(render.download(), join(await scratch(), "video.mp4"));
  const whole = await velocity.renders.get(render.id).download().blob();
  assert.deepEqual(await readFile(path), Buffer.from(await whole.arrayBuffer()));
});

test("a render whose answer was lost is one render, and an upload is not sent twice", async () => {
  const lossy = new Velocity(given("LOSSY_URL"), KEY, { retries });
  const file = await fileAt(join(FOLDER, "card.zip"));
  const before = (await velocity.renders.list({ take: 100 })).length;
  const template = await velocity.templates.upload(file);
  await (await lossy.render(template, { encoder })).wait();
  assert.equal((await velocity.renders.list({ take: 100 })).length, before + 1);
  await assert.rejects(lossy.templates.upload(file), Unreachable);
});

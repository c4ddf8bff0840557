// Draws Lottie documents by Skottie (canvaskit-wasm, full build). font_references.py calls it: the jobs are JSON on the
// standard input, {document, fonts: {name: file}, first, width, height, output: {frame: file}}.
const fs = require("fs");
const path = require("path");

const folder = path.join(process.argv[2], "canvaskit-wasm", "bin", "full");

async function main() {
  const kit = await require(path.join(folder, "canvaskit.js"))({ locateFile: (file) => path.join(folder, file) });
  for (const job of JSON.parse(fs.readFileSync(0, "utf8"))) {
    const assets = {};
    for (const [name, file] of Object.entries(job.fonts)) {
      const bytes = fs.readFileSync(file);
      assets[name] = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    }
    for (const [frame, file] of Object.entries(job.output)) {
      const animation = kit.MakeManagedAnimation(job.document, assets);
      const surface = kit.MakeSurface(job.width, job.height);
      const canvas = surface.getCanvas();
      canvas.clear(kit.TRANSPARENT);
      animation.seekFrame(Number(frame) - job.first);
      animation.render(canvas, kit.LTRBRect(0, 0, job.width, job.height));
      surface.flush();
      const image = surface.makeImageSnapshot();
      fs.writeFileSync(file, Buffer.from(image.encodeToBytes()));
      image.delete();
      surface.delete();
      animation.delete();
    }
  }
}

main();

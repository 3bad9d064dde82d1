// Builds contest/assets/ into contest/static/: bundled, minified, with content-hashed names,
// and manifest.json (name in the source -> name to serve), which the templates look up.
//
//   contest/assets/js/NAME.js     an entry point, unless NAME starts with "_"
//   contest/assets/css/NAME.css   an entry point, unless NAME starts with "_"
//   contest/assets/img/…          copied as it is, under a hashed name; so are
//   contest/assets/films/…        the guide's films, where "make films" has made them
//
// `import()` makes a chunk that is loaded when it is needed; importing a .wasm file gives its address.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const sources = path.join(root, "contest", "assets");
const output = path.resolve(process.argv[2] ?? path.join(root, "contest", "static"));

// What the phones of 2021 understand: a branch secretary's phone is rarely new.
const browsers = ["chrome80", "safari14.1", "firefox78"];

// What every page loads (templates/base.html): one file with all that it imports. Whatever else a page loads
// takes the same modules from there, so that a phone asks once and not for six small files in two rounds.
const EVERYWHERE = path.join(sources, "js", "app.js");

// One file each with all that it imports: the big screens (stage.js is read out of the ceremony's folder, too,
// without a server), service workers, and what runs before the page is drawn.
const ALONE = ["early.js", "jury_worker.js", "live.js", "push_worker.js", "stage.js"];

async function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found.filter((f) => f.isFile()).map((f) => path.join(f.parentPath ?? f.path, f.name)).sort();
}

async function entryPoints(kind) {
  const folder = path.join(sources, kind);
  const files = await filesUnder(folder);
  return files.filter((f) => f.endsWith(`.${kind}`) && path.dirname(f) === folder && !path.basename(f).startsWith("_"));
}

async function bundle(manifest) {
  const entries = [...(await entryPoints("js")), ...(await entryPoints("css"))];
  const alone = entries.filter((file) => ALONE.includes(path.basename(file)));
  const together = await built(manifest, entries.filter((file) => !alone.includes(file)), true);
  return [...together, ...(await built(manifest, alone, false))];
}

// What is no part of it begins with it: so esbuild makes one chunk of it, not one for each choice of its modules.
async function afterEverywhere() {
  const { metafile } = await build({ absWorkingDir: root, entryPoints: [EVERYWHERE], bundle: true, write: false, metafile: true });
  const parts = new Set(Object.keys(metafile.inputs).map((file) => path.join(root, file)));
  const load = async ({ path: file }) => {
    const text = await readFile(file, "utf8");
    return { contents: parts.has(file) ? text : `import ${JSON.stringify(EVERYWHERE)};\n${text}`, loader: "js" };
  };
  return { name: "everywhere", setup: (building) => building.onLoad({ filter: /\/assets\/js\/.*\.js$/ }, load) };
}

async function built(manifest, entries, splitting) {
  if (entries.length === 0) return [];
  const result = await build({
    absWorkingDir: root,
    entryPoints: entries,
    plugins: splitting ? [await afterEverywhere()] : [],
    outdir: output,
    bundle: true,
    minify: true,
    splitting,
    format: "esm",
    platform: "browser",
    target: browsers,
    metafile: true,
    legalComments: "linked",
    entryNames: "[name]-[hash]",
    chunkNames: "chunk-[hash]",
    assetNames: "[name]-[hash]",
    publicPath: "/static/",
    loader: { ".wasm": "file", ".woff2": "file", ".svg": "file", ".png": "file" },
    logLevel: "warning",
  });
  for (const [file, facts] of Object.entries(result.metafile.outputs)) {
    const source = namedSource(file, facts);
    if (source) manifest[path.basename(source)] = path.basename(whole(file, facts));
  }
  return Object.keys(result.metafile.outputs).map((file) => path.relative(output, path.join(root, file)));
}

// An entry point of which others take all is a chunk and a line that asks for it: a page asks for the chunk itself.
function whole(file, { inputs, imports }) {
  const empty = Object.values(inputs).every(({ bytesInOutput }) => bytesInOutput === 0);
  return empty && imports.length === 1 ? imports[0].path : file;
}

// What a template may ask for: our own entry points, and files taken over as they are
// (one input and no entry point of their own). Chunks are found by the code that needs them.
function namedSource(file, facts) {
  if (facts.entryPoint) return facts.entryPoint.startsWith("contest/assets/") ? facts.entryPoint : undefined;
  const inputs = Object.keys(facts.inputs);
  return inputs.length === 1 && !/\.(js|css|txt)$/.test(file) ? inputs[0] : undefined;
}

async function copyImages(manifest) {
  const folders = ["img", "films"].map((name) => path.join(sources, name));
  for (const file of (await Promise.all(folders.map(filesUnder))).flat()) {
    const hash = createHash("sha256").update(await readFile(file)).digest("hex").slice(0, 8).toUpperCase();
    const { name, ext } = path.parse(file);
    manifest[path.basename(file)] = `${name}-${hash}${ext}`;
    await copyFile(file, path.join(output, manifest[path.basename(file)]));
  }
}

// What the front server sends to whoever can unpack it (docker/nginx.conf), where that is shorter.
async function pack(files) {
  await mkdir(path.join(output, "packed"), { recursive: true });
  const packed = files.filter((file) => /\.(css|js|json|wasm|svg)$/.test(file)).map(async (file) => {
    const content = await readFile(path.join(output, file));
    const shorter = gzipSync(content, { level: 9 });
    if (shorter.length > 0.9 * content.length) return [];
    await writeFile(path.join(output, "packed", file), shorter);
    return [path.join("packed", file)];
  });
  return (await Promise.all(packed)).flat();
}

// The manifest changes hands in one rename, so a server that is running never sees half of it.
async function publish(manifest) {
  const sorted = Object.fromEntries(Object.entries(manifest).sort());
  const target = path.join(output, "manifest.json");
  await writeFile(`${target}.new`, JSON.stringify(sorted, null, 2) + "\n");
  await rename(`${target}.new`, target);
}

// Earlier builds' files go, once nothing names them any longer.
async function removeStale(kept) {
  for (const file of await filesUnder(output)) {
    if (!kept.has(path.relative(output, file))) await rm(file);
  }
}

await mkdir(output, { recursive: true });
const manifest = {};
const bundled = await bundle(manifest);
await copyImages(manifest);
const files = new Set([...bundled, ...Object.values(manifest)]);
const packed = await pack([...files]);
await publish(manifest);
await removeStale(new Set(["manifest.json", ...files, ...packed]));

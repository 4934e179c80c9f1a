// Builds dist/: CommonJS chunks that are loaded on demand, and in each file of them a V8 code cache.
// scripts/README.md says why it has this shape.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, lstatSync, mkdirSync, readdirSync, readFileSync, type Dirent } from 'node:fs';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build, transform, type Metafile } from 'esbuild';
import { pack } from '../src/loader/loader.cjs';
import { addonInputs, copyAddons } from './build/addons.ts';
import { compileNatives } from './build/client.ts';
import { notices } from './build/notices.ts';
import { bundlePage } from './build/page.ts';
import { functionEntries, functionsByName } from './build/functions-by-name.ts';
import { chunkName, placeChunks } from './build/place-chunks.ts';
import { passwordWordsReader, writePasswordWords } from './build/password-words.ts';
import { readyOpenApi, readyReader, writeReady } from './build/ready.ts';
import { readySearchIndex } from './build/search-index.ts';
import { trimmed } from './build/trimmed.ts';

const top = join(import.meta.dirname, '..');
const dist = join(top, 'dist');
// A name of its own: two builds at once do not disturb each other.
const draft = join(top, `dist.new.${process.pid}`);

async function bundle(): Promise<void> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: top,
    entryPoints: {
      ...{ start: 'src/cli/start.ts', main: 'src/cli/main.ts', lists: 'src/http/lists/start.ts' },
      ...functionEntries(top),
    },
    outdir: draft,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minify: true,
    charset: 'ascii',
    legalComments: 'none',
    plugins: [
      readySearchIndex(top),
      readyReader(top),
      readyOpenApi(top),
      passwordWordsReader(top),
      functionsByName(),
      trimmed(top),
    ],
    metafile: true,
    write: false,
  });
  const texts = new Map(outputFiles.map(({ path, text }) => [chunkName(path), text]));
  const { files, homes } = placeChunks(metafile);
  mkdirSync(join(draft, 'functions'));
  for (const [file, chunks] of files) {
    const address = (chunk: string) => {
      const home = chunks.has(chunk) ? file : homes.get(chunk);
      if (home === undefined) throw new Error(`The chunk ${chunk} stands in no file.`);
      return `#${home}/${chunk}`;
    };
    const parts: string[] = [];
    for (const chunk of chunks) {
      const body = await asCommonJs(texts.get(chunk) ?? '', address);
      parts.push(`${JSON.stringify(chunk)}:function(module,exports,require,__dirname){${body}}`);
    }
    writeFileSync(join(draft, file), pack(`({${parts.join(',\n')}})`));
  }
  const all = [metafile, await bundleServer(), await bundlePage(top, join(draft, 'page'))];
  const inputs = [...all.flatMap((one) => Object.keys(one.inputs)), ...addonInputs(top)];
  writeFileSync(join(draft, 'THIRD-PARTY-NOTICES.txt'), notices(top, inputs));
  for (const script of ['loader.cjs', 'lists-process.cjs'])
    copyFileSync(join(top, 'src/loader', script), join(draft, script));
}

/**
 * The server starts once and lives long: one file, all of it loaded at the start, and one for its thread. Processes
 * that work on users' files, or start tools, load nothing else than that. The server's file has a code cache: to compile
 * it at each start leaves 40 MB that the process never gives back.
 */
async function bundleServer(): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: top,
    entryPoints: {
      whmapi1d: 'src/http/start.ts',
      'password-worker': 'src/http/password-worker.ts',
      'user-files': 'src/machine/user-files/start.ts',
      'tool-starter': 'src/machine/linux/starter.ts',
    },
    outdir: draft,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    minify: true,
    // As require: Node's own import() takes longer, each time.
    supported: { 'dynamic-import': false },
    legalComments: 'none',
    plugins: [readyOpenApi(top), passwordWordsReader(top), trimmed(top)],
    metafile: true,
  });
  const server = join(draft, 'whmapi1d.cjs');
  const body = withEscapes(readFileSync(server, 'utf8'));
  writeFileSync(server, pack(`({start:function(module,exports,require,__dirname){${body}}})`));
  return metafile;
}

/** Splitting is only done for ES modules; CommonJS starts a fifth faster. */
async function asCommonJs(text: string, address: (chunk: string) => string): Promise<string> {
  const { code } = await transform(withPlainExports(text), {
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    minify: true,
    charset: 'ascii',
    supported: { 'dynamic-import': false },
  });
  return withEscapes(code).replaceAll(
    /require\("\.\.?\/(?:functions\/)?([\w.-]+)\.js"\)/g,
    (_all, chunk: string) => `require("${address(chunk)}")`,
  );
}

/** esbuild leaves other characters than ASCII in regular expressions as they are. */
function withEscapes(code: string): string {
  return code.replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Exports as values and imports as plain calls of `require`. esbuild would make getters of them, at each start, so that
 * a variable that changes later is seen: no chunk changes one once it has run, and none imports another in a circle.
 */
function withPlainExports(text: string): string {
  const [list = '', names = ''] = /export\{([^{}]*)\};\s*$/.exec(text) ?? [];
  const lines = names.split(',').map((part) => {
    const [own = '', name = own] = part.split(' as ');
    return own === '' ? '' : `exports.${name}=${own};`;
  });
  const body = text.slice(0, text.length - list.length);
  return `${body.replaceAll(/\bimport\(("[^"]+")\)/g, 'Promise.resolve().then(()=>require($1))')}${lines.join('')}`;
}

/** The same for the same program, whichever Node made the code cache. */
function buildId(): string {
  const hash = createHash('sha256');
  for (const path of readdirSync(draft, { recursive: true, encoding: 'utf8' }).sort()) {
    if (lstatSync(join(draft, path)).isFile())
      hash.update(`${path}\0`).update(readFileSync(join(draft, path)));
  }
  return hash.digest('hex');
}

/** File by file: a program that starts from dist/ meanwhile, as those of tests that run beside a build, finds all of them. */
function replaceDist(): void {
  const listed = (folder: string) => readdirSync(folder, { recursive: true, withFileTypes: true });
  const placeOf = (folder: string, { parentPath, name }: Dirent) => relative(folder, join(parentPath, name));
  mkdirSync(dist, { recursive: true });
  const made = new Set<string>();
  for (const one of listed(draft)) {
    const place = placeOf(draft, one);
    made.add(place);
    const target = join(dist, place);
    const isFolder = lstatSync(target, { throwIfNoEntry: false })?.isDirectory() ?? one.isDirectory();
    if (isFolder !== one.isDirectory()) rmSync(target, { recursive: true });
    if (one.isDirectory()) mkdirSync(target, { recursive: true });
    else {
      mkdirSync(dirname(target), { recursive: true });
      renameSync(join(draft, place), target);
    }
  }
  for (const one of listed(dist)) {
    const place = placeOf(dist, one);
    if (!made.has(place)) rmSync(join(dist, place), { recursive: true, force: true });
  }
  rmSync(draft, { recursive: true });
}

rmSync(draft, { recursive: true, force: true });
mkdirSync(draft);
await bundle();
copyAddons(top, draft);
await writeReady(draft);
writePasswordWords(draft);
writeFileSync(join(draft, 'build-id'), buildId());
compileNatives({ folder: draft, dist: draft, node: 'node' });
for (const script of ['warm.cjs', 'warm-server.cjs']) {
  const { status } = spawnSync(process.execPath, [join(top, 'scripts/build', script), draft], {
    stdio: 'inherit',
  });
  if (status !== 0)
    throw new Error('The code cache could not be made: a common call failed on the new build.');
}
replaceDist();

// Builds dist/: CommonJS chunks that are loaded on demand, and a V8 code cache for each. docs/DECISIONS.md has the
// measurements behind this shape.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { build as esbuild, transform, type Metafile, type Plugin } from 'esbuild';

const top = join(import.meta.dirname, '..');
const dist = join(top, 'dist');

/** Packages as they are published, and what a short-lived process needs otherwise. */
const trimmed: Plugin = {
  name: 'trimmed',
  setup(build) {
    // better-sqlite3 searches a dozen places for its addon through “bindings”; it stands in one.
    build.onResolve({ filter: /^bindings$/ }, () => ({ path: join(top, 'src/store/addon.cjs') }));
    // thirty-two calls `new Buffer`, which prints a deprecation warning once it is bundled.
    build.onLoad({ filter: /thirty-two\/.*\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8')
        .replaceAll('new Buffer(', 'bufferOf(')
        .concat(
          '\nfunction bufferOf(x) { return typeof x === "number" ? Buffer.alloc(x) : Buffer.from(x); }\n',
        ),
    }));
    // otplib's default plugins, in whose place the model gives Node's crypto and thirty-two.
    build.onLoad({ filter: /@otplib\/plugin-(crypto-noble|base32-scure)\// }, () => ({
      contents:
        'export const crypto = undefined, base32 = undefined, NobleCryptoPlugin = undefined, ScureBase32Plugin = undefined;',
    }));
    // commander loads child_process for subcommands in files of their own, which we have none of.
    build.onLoad({ filter: /commander\/lib\/command\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        /const childProcess = require\('node:child_process'\);/,
        'const childProcess = { get spawn() { return require("node:child_process").spawn; } };',
      ),
    }));
  },
};

async function bundle(): Promise<void> {
  const { outputFiles, metafile } = await esbuild({
    absWorkingDir: top,
    entryPoints: { start: 'src/cli/start.ts', main: 'src/cli/main.ts' },
    outdir: dist,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minify: true,
    charset: 'ascii',
    legalComments: 'none',
    external: ['*.node'],
    plugins: [trimmed],
    metafile: true,
    write: false,
  });
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  const texts = new Map(outputFiles.map(({ path, text }) => [chunkName(path), text]));
  const files = filesOf(metafile);
  for (const [file, chunks] of files) {
    const parts: string[] = [];
    for (const chunk of chunks) {
      const body = await asCommonJs(texts.get(chunk) ?? '', (id) => `#${fileOf(files, id)}/${id}`);
      parts.push(`${JSON.stringify(chunk)}:function(module,exports,require,__dirname){${body}}`);
    }
    writeFileSync(join(dist, file), `({${parts.join(',\n')}})`);
  }
  writeFileSync(join(dist, 'THIRD-PARTY-NOTICES.txt'), notices(Object.keys(metafile.inputs)));
  copyFileSync(join(top, 'src/loader.cjs'), join(dist, 'loader.cjs'));
}

type Files = ReadonlyMap<string, readonly string[]>;

/**
 * Which chunks stand together in which file. Every file costs a quarter of a millisecond to open, so what each start
 * needs is one file, and what each call needs besides is a second; all else stands alone.
 */
function filesOf({ outputs }: Metafile): Files {
  const imports = new Map(
    Object.entries(outputs).map(([path, output]) => [
      chunkName(path),
      output.imports.filter(({ kind }) => kind === 'import-statement').map((one) => chunkName(one.path)),
    ]),
  );
  const closure = (chunk: string, found = new Set<string>()): Set<string> => {
    if (found.has(chunk)) return found;
    found.add(chunk);
    for (const next of imports.get(chunk) ?? []) closure(next, found);
    return found;
  };
  const entry = (source: string) => {
    const [path] = Object.entries(outputs).find(([, output]) => output.entryPoint === source) ?? [];
    if (path === undefined) throw new Error(`${source} is no chunk of its own.`);
    return closure(chunkName(path));
  };
  const help = entry('src/cli/help.ts');
  const call = [...entry('src/cli/call.ts')];
  const start = new Set([...entry('src/cli/start.ts'), ...call.filter((chunk) => help.has(chunk))]);
  const together: [string, string[]][] = [
    ['start.cjs', [...start]],
    ['call.cjs', call.filter((chunk) => !start.has(chunk))],
  ];
  const placed = new Set(together.flatMap(([, chunks]) => chunks));
  const alone = [...imports.keys()].filter((chunk) => !placed.has(chunk));
  return new Map([...together, ...alone.map((chunk): [string, string[]] => [`${chunk}.cjs`, [chunk]])]);
}

function chunkName(path: string): string {
  return basename(path, '.js');
}

function fileOf(files: Files, chunk: string): string {
  const [file] = [...files].find(([, chunks]) => chunks.includes(chunk)) ?? [];
  if (file === undefined) throw new Error(`The chunk ${chunk} stands in no file.`);
  return file;
}

/** Splitting is only done for ES modules; CommonJS starts a fifth faster. */
async function asCommonJs(text: string, address: (chunk: string) => string): Promise<string> {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    minify: true,
    charset: 'ascii',
    supported: { 'dynamic-import': false },
  });
  return code.replaceAll(
    /require\("\.\/([\w.-]+)\.js"\)/g,
    (_all, chunk: string) => `require("${address(chunk)}")`,
  );
}

/** The licences of what is bundled. */
function notices(inputs: readonly string[]): string {
  const packages = new Set(
    inputs.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[0] ?? []),
  );
  return [...packages]
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(
        readFileSync(join(top, folder, 'package.json'), 'utf8'),
      ) as {
        name: string;
        version: string;
        license?: string;
      };
      return `${name} ${version} (${license ?? 'see below'})\n\n${licenceText(join(top, folder))}`;
    })
    .join(`\n\n${'-'.repeat(78)}\n\n`);
}

function licenceText(folder: string): string {
  for (const name of ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'LICENCE', 'License']) {
    try {
      return readFileSync(join(folder, name), 'utf8').trim();
    } catch {
      // The next name.
    }
  }
  return 'The package holds no licence file.';
}

await bundle();
const { status } = spawnSync(process.execPath, [join(top, 'scripts/warm.cjs')], { stdio: 'inherit' });
process.exitCode = status ?? 1;

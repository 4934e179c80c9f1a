// Which of esbuild's chunks stand together in which file of dist/.
import { basename } from 'node:path';
import type { Metafile } from 'esbuild';

/** What every start and every call opens. */
const COMMON = ['start.cjs', 'call.cjs'];

/** A shared chunk smaller than this is repeated in the files that need it. */
const SMALL_BYTES = 16_384;

/** A small chunk that so many files need stands in `shared.cjs` instead, which they open. */
const MANY_FILES = 20;

export interface Placed {
  /** The chunks in each file. */
  readonly files: ReadonlyMap<string, ReadonlySet<string>>;
  /** The file in which others find a chunk. */
  readonly homes: ReadonlyMap<string, string>;
}

/**
 * Files and the chunks in them. Opening a file costs a quarter of a millisecond: so what every start needs is one
 * file, what most calls need besides is a second, what many functions need is a third, and small chunks that few functions
 * share are repeated rather than opened.
 */
export function placeChunks({ outputs }: Metafile): Placed {
  const chunks = new Map(
    Object.entries(outputs).map(([path, { entryPoint, bytes, imports }]) => [
      chunkName(path),
      {
        entryPoint,
        isSmall: entryPoint === undefined && bytes < SMALL_BYTES,
        imports: imports.filter(({ kind }) => kind === 'import-statement').map((one) => chunkName(one.path)),
      },
    ]),
  );
  const fileOf = new Map(
    Object.keys(outputs).map((path) => [
      chunkName(path),
      `${path.includes('/functions/') ? 'functions/' : ''}${chunkName(path)}.cjs`,
    ]),
  );
  /** The chunk and all that it imports statically. */
  const closure = (chunk: string, found = new Set<string>()): Set<string> => {
    if (found.has(chunk)) return found;
    found.add(chunk);
    for (const next of chunks.get(chunk)?.imports ?? []) closure(next, found);
    return found;
  };
  const entry = (source: string) => {
    const [name] = [...chunks].find(([, { entryPoint }]) => entryPoint === source) ?? [];
    if (name === undefined) throw new Error(`${source} is not a chunk of its own.`);
    return closure(name);
  };

  // The smallest renderer, and what seals secrets, take less to read with every call than to open when they are needed.
  const call = [...entry('src/cli/call.ts'), ...entry('src/render/json.ts'), ...entry('src/store/sealer.ts')];
  // Reading what is ready, and telling calls from other command lines, is but a few lines.
  const start = new Set([
    ...entry('src/cli/start.ts'),
    ...entry('src/cli/ready.ts'),
    ...entry('src/cli/run.ts'),
  ]);
  const files = new Map<string, ReadonlySet<string>>([
    ['start.cjs', start],
    ['call.cjs', new Set(call.filter((chunk) => !start.has(chunk)))],
  ]);
  // A shell waits for each Tab: what completes a word is one file.
  const [complete = ''] = entry('src/cli/complete.ts');
  files.set(`${complete}.cjs`, new Set([...closure(complete)].filter((chunk) => !start.has(chunk))));
  const placed = new Set([...start, ...call, complete]);
  for (const [name, { isSmall }] of chunks) {
    if (placed.has(name) || isSmall) continue;
    const small = [...closure(name)].filter((one) => !placed.has(one) && chunks.get(one)?.isSmall === true);
    files.set(fileOf.get(name) ?? '', new Set([name, ...small]));
  }
  // A mistyped name is answered without what functions share.
  const [suggest = ''] = entry('src/cli/suggest.ts');
  const whole = [...COMMON, `${suggest}.cjs`];
  const shared = shareOf(files);
  for (const [file, own] of files) {
    if (!whole.includes(file)) files.set(file, new Set([...own].filter((chunk) => !shared.has(chunk))));
  }
  files.set('shared.cjs', shared);
  return { files, homes: homesOf(files) };
}

/** The chunks that are repeated too often. A file that is named after a chunk keeps it. */
function shareOf(files: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const counts = new Map<string, number>();
  for (const [file, chunks] of files) {
    if (COMMON.includes(file)) continue;
    for (const chunk of chunks) counts.set(chunk, (counts.get(chunk) ?? 0) + 1);
  }
  return new Set([...counts].filter(([, count]) => count >= MANY_FILES).map(([chunk]) => chunk));
}

/** What every start and call has open comes first; else it is the file that is named after the chunk. */
function homesOf(files: ReadonlyMap<string, ReadonlySet<string>>): Map<string, string> {
  const homes = new Map<string, string>();
  for (const [file, chunks] of files) {
    for (const chunk of chunks) {
      const isHome = [...COMMON, 'shared.cjs', `${chunk}.cjs`].includes(basename(file));
      if (isHome && !homes.has(chunk)) homes.set(chunk, file);
    }
  }
  return homes;
}

export function chunkName(path: string): string {
  return basename(path, '.js');
}

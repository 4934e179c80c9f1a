// Which of esbuild's chunks stand together in which file of dist/.
import { basename } from 'node:path';
import type { Metafile } from 'esbuild';

/** A shared chunk smaller than this is repeated in every file that needs it. */
const SMALL_BYTES = 4096;

/**
 * Files and the chunks in them. Opening a file costs a quarter of a millisecond: so what every start needs is one
 * file, what every call needs besides is a second, and small shared chunks are repeated rather than opened.
 */
export function placeChunks({ outputs }: Metafile): Map<string, ReadonlySet<string>> {
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
  /** The chunk and all that it imports statically. */
  const closure = (chunk: string, found = new Set<string>()): Set<string> => {
    if (found.has(chunk)) return found;
    found.add(chunk);
    for (const next of chunks.get(chunk)?.imports ?? []) closure(next, found);
    return found;
  };
  const entry = (source: string) => {
    const [name] = [...chunks].find(([, { entryPoint }]) => entryPoint === source) ?? [];
    if (name === undefined) throw new Error(`${source} is no chunk of its own.`);
    return closure(name);
  };

  const call = [...entry('src/cli/call.ts')];
  const start = entry('src/cli/start.ts');
  const files = new Map<string, ReadonlySet<string>>([
    ['start.cjs', start],
    ['call.cjs', new Set(call.filter((chunk) => !start.has(chunk)))],
  ]);
  // A shell waits for each Tab: what completes a word is one file, with the small parts of calls that functions need.
  const [complete = ''] = entry('src/cli/complete.ts');
  const whole = [...closure(complete), ...call.filter((chunk) => chunks.get(chunk)?.isSmall === true)];
  files.set(`${complete}.cjs`, new Set(whole.filter((chunk) => !start.has(chunk))));
  // The help of the command is one file, with the list of functions.
  const help = [...entry('src/cli/help.ts'), ...entry('src/functions/index.generated.ts')];
  files.set(`${help[0]}.cjs`, new Set(help.filter((chunk) => !start.has(chunk))));
  const placed = new Set([...start, ...call, complete, ...help.slice(0, 1)]);
  for (const [name, { isSmall }] of chunks) {
    if (placed.has(name) || isSmall) continue;
    const small = [...closure(name)].filter((one) => !placed.has(one) && chunks.get(one)?.isSmall === true);
    files.set(`${name}.cjs`, new Set([name, ...small]));
  }
  return files;
}

export function chunkName(path: string): string {
  return basename(path, '.js');
}

// Compiles the native commands whmapi1, uapi and cpapi2 (`src/client/whmapi1.c`).
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const top = join(import.meta.dirname, '../..');

/** Each has the name of its script in `bin/`. */
export const clients = ['whmapi1', 'uapi', 'cpapi2'] as const;

/** They run as root: whatever the compiler has against mistakes. */
export const hardening = [
  ...['-O2', '-std=gnu11', '-Wall', '-Wextra', '-Wconversion', '-Werror'],
  ...['-fstack-protector-strong', '-D_FORTIFY_SOURCE=3', '-fPIE', '-pie', '-Wl,-z,relro,-z,now'],
];

interface Surroundings {
  /** Where the commands are written, beside `bin/`. */
  readonly folder: string;
  /** The built program: its file `build-id` says which server the commands may use. */
  readonly dist: string;
  /** The name or path of Node. */
  readonly node: string;
}

/** @returns false if there is no C compiler. The commands then run in Node alone. */
export function compileNatives(around: Surroundings): boolean {
  return clients.every((name) => compileClient(name, around));
}

function compileClient(name: string, { folder, dist, node }: Surroundings): boolean {
  const build = readFileSync(join(dist, 'build-id'), 'latin1');
  const defined = { NAME: name, NODE: node, SCRIPT: `../bin/${name}`, BUILD: build };
  const definitions = Object.entries(defined).map(([key, value]) => `-D${key}=${JSON.stringify(value)}`);
  return compile('src/client/whmapi1.c', join(folder, name), definitions);
}

function compile(source: string, file: string, definitions: readonly string[] = []): boolean {
  const words = [...hardening, ...definitions, '-s', '-o', file, join(top, source)];
  const { error, status } = spawnSync(process.env.CC ?? 'cc', words, {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') return false;
  if (error !== undefined || status !== 0) throw new Error(`${source} could not be compiled.`);
  return true;
}

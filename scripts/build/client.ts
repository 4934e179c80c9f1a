// Compiles the native command whmapi1 (`src/client/whmapi1.c`).
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const top = join(import.meta.dirname, '../..');

/** It runs as root: whatever the compiler has against mistakes. */
export const hardening = [
  ...['-O2', '-std=gnu11', '-Wall', '-Wextra', '-Wconversion', '-Werror'],
  ...['-fstack-protector-strong', '-D_FORTIFY_SOURCE=3', '-fPIE', '-pie', '-Wl,-z,relro,-z,now'],
];

interface Client {
  readonly output: string;
  /** The built program: its file `build-id` says which server the command may use. */
  readonly dist: string;
  /** The name or path of Node. */
  readonly node: string;
  /** The program in Node, from the folder of the output. */
  readonly script: string;
}

/** @returns false if there is no C compiler. The command then runs in Node alone. */
export function compileClient({ output, dist, node, script }: Client): boolean {
  const defined = { NODE: node, SCRIPT: script, BUILD: readFileSync(join(dist, 'build-id'), 'latin1') };
  const definitions = Object.entries(defined).map(([name, value]) => `-D${name}=${JSON.stringify(value)}`);
  const words = [...hardening, ...definitions, '-s', '-o', output, join(top, 'src/client/whmapi1.c')];
  const { error, status } = spawnSync(process.env.CC ?? 'cc', words, {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return false;
  if (error !== undefined || status !== 0) throw new Error('src/client/whmapi1.c could not be compiled.');
  return true;
}

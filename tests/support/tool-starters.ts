// Both processes that start tools: the one in Node, and the native one (`src/tool-starter/tool-starter.c`).
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { StarterPrograms } from '../../src/machine/linux/tool-starter.ts';
import { builtScript } from './built-script.ts';

const source = resolve(__dirname, '../../src/tool-starter/tool-starter.c');

export const kinds = ['Node', 'native'] as const;
export type Kind = (typeof kinds)[number];

/** Built before the tests of the file that calls this at its top, and removed after them. */
export function toolStarters(): (kind: Kind) => StarterPrograms {
  const node = builtScript('src/machine/linux/starter.ts');
  let folder = '';
  const native = () => join(folder, 'tool-starter');
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'whmapi1-tool-starter-'));
    // A process of another user might run it.
    chmodSync(folder, 0o755);
    // What reads or writes where it should not ends the process.
    const checks = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-D_FORTIFY_SOURCE=0'];
    const words = ['-std=gnu11', '-g', '-O1', ...checks, '-o', native(), source];
    const { status, stderr } = spawnSync('cc', words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${source} could not be compiled: ${stderr}`);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return (kind) => ({ node: node.path, ...(kind === 'native' && { native: native() }) });
}

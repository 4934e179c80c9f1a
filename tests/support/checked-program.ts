// Programs in C, compiled with what ends them if they read or write where they should not.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

/** @param source from the top of this repository. */
export function compileWithChecks(source: string, program: string): void {
  const checks = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-D_FORTIFY_SOURCE=0'];
  const words = ['-std=gnu11', '-g', '-O1', ...checks, '-o', program, resolve(__dirname, '../..', source)];
  const { status, stderr } = spawnSync('cc', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${source} could not be compiled: ${stderr}`);
}

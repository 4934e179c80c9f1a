// The native commands (`src/client/whmapi1.c`), compiled with other definitions than those of the build.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const source = resolve(__dirname, '../../src/client/whmapi1.c');

/** What a test has the command believe. A `PATIENCE_MS` of a minute is enough for the slowest server. */
interface Definitions {
  readonly NAME: 'whmapi1' | 'uapi';
  readonly BUILD?: string;
  readonly NODE?: string;
  readonly PATIENCE_MS?: number;
  /** The most bytes of a request, and of standard input. The usual limit is what Linux starts. */
  readonly MAX_CONTENT?: number;
}

/** The compiler’s own checks end the command at an access outside its memory, and at undefined behaviour. */
const CHECKED = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
/** A command that fails to become Node ends with memory that it has not freed. */
const SETTINGS = 'const char *__asan_default_options(void) { return "detect_leaks=0"; }';

/** It cannot become the program in Node: there is none at the place where it looks. */
export function compileClient(file: string, definitions: Definitions): void {
  const defined = { NODE: process.execPath, SCRIPT: '../no-such-script', BUILD: 'of a test', ...definitions };
  const words = Object.entries(defined).map(([name, value]) => `-D${name}=${JSON.stringify(value)}`);
  const { status, stderr } = spawnSync('cc', [...CHECKED, ...words, '-o', file, source, '-x', 'c', '-'], {
    input: SETTINGS,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${source} could not be compiled: ${stderr}`);
}

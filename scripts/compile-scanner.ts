// Compiles the scanner of the bytes log to WebAssembly. Git tracks the result, so that builds do not need the compiler.
// `--check` writes nothing and fails if the tracked file is stale.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

const top = join(import.meta.dirname, '..');
const folder = join(top, 'src/drivers/bandwidth/scanner');
const target = join(folder, 'compiled.ts');

/** Its memory is larger than all its constants: 173 pages of 64 KiB. */
const OPTIONS = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--initialMemory', '173'];

function compile(): Buffer {
  const work = mkdtempSync(join(tmpdir(), 'whmapi1-scanner-'));
  try {
    const file = join(work, 'scanner.wasm');
    const asc = join(top, 'node_modules/assemblyscript/bin/asc.js');
    const { status } = spawnSync(process.execPath, [asc, 'scanner.ts', '--outFile', file, ...OPTIONS], {
      cwd: folder,
      stdio: 'inherit',
    });
    if (status !== 0) throw new Error('The scanner could not be compiled.');
    return readFileSync(file);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const module = `// Compiled from scanner.ts by \`npm run compile-scanner\`: do not edit.

/** WebAssembly, as base64. */
export const compiled = '${compile().toString('base64')}';
`;
const text = await format(module, { ...(await resolveConfig(target)), filepath: target });
if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  console.error(`${target} is stale: run npm run compile-scanner.`);
  process.exitCode = 1;
}

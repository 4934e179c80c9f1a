// Runs the tests that take hours: `npm run soak [-- --only=slow,machine]`. Each suite tries all places and values, not a part
// of them as in CI, and tests/soak runs too. It says at the end how long each part took. docs/SOAK.md has the last results.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

interface Result {
  readonly name: string;
  readonly status: number | null;
  readonly minutes: number;
}

const top = join(import.meta.dirname, '..');
const jest = ['node_modules/.bin/jest', '--config'];
const parts: Readonly<Record<string, readonly string[]>> = {
  unit: [...jest, 'jest.config.mjs'],
  slow: [...jest, 'jest.slow.config.mjs'],
  postgres: [...jest, 'jest.postgres.config.mjs'],
  machine: [...jest, 'jest.machine.config.mjs'],
  attack: ['npm', 'run', 'attack', '--', '--minutes=5'],
};
const { values } = parseArgs({ options: { only: { type: 'string' } } });
const chosen = values.only?.split(',') ?? Object.keys(parts);
if (chosen.some((name) => !Object.hasOwn(parts, name))) {
  process.stderr.write(`Usage: npm run soak [-- --only=${Object.keys(parts).join(',')}]\n`);
  process.exit(2);
}

/** Runs the chosen ones of some parts, one after another. `output` is a descriptor, or this program's own output. */
async function run(names: readonly string[], cwd: string, output: number | 'inherit'): Promise<Result[]> {
  const results: Result[] = [];
  for (const name of names.filter((each) => chosen.includes(each))) {
    const [program = '', ...words] = parts[name] ?? [];
    const began = Date.now();
    const child = spawn(program, words, {
      cwd,
      stdio: ['ignore', output, output],
      // A test that lacks its tool fails, and is not skipped.
      env: { ...process.env, WHMAPI1_SOAK: '1', WHMAPI1_TOOLS: 'required' },
    });
    const [status] = (await once(child, 'exit')) as [number | null];
    results.push({ name, status, minutes: (Date.now() - began) / 60_000 });
  }
  return results;
}

/** The machines wait most of the time, so they run beside other parts. Both build and pack, so each has its own tree. */
async function runMachines(): Promise<Result[]> {
  if (!chosen.includes('machine')) return [];
  const folder = await mkdtemp(join(tmpdir(), 'whmapi1-soak-'));
  try {
    const copy = join(folder, 'copy');
    await cp(top, copy, { recursive: true, verbatimSymlinks: true });
    await using output = await open(join(folder, 'output'), 'w');
    const results = await run(['machine'], copy, output.fd);
    process.stdout.write(await readFile(join(folder, 'output')));
    return results;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const beside = await Promise.all([run(['unit', 'slow', 'postgres'], top, 'inherit'), runMachines()]);
// Attacks measure how long others wait, so nothing else runs.
const results = [...beside.flat(), ...(await run(['attack'], top, 'inherit'))];
for (const { name, status, minutes } of results)
  process.stdout.write(
    `${name}: ${status === 0 ? 'passed' : 'failed'} after ${minutes.toFixed(0)} minutes\n`,
  );
process.exit(results.every(({ status }) => status === 0) ? 0 : 1);

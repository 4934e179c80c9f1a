// Runs the tests that take hours: `npm run soak [-- --only=slow,machine]`. Each suite tries all places and values, not a part
// of them as in CI, and tests/soak runs too. It says at the end how long each part took. docs/SOAK.md has the last results.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

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
const results = chosen.map((name) => {
  const [program = '', ...words] = parts[name] ?? [];
  const began = Date.now();
  const { status } = spawnSync(program, words, {
    cwd: top,
    stdio: 'inherit',
    // A test that lacks its tool fails, and is not skipped.
    env: { ...process.env, WHMAPI1_SOAK: '1', WHMAPI1_TOOLS: 'required' },
  });
  return { name, status, minutes: (Date.now() - began) / 60_000 };
});
for (const { name, status, minutes } of results)
  process.stdout.write(
    `${name}: ${status === 0 ? 'passed' : 'failed'} after ${minutes.toFixed(0)} minutes\n`,
  );
process.exit(results.every(({ status }) => status === 0) ? 0 : 1);

// Runs the suites of tests/attack: `npm run attack [-- --only=load,names --minutes=60]`. Each suite then attacks for that
// many minutes. Without `--minutes`, each takes some seconds, as in CI.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const top = join(import.meta.dirname, '..');
const { values } = parseArgs({ options: { only: { type: 'string' }, minutes: { type: 'string' } } });
const suites = readdirSync(join(top, 'tests/attack'))
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => file.slice(0, -'.test.ts'.length));
const chosen = values.only?.split(',') ?? suites;
const unknown = chosen.filter((name) => !suites.includes(name));
const minutes = Number(values.minutes ?? 0);
if (unknown.length > 0 || chosen.length === 0 || !(minutes >= 0)) {
  process.stderr.write(`Usage: npm run attack [-- --only=${suites.join(',')} --minutes=60]\n`);
  process.exit(2);
}
const { status } = spawnSync(
  join(top, 'node_modules/.bin/jest'),
  [
    ...['--config', 'jest.attack.config.mjs', '--testTimeout', String(600_000 + minutes * 60_000)],
    ...chosen.map((name) => `tests/attack/${name}\\.test\\.ts$`),
  ],
  { cwd: top, stdio: 'inherit', env: { ...process.env, WHMAPI1_ATTACK_MINUTES: String(minutes) } },
);
process.exit(status ?? 1);

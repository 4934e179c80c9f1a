// Writes the package.json of the npm package, which names the man pages for npm to install and leaves out what only a
// clone needs. `postpack` puts the clone's own back.
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const top = join(import.meta.dirname, '..');
const path = join(top, 'package.json');
const onlyInClone = ['scripts', 'devDependencies', 'allowScripts', 'overrides'];

const entries = Object.entries(JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>);
const man = readdirSync(join(top, 'man')).map((name) => `./man/${name}`);
copyFileSync(path, `${path}.whole`);
writeFileSync(
  path,
  `${JSON.stringify({ ...Object.fromEntries(entries.filter(([key]) => !onlyInClone.includes(key))), man }, null, 2)}\n`,
);

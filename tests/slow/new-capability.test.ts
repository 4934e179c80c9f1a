// `npm run new -- capability`, on a copy of the project: a new daemon is its folder and five other files.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { isSoak } from '../support/sixth.ts';

const top = resolve(__dirname, '../..');
const parts = [
  'src',
  'scripts',
  'docs',
  'man',
  'tests/contract',
  'tests/support',
  'README.md',
  'CHANGELOG.md',
];
const configurations = ['package.json', 'tsconfig.json', '.prettierrc.json', 'jest.config.mjs'];
const FOLDER = 'src/capabilities/news-groups';

let copy: string;
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'whmapi1-capability-'));
  for (const part of [...parts, ...configurations])
    cpSync(join(top, part), join(copy, part), { recursive: true });
  symlinkSync(join(top, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const text = (path: string) => readFileSync(join(copy, path), 'utf8');

function put(path: string, content: string): void {
  mkdirSync(dirname(join(copy, path)), { recursive: true });
  writeFileSync(join(copy, path), content);
}

function replace(path: string, before: string, after: string): void {
  expect(text(path)).toContain(before);
  put(path, text(path).replace(before, after));
}

function run(...words: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: copy, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${words.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

/** The files that differ from the project’s, or that it lacks. Generated files do not count. */
function touched(): string[] {
  return readdirSync(join(copy, 'src'), { recursive: true, encoding: 'utf8' })
    .map((path) => `src/${path}`)
    .filter((path) => statSync(join(copy, path)).isFile() && !path.endsWith('.generated.ts'))
    .filter((path) => {
      try {
        return readFileSync(join(top, path), 'utf8') !== text(path);
      } catch {
        return true;
      }
    })
    .sort();
}

const files: Readonly<Record<string, string>> = {
  'capability.ts': `import { defineCapability } from '../define.ts';
import { part } from './driver/account.ts';
import { role } from './driver/role.ts';

export default defineCapability({
  name: 'news-groups',
  roles: [role],
  parts: [part],
  rows: [{ table: 'news_reader' }],
});
`,
  'driver/role.ts': `// The role WebDisk, as an example.
import type { RoleDriver } from '../../../ground/driver/role.ts';

export const role: RoleDriver = {
  role: 'WebDisk',
  packages: ['inn2'],
  units: ['inn2'],
  configure: async ({ machine, changed }) => {
    await (await machine.files(['/etc/news'])).write('/etc/news/inn.conf', 'server: localhost\\n', { mode: 0o644 });
    changed('Wrote inn.conf.');
  },
  examine: () => Promise.resolve([]),
};
`,
  'driver/account.ts': `// The news of an account.
import type { AccountPart } from '../../accounts/driver/account-part.ts';
import subscribe from './steps/subscribe.ts';

export const part: AccountPart = {
  created: (_world, { account: { username } }) => [subscribe.plan({ username })],
};
`,
  'driver/steps/subscribe.ts': `// Lets an account read news.
import { defineStep } from '../../../../core/plan.ts';

export default defineStep<{ readonly username: string }>({
  kind: 'news-groups/subscribe',
  describe: ({ username }) => \`Let “\${username}” read news.\`,
  apply: async (machine, { input: { username } }) =>
    (await machine.files(['/etc/news'])).write(\`/etc/news/\${username}\`, '', { mode: 0o644 }),
  undo: async (machine, { input: { username } }) =>
    (await machine.files(['/etc/news'])).remove(\`/etc/news/\${username}\`),
});
`,
  'rules/readers.ts': `// Who reads news.
import type { Db } from '../../../core/context.ts';

export function list(db: Db): Promise<{ username: string }[]> {
  return db.all('SELECT username FROM news_reader ORDER BY username');
}
`,
  'plans/change-news.ts': `// Changes who reads news.
import { defineChange } from '../../../core/plan.ts';

export default defineChange<null>({ kind: 'change-news', store: async () => undefined });
`,
  'tasks/expire-news.ts': `// Removes old news.
import { defineTask } from '../../../core/task.ts';
import { list } from '../rules/readers.ts';

export default defineTask({
  description: 'Remove old news.',
  whenInterrupted: 'retry',
  run: async (_input, { transaction }) => ({ readers: (await transaction('reads', list)).length }),
});
`,
  'checks/news.ts': `// News come in.
import { ok, type Check } from '../../../ground/doctor/check.ts';

const check: Check = { title: 'News', order: 990, run: () => Promise.resolve([ok('News come in.')]) };

export default check;
`,
};

test('a new daemon is its folder and five other files', () => {
  const started = run('--import', 'tsx', 'scripts/new.ts', 'capability', 'news-groups', 'news over NNTP');
  expect(started).toMatch(/^Wrote src\/capabilities\/news-groups, and lines in /);
  expect(touched()).toHaveLength(4);

  for (const [path, content] of Object.entries(files)) put(`${FOLDER}/${path}`, content);
  put('src/store/migrations/9999-news.sql', 'CREATE TABLE news_reader (username TEXT PRIMARY KEY);\n');
  replace(
    'src/ground/rules/roles/catalogue.ts',
    "description: 'Users reach their files over WebDAV.' }",
    "description: 'Users reach their files over WebDAV.', isProvided: true }",
  );
  replace(
    'src/capabilities/system/driver/services/catalogue.ts',
    "  { name: 'nscd',",
    "  { name: 'innd', displayName: 'News server (INN)', units: ['inn2'] },\n  { name: 'nscd',",
  );

  expect(touched().filter((path) => !path.startsWith(FOLDER))).toEqual([
    'src/capabilities/README.md',
    'src/capabilities/capabilities.ts',
    'src/capabilities/system/driver/services/catalogue.ts',
    'src/ground/rules/roles/catalogue.ts',
    'src/store/migrations/9999-news.sql',
  ]);

  run('--import', 'tsx', 'scripts/generate.ts', '--untracked');
  const registered = {
    'plans.generated.ts': "'change-news': () => import('./news-groups/plans/change-news.ts')",
    'steps.generated.ts': "'news-groups/subscribe': () => import('./news-groups/driver/steps/subscribe.ts')",
    'tasks.generated.ts': "'expire-news': () => import('./news-groups/tasks/expire-news.ts')",
    'checks.generated.ts': "news: () => import('./news-groups/checks/news.ts')",
  };
  for (const [file, row] of Object.entries(registered))
    expect(text(`src/capabilities/${file}`)).toContain(row);

  // `npm run types` and `npm test` show the same of the capabilities that exist.
  if (!isSoak) return;
  writeFileSync(
    join(copy, 'some.json'),
    JSON.stringify({
      extends: './tsconfig.json',
      include: [`${FOLDER}/**/*.ts`, 'src/capabilities/*.ts', 'src/life/**/*.ts'],
    }),
  );
  expect(run('node_modules/typescript/bin/tsc', '--noEmit', '-p', 'some.json')).toBe('');
  run('node_modules/jest/bin/jest.js', 'tests/contract/layers.test.ts', 'tests/contract/user-rows.test.ts');
});

test('says what is wrong with a name', () => {
  const refused = (...words: string[]) =>
    spawnSync(process.execPath, ['--import', 'tsx', 'scripts/new.ts', 'capability', ...words], {
      cwd: copy,
      encoding: 'utf8',
    }).stderr;
  expect(refused('dns', 'zones')).toBe('“dns” exists: src/capabilities/dns\n');
  expect(refused('News', 'news')).toMatch(/^“News” should be a folder’s name/);
  expect(refused('news')).toMatch(/^Usage: npm run new -- capability NAME /);
});

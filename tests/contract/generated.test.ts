// What is generated follows from its sources, and is fit to be read.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { errorKinds } from '../../src/core/errors.ts';

jest.setTimeout(30_000);

const generator = 'scripts/generate.ts';

test('every generated file is fresh', () => {
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', generator, '--check'], {
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('docs/ERRORS.md holds the catalogue of errors, and nothing else', () => {
  const page = readFileSync('docs/ERRORS.md', 'utf8');
  const rows = [...page.matchAll(/^\| `(.*?)` *\| (\d) *\| (.*?) *\| (.*?) *\|$/gm)].map((row) =>
    row.slice(1),
  );
  expect(rows).toEqual(
    Object.entries(errorKinds).map(([code, { exit, when, remedy }]) => [code, String(exit), when, remedy]),
  );
  for (const row of rows) {
    expect(row[0]).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(row[2]).toMatch(/^[A-Z].*\.$/);
    expect(row[3]).toMatch(/^[A-Z].*\.$/);
  }
});

test('mandoc finds no error in the manual pages', () => {
  const pages = readdirSync('man').map((name) => `man/${name}`);
  expect(pages).toContain('man/whmapi1-authentication.7');
  const { error, status, stdout, stderr } = spawnSync('mandoc', ['-Tlint', '-Werror', ...pages], {
    encoding: 'utf8',
  });
  // Without mandoc this fails: it is a package of that name.
  expect(error).toBeUndefined();
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
});

test('package.json names every manual page', () => {
  const { man } = JSON.parse(readFileSync('package.json', 'utf8')) as { man: string[] };
  expect([...man].sort()).toEqual(
    readdirSync('man')
      .map((name) => `./man/${name}`)
      .sort(),
  );
});

test('the manual pages show examples and marks as the help does', () => {
  const { stdout } = spawnSync('mandoc', ['-Tutf8', 'man/whmapi1-authentication.7'], { encoding: 'utf8' });
  const text = stdout.replace(/.\u0008/g, '');
  for (const line of [
    'whmapi1 twofactorauth_set_tfa_config secret=WJ73QJSKZBXCIFPZ tfa_token=227174',
    `echo '{"root":{"primary_account":{"secret":"WJ73QJSKZBXCIFPZ"}}}' | whmapi1 --input=json`,
    `whmapi1 twofactorauth_set_issuer 'issuer=Example Hosting'`,
    '# List codes as “Example Hosting”.',
  ]) {
    expect(text).toContain(line);
  }
});

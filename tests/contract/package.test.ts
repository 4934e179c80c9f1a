// The published package: its licences, and which packages may run scripts during the installation.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { notices, noticesOf } from '../../scripts/build/notices.ts';

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly hasInstallScript?: true; readonly os?: readonly string[] }>
  >;
}

const top = resolve(__dirname, '../..');
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly allowScripts: Readonly<Record<string, boolean>>;
};

test('every package with an install script is either allowed or denied, so that npm ci has nothing to warn about', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock;
  const withScripts = Object.entries(packages)
    .filter(([, { hasInstallScript, os }]) => hasInstallScript === true && os?.includes('linux') !== false)
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
  expect(Object.keys(manifest.allowScripts).sort()).toEqual([...new Set(withScripts)].sort());
});

test('npm installs all man pages, and nothing that only a clone needs', () => {
  const copy = mkdtempSync(join(tmpdir(), 'whmapi1-package-'));
  try {
    for (const part of ['package.json', 'man', 'scripts/prepack.ts'])
      cpSync(join(top, part), join(copy, part), { recursive: true });
    execFileSync(process.execPath, ['--import', 'tsx', join(copy, 'scripts/prepack.ts')], { cwd: top });
    const read = (name: string) =>
      JSON.parse(readFileSync(join(copy, name), 'utf8')) as Record<string, unknown>;
    const {
      scripts,
      devDependencies,
      allowScripts,
      overrides: _overrides,
      ...rest
    } = read('package.json.whole');
    expect(scripts && devDependencies && allowScripts).toBeDefined();
    const man = readdirSync(join(top, 'man')).map((name) => `./man/${name}`);
    expect(man).toContain('./man/whmapi1.1');
    expect(read('package.json')).toEqual({ ...rest, man });
  } finally {
    rmSync(copy, { recursive: true });
  }
});

test.each(['abstract-logging', 'emoji-regex', 'pg-types', 'pgpass', 'commander', '@photostructure/sqlite'])(
  'the notices have the licence text of %s',
  (name) => {
    const text = notices(top, [`node_modules/${name}/index.js`]);
    expect(text).toContain('Copyright');
    expect(text).toContain('Permission is hereby granted');
  },
);

test('a package without a licence text stops the build', () => {
  expect(() => noticesOf([resolve(top, 'tests/support/no-licence')])).toThrow('has no licence text');
});

// The files of apt and dpkg in the root of a sandbox: repositories with their package lists, as apt-get update leaves them,
// and installed packages.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Repository {
  readonly suite: string;
  /** Default: whmapi1. */
  readonly origin?: string;
  /** The versions of each package: `{ whmapi1: ['1.4.2'] }`. */
  readonly packages: Readonly<Record<string, readonly string[]>>;
}

const HOST = '127.0.0.1:1';

export function writeRepositories(root: string, repositories: readonly Repository[]): void {
  const architecture = execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim();
  const lists = join(root, 'var/lib/apt/lists');
  for (const folder of [join(lists, 'partial'), join(root, 'etc/apt')])
    mkdirSync(folder, { recursive: true });
  const sources = repositories.map(({ suite }) => `deb [trusted=yes] http://${HOST}/apt ${suite} main\n`);
  writeFileSync(join(root, 'etc/apt/sources.list'), sources.join(''));
  for (const { suite, origin = 'whmapi1', packages } of repositories) {
    const name = join(lists, `${HOST}_apt_dists_${suite}_`);
    writeFileSync(
      `${name}Release`,
      fields({
        Origin: origin,
        Suite: suite,
        Codename: suite,
        Components: 'main',
        Architectures: architecture,
      }),
    );
    const entries = Object.entries(packages).flatMap(([Package, versions]) =>
      versions.map((Version) =>
        fields({
          ...{ Package, Version, Architecture: architecture, Maintainer: 'Ann <ann@example.com>' },
          ...{ Filename: `pool/${Package}.deb`, Size: '10', Description: 'A package' },
        }),
      ),
    );
    writeFileSync(`${name}main_binary-${architecture}_Packages`, entries.join('\n'));
  }
}

/** The versions of the installed packages. */
export function writeInstalled(root: string, packages: Readonly<Record<string, string>>): void {
  mkdirSync(join(root, 'var/lib/dpkg'), { recursive: true });
  const architecture = execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim();
  const entries = Object.entries(packages).map(([Package, Version]) =>
    fields({
      ...{ Package, Status: 'install ok installed', Maintainer: 'Ann <ann@example.com>' },
      ...{ Architecture: architecture, Version, Description: 'A package' },
    }),
  );
  writeFileSync(join(root, 'var/lib/dpkg/status'), entries.join('\n'));
}

function fields(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
}

// An apt and dpkg with directories of their own: real programs, a database of a few packages, and a repository of files.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Machine } from '../../src/core/machine.ts';
import { Files } from '../../src/machine/files/files.ts';
import { Tools } from '../../src/machine/tools.ts';

export class AptRoot {
  readonly path = mkdtempSync(join(tmpdir(), 'whmapi1-apt-'));

  /** @param installed dpkg’s status file. @param available the list of the repository. */
  constructor(installed: string, available: string) {
    const folders = [
      ...['etc/apt/preferences.d', 'etc/apt/sources.list.d', 'etc/apt/trusted.gpg.d', 'usr/share/doc'],
      ...[
        'var/lib/dpkg/updates',
        'var/lib/apt/lists/partial',
        'var/cache/apt/archives/partial',
        'repository',
      ],
    ];
    for (const folder of folders) mkdirSync(join(this.path, folder), { recursive: true });
    this.write('var/lib/dpkg/status', installed);
    this.write('repository/Packages', available);
    const uri = `file:${join(this.path, 'repository')}`;
    this.write('etc/apt/sources.list.d/own.sources', `Types: deb\nURIs: ${uri}\nSuites: ./\nTrusted: yes\n`);
    const places = [
      ['Dir::State', 'var/lib/apt'],
      ['Dir::State::status', 'var/lib/dpkg/status'],
      ['Dir::Cache', 'var/cache/apt'],
      ['Dir::Etc', 'etc/apt'],
    ].map(([option, path = '']) => `--option=${option}=${join(this.path, path)}`);
    const { status, stderr } = spawnSync('apt-get', [...places, '--quiet', 'update'], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`apt-get update: ${stderr}`);
  }

  /** A machine like `machine`, whose packages are these. */
  on(machine: Machine): Machine {
    return {
      ...machine,
      system: { ...machine.system, isSandbox: false },
      tools: async (tools) => new Tools({ root: this.path, tools, isSandbox: false }),
      files: async (directories) =>
        new Files({
          ...{ root: this.path, directories, kept: join(this.path, 'kept') },
          ...{ setsOwners: false, now: () => Date.now() },
        }),
    };
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.path, path), text);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A stanza of dpkg’s status file or of a list. */
export function stanza(name: string, version: string, ...fields: readonly string[]): string {
  const common = ['Architecture: all', 'Maintainer: A <a@example.com>', `Description: ${name} in short`];
  return [`Package: ${name}`, `Version: ${version}`, ...common, ...fields, ''].join('\n');
}

/** The fields of a file in a repository, which need not exist. */
export const file = [
  'Filename: ./none.deb',
  'Size: 1000',
  `SHA256: ${'0'.repeat(64)}`,
  'Installed-Size: 12',
  'Section: admin',
] as const;

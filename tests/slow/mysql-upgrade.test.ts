// The upgrade of MariaDB around the change of packages: the dump before it and the checks after it, on a real server.
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ToolWord } from '../../src/core/machine-daemons.ts';
import { upgradeMysql } from '../../src/drivers/mysql/upgrade.ts';
import { Databases } from '../../src/machine/databases/servers.ts';
import { AptRoot, stanza } from '../support/apt-root.ts';
import { Installation } from '../support/installation.ts';
import { PrivateMariadb } from '../support/private-mariadb.ts';
import { describeWith } from '../support/require-tool.ts';

describeWith(['mariadbd', 'mariadb', 'mariadb-dump', 'apt-get'], 'an upgrade of MariaDB', () => {
  it('without a new package dumps, checks, and says how to go back', async () => {
    const here = new Installation();
    const server = await PrivateMariadb.start();
    const line = /^\d+\.\d+/.exec(server.query('SELECT VERSION()')[0]?.[0] ?? '')?.[0] ?? '';
    const version = `1:${line}.9-1`;
    const apt = new AptRoot(stanza('mariadb-server', version, 'Status: install ok installed'), '');
    try {
      server.query('CREATE DATABASE bob_wp; CREATE TABLE bob_wp.t (n INT); INSERT INTO bob_wp.t VALUES (7)');
      mkdirSync(join(apt.path, 'var/backups'), { recursive: true });
      const debian = apt.on(here.engine.machine);
      const path = (word: ToolWord) =>
        typeof word === 'string' ? word : `${word.prefix ?? ''}${join(apt.path, word.path)}`;
      const machine = {
        ...debian,
        databases: () =>
          Promise.resolve(
            new Databases({
              mysql: () => Promise.resolve(server.socket),
              postgresql: () => Promise.resolve(undefined),
            }),
          ),
        tools: async (tools: Parameters<typeof debian.tools>[0]) => {
          const real = await debian.tools(tools);
          const run: typeof real.run = async (name, words, options) => {
            if (!name.startsWith('mariadb-')) return real.run(name, words, options);
            const all = ['--no-defaults', `--socket=${server.socket}`, ...words.map(path)];
            const { status, stdout, stderr } = spawnSync(name, all, { encoding: 'utf8' });
            if (status !== 0) throw new Error(stderr);
            return { status, stdout, stderr };
          };
          return { has: (name: string) => real.has(name), find: (one: RegExp) => real.find(one), run };
        },
      };
      const log: string[] = [];
      const work = { log: (text: string) => log.push(text), progress: () => undefined };
      const input = { upgradeId: 'mysql_upgrade.20261126-201500', from: line, to: line };
      expect(await upgradeMysql(machine, input, work)).toBe(line);
      expect(log).toContain('No package has an update.');
      expect(log.at(-1)).toContain(`apt-get install mariadb-server=${version}`);
      const dump = join(apt.path, 'var/backups/whmapi1/mysql_upgrade.20261126-201500.sql');
      expect(statSync(dump).mode & 0o777).toBe(0o600);
      expect(readFileSync(dump, 'utf8')).toMatch(/INSERT INTO `t` VALUES\s*\(7\)[^]*-- Dump completed/);
      await expect(upgradeMysql(machine, { ...input, to: '99.1' }, work)).rejects.toThrow(
        'apt no longer offers MariaDB 99.1. Nothing was changed.',
      );
    } finally {
      await server.stop();
      apt.remove();
      here.remove();
    }
  });
});

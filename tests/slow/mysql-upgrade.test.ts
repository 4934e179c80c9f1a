// The upgrade of MariaDB around the change of packages: the dump before it and the checks after it, on a real server.
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ToolWord } from '../../src/core/machine-daemons.ts';
import { upgradeMysql } from '../../src/capabilities/databases/driver/mysql/upgrade.ts';
import { Databases } from '../../src/machine/databases/servers.ts';
import * as queue from '../../src/ground/rules/tasks/queue.ts';
import * as tasks from '../../src/ground/rules/tasks/tasks.ts';
import { StateDirectory } from '../../src/store/state-directory.ts';
import { TaskLogFiles } from '../../src/store/task-logs.ts';
import { Worker } from '../../src/worker/worker.ts';
import { AptRoot, stanza } from '../support/apt-root.ts';
import { Installation } from '../support/installation.ts';
import { PrivateMariadb } from '../support/private-mariadb.ts';
import { describeWith } from '../support/require-tool.ts';
import { serveMariadb } from '../support/served-mariadb.ts';

/** Runs before “mariadb-upgrade”. */
type Meanwhile = () => Promise<void>;

describeWith(['mariadbd', 'mariadb', 'mariadb-dump', 'apt-get'], 'an upgrade of MariaDB', () => {
  let here: Installation;
  let server: PrivateMariadb;
  let apt: AptRoot;
  let line: string;
  let version: string;
  beforeAll(async () => {
    server = await PrivateMariadb.start();
    line = /^\d+\.\d+/.exec(server.query('SELECT VERSION()')[0]?.[0] ?? '')?.[0] ?? '';
    version = `1:${line}.9-1`;
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    here = new Installation();
    apt = new AptRoot(stanza('mariadb-server', version, 'Status: install ok installed'), '');
    mkdirSync(join(apt.path, 'var/backups'), { recursive: true });
  });
  afterEach(() => {
    apt.remove();
    here.remove();
  });

  function machineWith(meanwhile: Meanwhile = () => Promise.resolve()) {
    const debian = apt.on(here.engine.machine);
    const path = (word: ToolWord) =>
      typeof word === 'string' ? word : `${word.prefix ?? ''}${join(apt.path, word.path)}`;
    return {
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
          if (name === 'mariadb-upgrade') await meanwhile();
          const all = ['--no-defaults', `--socket=${server.socket}`, ...words.map(path)];
          const { status, stdout, stderr } = spawnSync(name, all, { encoding: 'utf8' });
          if (status !== 0) throw new Error(stderr);
          return { status, stdout, stderr };
        };
        return { has: (name: string) => real.has(name), find: (one: RegExp) => real.find(one), run };
      },
    };
  }

  it('without a new package dumps, checks, and says how to go back', async () => {
    server.query('CREATE DATABASE bob_wp; CREATE TABLE bob_wp.t (n INT); INSERT INTO bob_wp.t VALUES (7)');
    const log: string[] = [];
    const work = {
      ...{ log: (text: string) => log.push(text), progress: () => undefined },
      watchDrops: () => Promise.resolve(() => Promise.resolve(false)),
    };
    const input = { upgradeId: 'mysql_upgrade.20261126-201500', from: line, to: line };
    const machine = machineWith();
    expect(await upgradeMysql(machine, input, work)).toBe(line);
    expect(log).toContain('No package has an update.');
    expect(log.at(-1)).toContain(`apt-get install mariadb-server=${version}`);
    const dump = join(apt.path, 'var/backups/whmapi1/mysql_upgrade.20261126-201500.sql');
    expect(statSync(dump).mode & 0o777).toBe(0o600);
    expect(readFileSync(dump, 'utf8')).toMatch(/INSERT INTO `t` VALUES\s*\(7\)[^]*-- Dump completed/);
    await expect(upgradeMysql(machine, { ...input, to: '99.1' }, work)).rejects.toThrow(
      'apt no longer offers MariaDB 99.1. Nothing was changed.',
    );
    server.query('DROP DATABASE bob_wp');
  });

  describe('while an account drops a database', () => {
    beforeEach(async () => {
      serveMariadb(here.state, server);
      await here.call('createacct', { username: 'bob', domain: 'bob.example' });
      await own('Mysql::create_database', 'bob_shop');
    });
    afterEach(() => server.query('DROP DATABASE IF EXISTS bob_shop; DROP DATABASE IF EXISTS bob_hand'));

    async function own(name: string, database: string): Promise<void> {
      expect(await here.uapi('bob', name, { name: database })).toMatchObject({ status: 1, errors: null });
    }
    async function upgrade(meanwhile: Meanwhile) {
      const kind = 'upgrade-mysql';
      const input = { upgradeId: 'mysql_upgrade.20261126-201500', from: line, to: line };
      const id = await here.engine.store.transaction('changes', async (db) => ({
        value: await queue.add(db, { kind, input, caller: 'root', xid: '' }, { now: here.time }),
        keep: true,
      }));
      const logs = new TaskLogFiles(
        new StateDirectory(here.state, process.geteuid?.() ?? 0),
        () => here.time,
      );
      const engine = { ...here.engine, machine: machineWith(meanwhile) };
      const kinds = { [kind]: () => import('../../src/capabilities/databases/tasks/upgrade-mysql.ts') };
      await new Worker({ engine, kinds, logs, storeState: async () => '' }).runDue();
      return here.engine.store.transaction('reads', async (db) => ({
        value: await tasks.get(db, id),
        keep: false,
      }));
    }

    it('does not miss it', async () => {
      const { state, reason } = await upgrade(() => own('Mysql::delete_database', 'bob_shop'));
      expect([state, reason]).toEqual(['done', '']);
    });

    it('does not miss one that was created by hand', async () => {
      server.query('CREATE DATABASE bob_hand');
      const { state, reason } = await upgrade(() => own('Mysql::delete_database', 'bob_hand'));
      expect([state, reason]).toEqual(['done', '']);
    });

    it('misses one that was dropped by hand', async () => {
      server.query('CREATE DATABASE bob_hand');
      const { state, reason } = await upgrade(async () => {
        server.query('DROP DATABASE bob_hand; DROP DATABASE bob_shop');
      });
      expect([state, reason]).toEqual([
        'failed',
        'After the upgrade, these databases are missing: bob_hand, bob_shop.',
      ]);
    });
  });
});

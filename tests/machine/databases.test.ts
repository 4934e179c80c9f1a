// MariaDB and PostgreSQL on a fresh Debian: roles, services, and the databases of accounts.
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtPackage } from './built-package.ts';
import { machineRoot, REPOSITORY } from './debian-root.ts';
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';
import { waitUntilServed } from './served.ts';
import { until } from './until.ts';

interface Envelope {
  readonly metadata: { readonly result: number; readonly reason: string };
  readonly data?: Readonly<Record<string, unknown>>;
}

const DEB = '/var/tmp/whmapi1.deb';
const ROLES = ['code=DATABASENODE', 'optional={"Postgres":1,"WebServer":1,"DNS":1}'];

describeOnMachine('databases', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootMachine(machineRoot());
    copyFileSync(builtPackage(), machine.path(DEB));
    machine.install(DEB);
    const { status, stdout } = activate();
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.any(String) as string });
  });
  afterAll(() => machine.stop());

  const activate = () =>
    machine.run('whmapi1', ['--wait', 'start_profile_activation', ...ROLES], { timeoutMs: 900_000 });
  function call(name: string, ...words: string[]): Envelope {
    const { stdout } = machine.run('whmapi1', ['--output=json', name, ...words]);
    return JSON.parse(stdout) as Envelope;
  }
  /** The findings of a check that --doctor would fix. */
  function toFix(check: string): { message: string; command?: string }[] {
    const { stdout } = machine.run('whmapi1', ['--doctor', '--output=json']);
    const { findings } = JSON.parse(stdout) as {
      findings: { check: string; severity: string; message: string; command?: string }[];
    };
    return findings.filter((one) => one.check === check && !['ok', 'note'].includes(one.severity));
  }

  describe('the roles', () => {
    it('run both servers, with our settings, and root needs no password', () => {
      expect(machine.sh('systemctl is-active mariadb postgresql@17-main')).toBe('active\nactive\n');
      expect(
        machine.sh('mariadb --batch --skip-column-names --execute "SELECT @@local_infile, @@bind_address"'),
      ).toBe('0\t127.0.0.1\n');
      expect(
        machine.sh('psql --dbname=postgres -Atc "SELECT rolsuper FROM pg_roles WHERE rolname = \'root\'"'),
      ).toBe('t\n');
      expect(toFix('roles')).toEqual([]);
    });

    it('are not changed by another activation', () => {
      const pid = () => machine.sh('systemctl show -P MainPID mariadb');
      const before = pid();
      const { status, stdout } = activate();
      expect([status, pid()]).toEqual([0, before]);
      expect(
        machine.run('whmapi1', ['--tasks', /log_id:? *'?(\d+)/.exec(stdout)?.[1] ?? '']).stdout,
      ).toContain('Nothing on this server had to be changed.');
    });

    it('are missed by --doctor, which has the command for it', () => {
      machine.sh('rm /etc/mysql/mariadb.conf.d/60-whmapi1.cnf; runuser -u postgres -- dropuser root');
      const found = toFix('roles');
      expect(found.map(({ message }) => message)).toEqual([
        'The role MySQL: “/etc/mysql/mariadb.conf.d/60-whmapi1.cnf” is missing.',
        'The role Postgres: PostgreSQL has no administrator “root”.',
      ]);
      machine.sh(found[0]?.command ?? 'false');
      expect(toFix('roles')).toEqual([]);
    });

    it('have services with WHM’s names', () => {
      for (const service of ['mysql', 'postgresql']) {
        expect(call('restartservice', `service=${service}`).metadata).toMatchObject({ result: 1 });
        expect(call('servicestatus', `service=${service}`).data).toMatchObject({
          service: [{ name: service, installed: 1, enabled: 1, running: 1 }],
        });
      }
    });
  });

  describe('the databases of an account', () => {
    const PASSWORD = 'four unusual words, Xylophone';
    const uapi = (user: string, ...words: string[]) => {
      const { stdout } = machine.run('uapi', [`--user=${user}`, '--output=json', 'Mysql', ...words]);
      const { result } = JSON.parse(stdout) as { result: { status: number; errors: string[] | null } };
      expect([words[0], result.errors]).toEqual([words[0], null]);
      return result;
    };
    /** What PHP of a website answers about a connection to a database. */
    const connect = (account: string, user: string, database: string) => {
      const script =
        `<?php mysqli_report(MYSQLI_REPORT_OFF); $db = @mysqli_connect('localhost', '${user}', '${PASSWORD}', ` +
        `'${database}'); if (!$db) { echo mysqli_connect_errno(); exit; } ` +
        "$db->query('CREATE TABLE IF NOT EXISTS t (n INT)'); $db->query('INSERT INTO t VALUES (7)'); " +
        "echo 'n=', $db->query('SELECT n FROM t')->fetch_row()[0];";
      const path = `/home/${account}/public_html/db.php`;
      machine.sh(`cat >${path}; chown ${account}: ${path}; chmod 644 ${path}`, { input: script });
      const domain = `${account}.example`;
      return machine.sh(`curl -sk --max-time 20 --resolve ${domain}:80:127.0.0.1 http://${domain}/db.php`);
    };

    beforeAll(() => {
      for (const name of ['bob', 'ann']) {
        const created = call(
          'createacct',
          `username=${name}`,
          `domain=${name}.example`,
          `password=${PASSWORD}`,
        );
        expect(created.metadata).toMatchObject({ result: 1 });
        waitUntilServed(machine, `${name}.example`);
        uapi(name, 'create_database', `name=${name}_wp`);
        uapi(name, 'create_user', `name=${name}_web`, `password=${PASSWORD}`);
        const grant = [`user=${name}_web`, `database=${name}_wp`, 'privileges=ALL PRIVILEGES'];
        uapi(name, 'set_privileges_on_database', ...grant);
      }
    });

    it('are reached by PHP of its website, and not by another account', () => {
      expect(connect('bob', 'bob_web', 'bob_wp')).toBe('n=7');
      // Access denied to the database, and to the user.
      expect(connect('ann', 'ann_web', 'bob_wp')).toBe('1044');
      expect(connect('ann', 'ann_web', 'ann_wp')).toBe('n=7');
      expect(
        machine.sh('cat /var/log/mysql/error.log /var/lib/whmapi1/audit* 2>/dev/null || true'),
      ).not.toContain(PASSWORD);
    });

    describe('an upgrade', () => {
      const version = () => String(call('current_mysql_version').data?.version);
      const installed = () =>
        machine.run('dpkg-query', ['-Wf', '${Version}', 'mariadb-server']).stdout.trim();
      const status = (id: string) =>
        call('background_mysql_upgrade_status', `upgrade_id=${id}`).data as Record<string, string | number>;
      /** Publishes the server’s package with another version. */
      function publish(as: string): void {
        const repository = machine.path(REPOSITORY);
        const [deb = ''] = readdirSync(repository).filter((name) => name.startsWith('mariadb-server_'));
        const draft = mkdtempSync(join(tmpdir(), 'deb-'));
        const run = (program: string, ...words: string[]) =>
          execFileSync(program, words, { cwd: repository, encoding: 'utf8', maxBuffer: 2 ** 26 });
        run('dpkg-deb', '-R', deb, draft);
        const control = join(draft, 'DEBIAN/control');
        writeFileSync(control, readFileSync(control, 'utf8').replace(/^Version: .*$/m, `Version: ${as}`));
        run('dpkg-deb', '-Znone', '-b', draft, join(repository, `next_${as.replaceAll(':', '-')}.deb`));
        rmSync(draft, { recursive: true });
        // The index of the new package alone: dpkg-scanpackages cannot walk the machine’s directory from outside.
        const own = mkdtempSync(join(tmpdir(), 'repository-'));
        const next = `next_${as.replaceAll(':', '-')}.deb`;
        copyFileSync(join(repository, next), join(own, next));
        const index = execFileSync('dpkg-scanpackages', ['.'], { cwd: own, encoding: 'utf8' });
        rmSync(own, { recursive: true });
        appendFileSync(join(repository, 'Packages'), `\n${index}`);
        machine.sh('apt-get -q update');
      }
      async function upgrade(to: string) {
        const { data, metadata } = call('start_background_mysql_upgrade', `version=${to}`);
        expect(metadata).toMatchObject({ result: 1 });
        const id = String(data?.upgrade_id);
        await until(() => status(id).state !== 'in progress');
        const { state, error, error_log: errorLog, log } = status(id);
        return { id, state, error, errorLog, log: String(log) };
      }

      it('installs the updates of the version, with a dump before it and a check after it', async () => {
        const before = installed();
        publish(`${before}+next1`);
        expect(call('installable_mysql_versions').data).toEqual({
          versions: [{ server: 'mariadb', version: version() }],
        });
        const done = await upgrade(version());
        expect(done).toMatchObject({ state: 'success', error: 0, errorLog: '' });
        expect(installed()).toBe(`${before}+next1`);
        const { log, id } = done;
        expect(log).toContain(`mariadb-server: ${before} to ${before}+next1.`);
        expect(log).toMatch(/MariaDB \d+\.\d+ runs, with all \d+ databases\./);
        const dump = `/var/backups/whmapi1/${id}.sql`;
        expect(log).toContain(`“apt-get install mariadb-server=${before}”, and then “mariadb < ${dump}”`);
        expect(machine.sh(`stat -c '%U %a' ${dump}`)).toBe('root 600\n');
        expect(machine.sh(`tail -1 ${dump}`)).toMatch(/^-- Dump completed/);
        // The way back: the dump has everything.
        machine.sh(`mariadb -e 'DROP DATABASE bob_wp'; mariadb <${dump}`);
        expect(connect('bob', 'bob_web', 'bob_wp')).toBe('n=7');
      });

      it('fails if the server does not run in the new version', async () => {
        // Only the number of this package is new: the server itself is in another one.
        publish('1:99.1.0-1');
        const failed = await upgrade('99.1');
        expect(failed).toMatchObject({ state: 'failed', error: 4 });
        expect(failed.errorLog).toMatch(/^MariaDB runs in the version \d+\.\d+, not 99\.1\.$/);
        expect(failed.log).toContain('The way back: ');
        expect(connect('bob', 'bob_web', 'bob_wp')).toBe('n=7');
      });
    });
  });

  describe('PostgreSQL of accounts', () => {
    const password = 'correct horse battery staple 7';
    const uapi = (user: string, name: string, ...words: string[]): string => {
      const line = ['--output=json', `--user=${user}`, 'Postgresql', name, ...words];
      const { result } = JSON.parse(machine.run('uapi', line).stdout) as { result: { errors: unknown } };
      return JSON.stringify(result.errors);
    };
    /** As the user of the machine `nobody`, with a password, as a website would do it. */
    const psql = (user: string, database: string, sql: string) =>
      machine.run('runuser', [
        ...['-u', 'nobody', '--', 'env', `PGPASSWORD=${password}`, 'psql', '-XAt', '-h', '127.0.0.1'],
        ...['-U', user, '-c', sql, database],
      ]);

    it('can be used by the account’s users with their passwords, and by nobody else', () => {
      for (const name of ['pia', 'pete']) {
        const words = [`username=${name}`, `domain=${name}.example`, `password=${password}`];
        expect(call('createacct', ...words).metadata).toMatchObject({ result: 1 });
        expect(uapi(name, 'create_database', `name=${name}_shop`)).toBe('null');
        expect(uapi(name, 'create_user', `name=${name}_app`, `password=${password}`)).toBe('null');
        expect(uapi(name, 'grant_all_privileges', `database=${name}_shop`, `user=${name}_app`)).toBe('null');
      }
      expect(psql('pia_app', 'pia_shop', 'CREATE TABLE t AS SELECT 7 AS id').status).toBe(0);
      expect(psql('pia_app', 'pia_shop', 'SELECT id FROM t').stdout).toBe('7\n');
      expect(psql('pete_app', 'pia_shop', 'SELECT 1').stderr).toContain('permission denied for database');
    });

    it('are closed to users of the machine who have no password', () => {
      for (const [user, role] of [
        ['pia', 'root'],
        ['pia', 'postgres'],
        ['pia', 'pia_app'],
        ['pete', 'pia_app'],
      ] as const) {
        const { status, stderr } = machine.run('runuser', [
          ...['-u', user, '--', 'psql', '-X', '-U', role, '-c', 'SELECT 1', 'pia_shop'],
        ]);
        expect([user, role, status, stderr]).toEqual([user, role, 2, expect.stringContaining('Peer')]);
      }
    });

    it('are renamed, locked with a suspended account, and removed with it', () => {
      const renamed = call('rename_postgresql_database', 'oldname=pia_shop', 'newname=pia_store');
      expect(renamed.metadata.reason).toBe('OK');
      expect(psql('pia_app', 'pia_store', 'SELECT id FROM t').stdout).toBe('7\n');
      expect(call('suspendacct', 'user=pia').metadata).toMatchObject({ result: 1 });
      expect(psql('pia_app', 'pia_store', 'SELECT 1').stderr).toContain('not permitted to log in');
      expect(call('unsuspendacct', 'user=pia').metadata).toMatchObject({ result: 1 });
      expect(psql('pia_app', 'pia_store', 'SELECT id FROM t').stdout).toBe('7\n');
      for (const name of ['pia', 'pete']) {
        expect(call('removeacct', `user=${name}`).metadata).toMatchObject({ result: 1 });
      }
      const left =
        "SELECT rolname FROM pg_roles WHERE rolname ~ '^(pia|pete)' UNION ALL SELECT datname FROM pg_database";
      expect(machine.sh(`psql --dbname=postgres -Atc "${left} ORDER BY 1"`)).toBe(
        'postgres\ntemplate0\ntemplate1\n',
      );
    });
  });
});

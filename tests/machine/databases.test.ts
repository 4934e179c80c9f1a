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
import { REPOSITORY } from './debian-root.ts';
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';
import { hostingRoot } from './prepared-roots.ts';
import { waitUntilServed } from './served.ts';
import { until } from './until.ts';

interface Envelope {
  readonly metadata: { readonly result: number; readonly reason: string };
  readonly data?: Readonly<Record<string, unknown>>;
}

describeOnMachine('databases', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootMachine(await hostingRoot());
  });
  afterAll(() => machine.stop());

  const activate = () => machine.run('whmapi1', ['--wait', 'start_profile_activation', 'code=STANDARD']);
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
      const restarts = pid() === before ? '' : machine.sh('journalctl --no-pager -u mariadb');
      expect([status, restarts]).toEqual([0, '']);
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

  describe('the setting for clients of other hosts', () => {
    const PASSWORD = 'four unusual words, Xylophone';
    const ADDRESS = '192.0.2.7';
    const FOLDER = '/etc/mysql/mariadb.conf.d';
    /** Returns the state of the task, and why it failed. */
    async function set(value: string): Promise<string> {
      const { metadata } = call('set_tweaksetting', 'key=mysql_remote_clients', `value=${value}`);
      const [, id] = /The task (\d+)/.exec(JSON.stringify(metadata)) ?? [];
      const find = () => {
        const { stdout } = machine.run('whmapi1', ['--tasks', '--output=json']);
        const { tasks } = JSON.parse(stdout) as { tasks: { id: number; state: string; reason?: string }[] };
        return tasks.find((one) => one.id === Number(id) && /done|failed/.test(one.state));
      };
      await until(() => find() !== undefined);
      return `${find()?.state}: ${find()?.reason}`;
    }
    /** What a client on another address of the machine gets: rows, or the error of the server. */
    function connect(user: string, ...options: string[]): string {
      const { status, stdout, stderr } = machine.run('env', [
        ...[`MYSQL_PWD=${PASSWORD}`, 'mariadb', '--no-defaults', '--batch', '--skip-column-names'],
        ...[`--host=${ADDRESS}`, `--user=${user}`, ...options, '--execute=SELECT 7'],
      ]);
      return status === 0 ? stdout.trim() : stderr.trim();
    }
    const present = () =>
      machine.sh(
        `mariadb --batch --skip-column-names -e 'SELECT @@bind_address, @@require_secure_transport'
         ls ${FOLDER} | grep remote || true`,
      );
    const CLOSED = '127.0.0.1\t0\n';

    beforeAll(() => {
      machine.sh(`ip address add ${ADDRESS}/32 dev lo
        whmapi1 createacct username=hal domain=hal.example
        for user in hal_far hal_near
        do uapi --user=hal Mysql create_user name=$user password='${PASSWORD}'; done`);
    });
    afterEach(() => set('0'));
    afterAll(() => machine.sh(`ip address del ${ADDRESS}/32 dev lo`));

    it('opens MariaDB over TLS to the hosts that accounts have added, and closes it again', async () => {
      const warning = machine.sh(`uapi --user=hal Mysql add_host host=${ADDRESS}`);
      expect(warning).toContain('set_tweaksetting key=mysql_remote_clients value=1');
      expect(connect('hal_far')).toContain('ERROR 2002');
      expect(await set('1')).toMatch(/^done/);
      expect(connect('hal_far')).toBe('7');
      expect(connect('hal_far', '--skip-ssl')).toContain('insecure transport');
      // The host is no longer listed.
      machine.sh(`uapi --user=hal Mysql delete_host host=${ADDRESS}`);
      expect(connect('hal_far')).toMatch(/\b1130\b.*is not allowed to connect/);
      expect(machine.sh("mariadb -Ne 'SELECT 8'")).toBe('8\n');
      expect(toFix('roles')).toEqual([]);
      expect(await set('0')).toMatch(/^done/);
      expect(present()).toBe(CLOSED);
      expect(connect('hal_far')).toContain('ERROR 2002');
    });

    it('is taken back if MariaDB does not start with it, or another file overrides it', async () => {
      machine.sh(`systemd-run --quiet --unit=port-holder python3 -c '
import socket, time
s = socket.create_server(("127.0.0.2", 3306)); time.sleep(1000)'
        timeout 60 bash -c 'until ss -ltn | grep -q 127.0.0.2:3306; do sleep 0.1; done'`);
      expect(await set('1')).toMatch(/^failed/);
      expect(present()).toBe(CLOSED);
      machine.sh('systemctl stop port-holder');
      machine.sh(`printf '[mariadbd]\\nrequire_secure_transport = OFF\\n' >${FOLDER}/90-own.cnf`);
      expect(await set('1')).toMatch(/^failed[^]*overrides require_secure_transport/);
      expect(present()).toBe(CLOSED);
      machine.sh(`rm ${FOLDER}/90-own.cnf`);
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

    function create(name: string) {
      const words = [`username=${name}`, `domain=${name}.example`, `password=${PASSWORD}`];
      expect(call('createacct', ...words).metadata).toMatchObject({ result: 1 });
      waitUntilServed(machine, `${name}.example`);
    }
    function createDatabase(name: string) {
      uapi(name, 'create_database', `name=${name}_wp`);
      uapi(name, 'create_user', `name=${name}_web`, `password=${PASSWORD}`);
      const grant = [`user=${name}_web`, `database=${name}_wp`, 'privileges=ALL PRIVILEGES'];
      uapi(name, 'set_privileges_on_database', ...grant);
    }

    beforeAll(() => {
      for (const name of ['bob', 'ann']) {
        create(name);
        createDatabase(name);
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

    it('move with an addon domain: its website finds them all the time, without another word in its settings', () => {
      const created = ['username=gus', 'domain=gus.example', `password=${PASSWORD}`, 'maxaddon=1'];
      expect(call('createacct', ...created).metadata).toMatchObject({ result: 1 });
      const site = ['domain=blog.gus.example', 'document_root=public_html/blog'];
      expect(call('create_subdomain', ...site).metadata).toMatchObject({ result: 1 });
      const alias = ['domain=blog.example', 'username=gus', 'web_vhost_domain=blog.gus.example'];
      expect(call('create_parked_domain_for_user', ...alias).metadata).toMatchObject({ result: 1 });
      for (const name of ['gus_wp', 'gus_old']) uapi('gus', 'create_database', `name=${name}`);
      uapi('gus', 'create_user', 'name=gus_wp', `password=${PASSWORD}`);
      const grant = ['user=gus_wp', 'database=gus_wp', 'privileges=ALL PRIVILEGES'];
      uapi('gus', 'set_privileges_on_database', ...grant);
      machine.sh(
        `mariadb gus_wp -e "CREATE TABLE wp_posts (title TEXT); INSERT INTO wp_posts VALUES ('Hello')"
         mariadb gus_old -e "CREATE TABLE t AS SELECT REPEAT('x', 1000) AS x FROM seq_1_to_1000"
         cd /home/gus/public_html/blog
         cat >wp-config.php
         cat >index.php <<'END'
<?php require 'wp-config.php'; mysqli_report(MYSQLI_REPORT_OFF);
$db = @mysqli_connect(DB_HOST, DB_USER, DB_PASSWORD, DB_NAME);
if (!$db) { http_response_code(500); exit('no database ' . mysqli_connect_errno()); }
echo get_current_user(), ' ', $db->query('SELECT title FROM wp_posts')->fetch_row()[0];
END
         chown -R gus: .`,
        {
          input:
            "<?php define('DB_NAME', 'gus_wp'); define('DB_USER', 'gus_wp'); define('DB_HOST', 'localhost');" +
            `define('DB_PASSWORD', '${PASSWORD}');`,
        },
      );
      waitUntilServed(machine, 'blog.example');
      const visit = () =>
        machine.sh(
          'curl -sk --max-time 20 --resolve blog.example:80:127.0.0.1 http://blog.example/ || echo failed',
        );
      expect(visit()).toBe('gus Hello');
      const settings = machine.sh('cat /home/gus/public_html/blog/wp-config.php');
      // Its visitors, from now on.
      machine.sh(`systemd-run --quiet --unit=visitors bash -c 'while true
        do curl -sk --max-time 20 --resolve blog.example:80:127.0.0.1 http://blog.example/; echo; done >/root/visits'`);
      const moved = ['movemysqldb=gus_wp', 'movemysqluser=gus_wp', 'copymysqldb-gus_old=blog_old', 'wait=1'];
      const { metadata } = call(
        'convert_addon_initiate_conversion',
        'domain=blog.example',
        'username=blog',
        ...moved,
      );
      expect([metadata.result, metadata.reason]).toEqual([1, 'OK']);
      waitUntilServed(machine, 'blog.example');
      machine.sh('systemctl stop visitors');
      expect(visit()).toBe('blog Hello');
      const visits = machine.sh('sort /root/visits | uniq -c');
      expect(visits).toMatch(/^ +\d+ (?:gus|blog) Hello$/m);
      expect(visits).not.toMatch(/no database/);
      expect(machine.sh('cat /home/blog/public_html/wp-config.php')).toBe(settings);
      expect(uapi('blog', 'list_databases')).toMatchObject({
        data: [
          expect.objectContaining({ database: 'blog_old' }),
          expect.objectContaining({ database: 'gus_wp' }),
        ],
      });
      expect(uapi('gus', 'list_users')).toMatchObject({ data: [] });
      expect(machine.sh('mariadb -Ne "SELECT COUNT(*), MAX(LENGTH(x)) FROM blog_old.t"')).toBe(
        '1000\t1000\n',
      );
      // Nobody saw a password, and no dump remained.
      expect(
        machine.sh('ls /var/lib/whmapi1-database-copies; stat -c %a /var/lib/whmapi1-database-copies'),
      ).toBe('700\n');
      expect(call('removeacct', 'user=gus').metadata).toMatchObject({ result: 1 });
      expect(visit()).toBe('blog Hello');
      expect(call('removeacct', 'user=blog').metadata).toMatchObject({ result: 1 });
      expect(machine.sh('mariadb -Ne "SHOW DATABASES LIKE \'%\\_%\'"')).not.toMatch(/gus_|blog_/);
    });

    it('are exported, and imported into an account that is created again: its website reads its rows', () => {
      create('cara');
      createDatabase('cara');
      machine.sh("mariadb cara_wp -e 'CREATE TABLE t (n INT); INSERT INTO t VALUES (41)'");
      const postgresql = 'uapi --user=cara Postgresql';
      machine.sh(`${postgresql} create_database name=cara_data; ${postgresql} create_user name=cara_two password='${PASSWORD}'
        ${postgresql} grant_all_privileges database=cara_data user=cara_two`);
      /** With the password, as a website would do it. */
      const psql = (sql: string) =>
        machine.run('env', [
          ...[
            `PGPASSWORD=${PASSWORD}`,
            'psql',
            '-XAtq',
            '-h',
            '127.0.0.1',
            '-U',
            'cara_two',
            '-c',
            sql,
            'cara_data',
          ],
        ]);
      expect(psql('CREATE TABLE t AS SELECT 42 AS n').status).toBe(0);
      expect(connect('cara', 'cara_web', 'cara_wp')).toBe('n=41');

      machine.sh('whmapi1 --export-databases cara /root/cara-databases');
      expect(call('removeacct', 'username=cara').metadata).toMatchObject({ result: 1 });
      expect(machine.sh('mariadb -N -e "SHOW DATABASES LIKE \'cara%\'"')).toBe('');
      create('cara');
      expect(connect('cara', 'cara_web', 'cara_wp')).toBe('1045');
      machine.sh('whmapi1 --import-databases cara /root/cara-databases');
      expect(connect('cara', 'cara_web', 'cara_wp')).toBe('n=41');
      expect(psql('SELECT n FROM t').stdout).toBe('42\n');
      expect(call('removeacct', 'username=cara').metadata).toMatchObject({ result: 1 });
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
        expect(call('latest_available_mysql_version').data).toEqual({
          server: 'mariadb',
          version: version(),
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

  describe('MariaDB of accounts, in this order', () => {
    const password = 'correct horse battery staple 7';
    const other = 'another horse battery staple 8';
    interface Answer {
      readonly status: number;
      readonly errors: readonly string[] | null;
      readonly data: unknown;
    }
    /** The command of root: `uapi --user=NAME`. */
    const asRoot = (user: string, name: string, ...words: string[]) =>
      answerOf('uapi', ['--output=json', `--user=${user}`, 'Mysql', name, ...words]);
    /** The same command of the Linux user, whose call goes through the socket of whmapi1d. */
    const asUser = (user: string, name: string, ...words: string[]) =>
      answerOf('runuser', ['-u', user, '--', 'uapi', '--output=json', 'Mysql', name, ...words]);
    function answerOf(program: string, words: readonly string[]): Answer {
      const { stdout, stderr } = machine.run(program, words);
      try {
        return (JSON.parse(stdout) as { result: Answer }).result;
      } catch {
        throw new Error(`${words.join(' ')}: ${stdout}${stderr}`);
      }
    }
    const works = ({ status, errors, data }: Answer) => {
      expect([status, errors]).toEqual([1, null]);
      return data;
    };
    const whm = (name: string, ...words: string[]) => {
      const { metadata, data } = call(name, ...words);
      expect([name, metadata.result === 1 ? '' : metadata.reason]).toEqual([name, '']);
      return data;
    };
    /** What a program of the machine gets that logs in with a password: rows, or the error of the server. */
    const login = (user: string, secret: string, sql: string, ...where: string[]) => {
      const { status, stdout, stderr } = machine.run('runuser', [
        ...['-u', 'nobody', '--', 'env', `MYSQL_PWD=${secret}`, 'mariadb', '--no-defaults', '--batch'],
        ...['--skip-column-names', '--skip-ssl', `--user=${user}`, ...where, '-e', sql],
      ]);
      return status === 0 ? stdout.trim() : stderr.trim();
    };
    const sql = (statement: string, ...where: string[]) =>
      machine.run('mariadb', ['--batch', '--skip-column-names', ...where, '-e', statement]).stdout.trim();
    const left = (account: string, ...where: string[]) =>
      sql(
        `SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE '${account}\\_%'
         UNION ALL SELECT User FROM mysql.global_priv WHERE User LIKE '${account}\\_%' ORDER BY 1`,
        ...where,
      ).split('\n');
    const DENIED = expect.stringMatching(/ERROR (1044|1045|1698) /) as string;

    beforeAll(() => {
      whm('addpkg', 'name=small', 'maxsql=2');
      whm('createacct', 'username=cid', 'domain=cid.example', 'plan=small', `password=${password}`);
      whm('createacct', 'username=dora', 'domain=dora.example', `password=${password}`);
    });

    it('is created by root’s uapi and by the uapi of the Linux user, up to the limit of the package', () => {
      works(asRoot('cid', 'create_database', 'name=cid_shop'));
      works(asUser('cid', 'create_database', 'name=cid_blog'));
      const { status, errors } = asUser('cid', 'create_database', 'name=cid_third');
      expect([status, errors]).toEqual([
        0,
        [expect.stringContaining('may have 2 MySQL databases, and has 2')],
      ]);
      works(asUser('cid', 'create_user', 'name=cid_app', `password=${password}`));
      for (const database of ['cid_shop', 'cid_blog']) {
        const grant = [`database=${database}`, 'user=cid_app', 'privileges=ALL PRIVILEGES'];
        works(asUser('cid', 'set_privileges_on_database', ...grant));
      }
      expect(login('cid_app', password, 'CREATE TABLE t AS SELECT 7 AS n; SELECT n FROM t', 'cid_shop')).toBe(
        '7',
      );
      works(asUser('cid', 'delete_database', 'name=cid_blog'));
      expect(left('cid')).toEqual(['cid_app', 'cid_shop']);
    });

    it('is in the configuration file of the account’s clients, which has_mycnf_for_cpuser finds', () => {
      expect(whm('has_mycnf_for_cpuser', 'user=cid')).toEqual({ has_mycnf_for_cpuser: 0 });
      const file = '/home/cid/.my.cnf';
      const text = `[client]\nuser=cid_app\npassword="${password}"\ndatabase=cid_shop\nskip-ssl\n`;
      machine.sh(`cat >${file}; chown cid: ${file}; chmod 600 ${file}`, { input: text });
      expect(whm('has_mycnf_for_cpuser', 'user=cid')).toEqual({ has_mycnf_for_cpuser: 1 });
      expect(machine.sh('runuser -l cid -s /bin/sh -c \'mariadb -N -e "SELECT n FROM t"\'')).toBe('7\n');
      machine.sh(`rm ${file}`);
    });

    it('cannot be used by another account', () => {
      expect(asUser('dora', 'create_database', 'name=cid_mine').status).toBe(0);
      expect(asUser('dora', 'delete_database', 'name=cid_shop').status).toBe(0);
      expect(asUser('dora', 'set_password', 'user=cid_app', `password=${other}`).status).toBe(0);
      expect(works(asUser('dora', 'list_databases'))).toEqual([]);
      // Nor without a password, by the Linux user of the account itself.
      for (const user of ['root', 'mysql', 'cid_app']) {
        const { status, stderr } = machine.run('runuser', ['-u', 'cid', '--', 'mariadb', `--user=${user}`]);
        expect([user, status, stderr]).toEqual([user, 1, DENIED]);
      }
    });

    it('keeps rows, privileges and password under a new name', () => {
      whm('rename_mysql_database', 'oldname=cid_shop', 'newname=cid_store');
      expect(login('cid_app', password, 'SELECT n FROM t', 'cid_store')).toBe('7');
      whm('rename_mysql_user', 'oldname=cid_app', 'newname=cid_site');
      expect(login('cid_site', password, 'SELECT n FROM t', 'cid_store')).toBe('7');
      expect(login('cid_app', password, 'SELECT 1')).toEqual(DENIED);
      works(asUser('cid', 'rename_database', 'oldname=cid_store', 'newname=cid_shop'));
      works(asUser('cid', 'rename_user', 'oldname=cid_site', 'newname=cid_app'));
      expect(login('cid_app', password, 'SELECT n FROM t', 'cid_shop')).toBe('7');
      expect(left('cid')).toEqual(['cid_app', 'cid_shop']);
    });

    it('gets new passwords', () => {
      whm('set_mysql_password', 'user=cid_app', `password=${other}`);
      expect(login('cid_app', other, 'SELECT n FROM t', 'cid_shop')).toBe('7');
      expect(login('cid_app', password, 'SELECT 1')).toEqual(DENIED);
      works(asUser('cid', 'set_password', 'user=cid_app', `password=${password}`));
      expect(login('cid_app', password, 'SELECT n FROM t', 'cid_shop')).toBe('7');
      expect(login('cid_app', other, 'SELECT 1')).toEqual(DENIED);
    });

    it('is locked with a suspended account', () => {
      whm('suspendacct', 'user=cid');
      expect(login('cid_app', password, 'SELECT 1')).toMatch(/ERROR 4151|locked/i);
      whm('unsuspendacct', 'user=cid');
      expect(login('cid_app', password, 'SELECT n FROM t', 'cid_shop')).toBe('7');
    });

    it('is on the server of the profile that was active when the account got its first database', async () => {
      machine.sh(`
        mariadb-install-db --no-defaults --user=mysql --datadir=/srv/second --skip-test-db \\
          --auth-root-authentication-method=socket --auth-root-socket-user=root
        systemd-run --quiet --unit=second-mariadb mariadbd --no-defaults --user=mysql --datadir=/srv/second \\
          --port=3307 --bind-address=127.0.0.1 --socket=/srv/second/s --pid-file=/srv/second/p
        end=$(( $(date +%s) + 60 ))
        until mariadb --socket=/srv/second/s -e 'SELECT 1' >/dev/null 2>&1
        do [ $(date +%s) -lt $end ]; sleep 0.2; done`);
      const second = '--socket=/srv/second/s';
      sql(
        `CREATE USER whm@localhost IDENTIFIED BY '${other}'; GRANT ALL ON *.* TO whm@localhost WITH GRANT OPTION`,
        second,
      );
      whm(
        'remote_mysql_create_profile',
        ...['name=db2', 'mysql_host=127.0.0.1', 'mysql_port=3307', 'mysql_user=whm', `mysql_pass=${other}`],
      );
      whm('remote_mysql_validate_profile', 'name=db2');
      const activateProfile = async (name: string) => {
        whm('remote_mysql_initiate_profile_activation', `name=${name}`);
        await until(() => whm('remote_mysql_monitor_profile_activation')?.job_in_progress === undefined);
        expect(whm('remote_mysql_monitor_profile_activation')).toMatchObject({
          last_job_details: { profile_name: name, status: 'DONE' },
        });
      };
      await activateProfile('db2');
      try {
        whm('createacct', 'username=fay', 'domain=fay.example', `password=${password}`);
        works(asUser('fay', 'create_database', 'name=fay_shop'));
        works(asUser('fay', 'create_user', 'name=fay_app', `password=${password}`));
        const grant = ['database=fay_shop', 'user=fay_app', 'privileges=ALL PRIVILEGES'];
        works(asUser('fay', 'set_privileges_on_database', ...grant));
        expect([left('fay'), left('fay', second)]).toEqual([[''], ['fay_app', 'fay_shop']]);
        const there = ['--host=127.0.0.1', '--port=3307', 'fay_shop'];
        const create = 'CREATE TABLE t AS SELECT 8 AS n; SELECT n FROM t';
        expect(login('fay_app', password, create, ...there)).toBe('8');
        expect(works(asUser('fay', 'locate_server'))).toEqual({ remote_host: '127.0.0.1', is_remote: 1 });
        // An account that had databases keeps its server.
        works(asUser('cid', 'create_database', 'name=cid_blog'));
        expect([left('cid'), left('cid', second)]).toEqual([['cid_app', 'cid_blog', 'cid_shop'], ['']]);
        whm('suspendacct', 'user=fay');
        expect(login('fay_app', password, 'SELECT 1', ...there)).toMatch(/ERROR 4151|locked/i);
        whm('removeacct', 'user=fay');
        expect(left('fay', second)).toEqual(['']);
      } finally {
        await activateProfile('localhost');
        machine.sh('systemctl stop second-mariadb');
      }
      whm('remote_mysql_delete_profile', 'name=db2');
    });

    it('is removed with its account', () => {
      whm('removeacct', 'user=cid');
      expect(left('cid')).toEqual(['']);
      whm('removeacct', 'user=dora');
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
    const psql = (user: string, database: string, sql: string, secret = password) =>
      machine.run('runuser', [
        ...['-u', 'nobody', '--', 'env', `PGPASSWORD=${secret}`, 'psql', '-XAt', '-h', '127.0.0.1'],
        ...['-U', user, '-c', sql, database],
      ]);

    it('can be used by the account’s users with their passwords, and by nobody else', () => {
      for (const name of ['pia', 'pete']) {
        const words = [`username=${name}`, `domain=${name}.example`, `password=${password}`];
        expect(call('createacct', ...words).metadata).toMatchObject({
          ...{ result: 1, reason: 'Account Creation Ok' },
        });
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

    it('get new passwords', () => {
      const other = 'another horse battery staple 8';
      const set = (secret: string) => call('set_postgresql_password', 'user=pia_app', `password=${secret}`);
      expect(set(other).metadata).toMatchObject({ result: 1 });
      expect(psql('pia_app', 'pia_shop', 'SELECT id FROM t', other).stdout).toBe('7\n');
      expect(psql('pia_app', 'pia_shop', 'SELECT 1').stderr).toContain('password authentication failed');
      expect(set(password).metadata).toMatchObject({ result: 1 });
    });

    it('are renamed, locked with a suspended account, and removed with it', () => {
      const renamed = call('rename_postgresql_database', 'oldname=pia_shop', 'newname=pia_store');
      expect(renamed.metadata.reason).toBe('OK');
      expect(psql('pia_app', 'pia_store', 'SELECT id FROM t').stdout).toBe('7\n');
      for (const [oldname, newname] of [
        ['pia_app', 'pia_site'],
        ['pia_site', 'pia_app'],
      ] as const) {
        const words = [`oldname=${oldname}`, `newname=${newname}`, `password=${password}`];
        expect(call('rename_postgresql_user', ...words).metadata.reason).toBe('OK');
        expect(psql(newname, 'pia_store', 'SELECT id FROM t').stdout).toBe('7\n');
      }
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

// remote_mysql_create_profile_via_ssh, with a real sshd, su, sudo and MariaDB. What starts another MariaDB or waits, only
// `npm run soak` tries.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Json } from '../../src/core/values.ts';
import { Installation } from '../support/installation.ts';
import { PrivateMariadb } from '../support/private-mariadb.ts';
import { PrivateSshd } from '../support/private-sshd.ts';
import { isSoak } from '../support/sixth.ts';

const inSoak = isSoak ? it : it.skip;
const ROOT = 'root’s $ecret "pass" \\word';
const PASSPHRASE = 'the phrase of the key';
const asked = { name: 'walter', password: "walter's $(secret)" };
const trusted = { name: 'ulla', password: 'ulla has a password' };

let here: Installation;
let mariadb: PrivateMariadb;
let sshd: PrivateSshd;
beforeAll(async () => {
  mariadb = await PrivateMariadb.start({ hasNetwork: true, options: ['--general-log=1'] });
  sshd = await PrivateSshd.start({ root: ROOT, asked, trusted }, mariadb);
});
afterAll(async () => {
  await sshd.stop();
  await mariadb.stop();
});

const folder = () => join(here.state, 'root/root/.ssh');
beforeEach(() => {
  here = new Installation();
  mkdirSync(folder(), { recursive: true, mode: 0o700 });
  writeFileSync(join(folder(), 'known_hosts'), sshd.knownHost);
});
afterEach(() => {
  here.remove();
  for (const [account = ''] of administrators()) mariadb.query(`DROP USER ${account}`);
});

type Arguments = Readonly<Record<string, Json>>;
const FUNCTION = 'remote_mysql_create_profile_via_ssh';
const argumentsOf = (args: Arguments) => ({
  ...{ name: 'db2', host: '127.0.0.1', port: String(sshd.port), user: 'root' },
  ...args,
});
async function create(args: Arguments) {
  const { metadata, data } = await here.call(FUNCTION, argumentsOf(args));
  expect(metadata.result === 1 ? '' : metadata.reason).toBe('');
  return data as { profile_saved: string; profile_details: Record<string, string | number> };
}
/** The call fails, and changes nothing. */
async function refusal(args: Arguments): Promise<[unknown, string]> {
  const { metadata } = await here.call(FUNCTION, argumentsOf(args));
  expect(metadata.result).toBe(0);
  const { data } = await here.call('remote_mysql_read_profiles', {});
  expect([Object.keys(data as object), administrators()]).toEqual([['localhost'], []]);
  return [metadata.error_code, metadata.reason];
}
const administrators = () =>
  mariadb.query("SELECT CONCAT(QUOTE(User), '@', QUOTE(Host)) FROM mysql.user WHERE User LIKE 'whmapi1%'");
function addKey(name: string, passphrase: string): void {
  const path = join(folder(), name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', path]);
  sshd.authorize(readFileSync(`${path}.pub`, 'utf8'));
}

describe(FUNCTION, () => {
  it('creates a user for this server, logs in as that user, and stores the profile', async () => {
    const { profile_saved: saved, profile_details: details } = await create({ password: ROOT });
    expect([saved, details]).toEqual([
      'db2',
      {
        ...{ active: 0, mysql_host: '127.0.0.1', mysql_port: mariadb.port, setup_via: 'SSH', cpcloud: 0 },
        mysql_user: expect.stringMatching(/^whmapi1_[0-9a-f]{8}$/) as string,
        mysql_pass: expect.stringMatching(/^[\w-]{40}$/) as string,
      },
    ]);
    expect(administrators()).toEqual([[`'${details.mysql_user}'@'127.0.0.1'`]]);
    const login = {
      ...{ user: String(details.mysql_user), password: String(details.mysql_pass), host: '127.0.0.1' },
    };
    const [[log = ''] = []] = mariadb.query('SELECT @@general_log_file');
    const statements = readFileSync(join(mariadb.folder, 'data', log), 'utf8');
    expect(statements).toContain('sql_log_off');
    expect(statements).not.toContain(login.password);
    expect(mariadb.query('SHOW GRANTS', login).flat().join()).toContain('WITH GRANT OPTION');
    const { metadata } = await here.call('remote_mysql_validate_profile', { name: 'db2' });
    expect(metadata.result).toBe(1);
    const { data } = await here.call('remote_mysql_read_profiles', {});
    expect(data).toMatchObject({ db2: { mysql_version_is_supported: 1, mysql_pass: details.mysql_pass } });
  });

  it('logs in with a key of root, with or without a passphrase', async () => {
    addKey('plain', '');
    await create({ sshkey_name: 'plain' });
    addKey('locked', PASSPHRASE);
    await create({ name: 'db3', sshkey_name: 'locked', sshkey_passphrase: PASSPHRASE });
  });

  it('becomes root with su', async () => {
    const su = { user: asked.name, root_escalation_method: 'su' };
    await create({ ...su, password: asked.password, root_password: ROOT });
    addKey('locked', PASSPHRASE);
    const key = { sshkey_name: 'locked', sshkey_passphrase: PASSPHRASE };
    await create({ ...su, ...key, name: 'db3', root_password: ROOT });
  });

  it('becomes root with sudo, whether it asks for the password or not', async () => {
    const sudo = { root_escalation_method: 'sudo' };
    await create({ ...sudo, user: asked.name, password: asked.password });
    await create({ ...sudo, name: 'db3', user: trusted.name, password: trusted.password });
    addKey('plain', '');
    await create({ ...sudo, name: 'db4', user: trusted.name, sshkey_name: 'plain' });
    const withKey = { user: asked.name, sshkey_name: 'plain', password: asked.password };
    await create({ ...sudo, ...withKey, name: 'db5' });
  });

  it.each([
    [
      'a wrong password',
      { password: 'wrong word' },
      'login_refused',
      'does not let “root” log in with this password',
    ],
    [
      'a wrong password of root',
      { user: 'walter', password: asked.password, root_escalation_method: 'su', root_password: 'wrong word' },
      'denied',
      '“walter” could not become root on “127.0.0.1” with su',
    ],
    ['a closed port', { port: '1', password: ROOT }, 'remote_unreachable', 'Connection refused'],
  ])('refuses %s', async (_what, args, code, text) => {
    const [found, reason] = await refusal(args);
    expect([found, reason]).toEqual([code, expect.stringContaining(text)]);
    expect(reason).not.toContain('wrong word');
  });

  it('refuses a wrong passphrase, one that nobody asks for, and a key that may not log in', async () => {
    addKey('locked', PASSPHRASE);
    expect((await refusal({ sshkey_name: 'locked' }))[1]).toContain('passphrase');
    expect((await refusal({ sshkey_name: 'locked', sshkey_passphrase: 'wrong' }))[1]).toContain('passphrase');
    addKey('plain', '');
    expect((await refusal({ sshkey_name: 'plain', sshkey_passphrase: 'x' }))[1]).toContain(
      'has no passphrase',
    );
    sshd.authorize('');
    expect(await refusal({ sshkey_name: 'plain' })).toEqual([
      'login_refused',
      expect.stringContaining('with the key “plain”'),
    ]);
  });

  it('trusts only a server whose key is in known_hosts, and says how to add it', async () => {
    const path = join(folder(), 'known_hosts');
    writeFileSync(path, '');
    const [code, reason] = await refusal({ password: ROOT });
    expect([code, reason]).toEqual([
      'remote_unreachable',
      expect.stringContaining(`ssh-keyscan -p ${sshd.port} 127.0.0.1 >> ${path}`),
    ]);
    const other = 'AAAAC3NzaC1lZDI1NTE5AAAAILlxPW20EfQl7QEs5kF8HXG1NRRe6C8qin5xOe9uCFNp';
    writeFileSync(path, `[127.0.0.1]:${sshd.port} ssh-ed25519 ${other}\n`);
    expect((await refusal({ password: ROOT }))[1]).toContain('has another key');
    expect(readFileSync(path, 'utf8')).toContain(other);
  });

  it('changes nothing in a dry run', async () => {
    const envelope = await here.call(FUNCTION, argumentsOf({ password: ROOT }), { dryRun: true });
    expect(envelope.metadata.result).toBe(1);
    expect(JSON.stringify(envelope.metadata)).toContain('Create the MariaDB user');
    expect(administrators()).toEqual([]);
  });

  inSoak(
    'removes the user again if MariaDB cannot be reached from here, and says where it listens',
    async () => {
      const aside = await PrivateMariadb.start({ hasNetwork: true, options: ['--bind-address=127.0.0.2'] });
      try {
        sshd.use(aside);
        const [code, reason] = await refusal({ password: ROOT });
        expect([code, reason]).toEqual([
          'remote_unreachable',
          expect.stringContaining(`MariaDB there listens at 127.0.0.2, port ${aside.port}`),
        ]);
        expect(aside.query("SELECT User FROM mysql.user WHERE User LIKE 'whmapi1%'")).toEqual([]);
      } finally {
        sshd.use(mariadb);
        await aside.stop();
      }
    },
  );

  inSoak('refuses a MariaDB without network, and one that does not run', async () => {
    const local = await PrivateMariadb.start();
    try {
      sshd.use(local);
      expect((await refusal({ password: ROOT }))[1]).toContain('does not use the network');
      await local.halt();
      expect((await refusal({ password: ROOT }))[1]).toMatch(/MariaDB on “127.0.0.1” refused: .*connect/);
    } finally {
      sshd.use(mariadb);
      await local.stop();
    }
  });

  it('removes the user again if the profile cannot be stored', async () => {
    let seen = 0;
    const { engine } = here;
    here.overrides = {
      step: async (kind) => {
        const step = await engine.step(kind);
        if (kind !== 'mysql-profiles/validate' || step === undefined) return step;
        return {
          ...step,
          apply: () => {
            seen = administrators().length;
            return Promise.reject(new Error('the store is gone'));
          },
        };
      },
    };
    const { metadata } = await here.call(FUNCTION, argumentsOf({ password: ROOT }));
    expect(metadata.result).toBe(0);
    expect([seen, administrators()]).toEqual([1, []]);
  });

  it('keeps secrets out of the process list, the journal, the logs and the files', async () => {
    addKey('locked', PASSPHRASE);
    const seen: string[] = [];
    const { engine } = here;
    here.overrides = {
      step: async (kind) => {
        seen.push(...processes());
        return engine.step(kind);
      },
    };
    const watch = setInterval(() => seen.push(...processes()), 5);
    const details = await create({
      ...{ user: asked.name, sshkey_name: 'locked', sshkey_passphrase: PASSPHRASE },
      ...{ root_escalation_method: 'su', root_password: ROOT },
    }).finally(() => clearInterval(watch));
    here.overrides = {};
    const secrets = [PASSPHRASE, ROOT, String(details.profile_details.mysql_pass)];
    expect(seen.some((line) => line.includes('PreferredAuthentications=publickey'))).toBe(true);
    const kept = execFileSync('grep', ['-r', '-a', '', here.state], { maxBuffer: 2 ** 28 }).toString(
      'latin1',
    );
    for (const secret of secrets) {
      expect(seen.filter((line) => line.includes(secret))).toEqual([]);
      expect(kept.includes(Buffer.from(secret).toString('latin1'))).toBe(false);
    }
  });

  describe('a server that accepts and never answers', () => {
    let silent: Server;
    const sockets = new Set<Socket>();
    beforeEach(async () => {
      silent = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
      await new Promise<void>((ready) => silent.listen(0, '127.0.0.1', ready));
    });
    afterEach(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });

    inSoak('ends after ten seconds', async () => {
      const begun = Date.now();
      const [code, reason] = await refusal({
        port: String((silent.address() as AddressInfo).port),
        password: ROOT,
      });
      expect([code, reason]).toEqual(['remote_unreachable', expect.stringMatching(/timed out/i)]);
      expect(Date.now() - begun).toBeLessThan(60_000);
    });
  });
});

/** The words and variables of every process. */
function processes(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((id) =>
      ['cmdline', 'environ'].map((file) => {
        try {
          return readFileSync(`/proc/${id}/${file}`, 'utf8');
        } catch {
          return '';
        }
      }),
    );
}

// Profiles of MariaDB servers, without any server. tests/slow/databases-remote.test.ts has servers.
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Json } from '../../src/core/values.ts';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

type Arguments = Readonly<Record<string, Json>>;

async function succeed(command: string, args: Arguments = {}) {
  const { metadata, data } = await here.call(command, args);
  expect([command, metadata.result === 1 ? '' : metadata.reason]).toEqual([command, '']);
  return data as Record<string, Record<string, unknown>>;
}
async function failure(command: string, args: Arguments = {}): Promise<[unknown, string]> {
  const { metadata } = await here.call(command, args);
  expect([command, metadata.result]).toEqual([command, 0]);
  return [metadata.error_code, metadata.reason];
}

const db2 = {
  name: 'db2',
  mysql_host: 'db2.example.com',
  mysql_port: '3306',
  mysql_user: 'whm',
  mysql_pass: 'pa$$ “word”',
};
const create = (args: Arguments = {}) => succeed('remote_mysql_create_profile', { ...db2, ...args });

describe('remote_mysql_create_profile', () => {
  it('stores a profile, which is not active', async () => {
    expect(await create()).toEqual({
      profile_saved: 'db2',
      profile_details: {
        ...{ active: 0, mysql_host: 'db2.example.com', mysql_port: 3306, mysql_user: 'whm' },
        ...{ mysql_pass: 'pa$$ “word”', setup_via: 'User provided MySQL credentials', cpcloud: 0 },
      },
    });
  });

  it('stores the password encrypted', async () => {
    await create();
    const rows = await here.engine.store.transaction('reads', async (db) => ({
      value: await db.all<{ sealed: Uint8Array }>('SELECT * FROM mysql_profile'),
      keep: false,
    }));
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain('word');
    expect(Buffer.from(rows[0]?.sealed ?? []).toString('latin1')).not.toContain('pa$$');
  });

  it.each([
    ['mysql_host', 'db2 example'],
    ['mysql_host', 'db2.example.com:3306'],
    ['mysql_host', '-oProxyCommand=x'],
    ['mysql_host', "db2';DROP"],
    ['mysql_host', '/run/mysqld/mysqld.sock'],
    ['mysql_host', '999.1.1.1'],
    ['mysql_host', 'fe80::zz'],
    ['mysql_host', ':::::'],
    ['mysql_port', '0'],
    ['mysql_port', '65536'],
    ['mysql_port', '3306x'],
    ['mysql_user', 'a\u0007b'],
    ['name', '../x'],
    ['name', ''],
    ['name', 'localhost'],
    ['setup_via', 'x'.repeat(256)],
  ])('refuses %s=%s, and stores nothing', async (param, value) => {
    const [code] = await failure('remote_mysql_create_profile', { ...db2, [param]: value });
    expect(code).toMatch(/^(?:bad|missing)_param$/);
    expect(Object.keys(await succeed('remote_mysql_read_profiles'))).toEqual(['localhost']);
  });

  it.each(['db2', 'DB2.Example.com', '192.0.2.7', '2001:db8::7'])('accepts the host %s', async (host) => {
    const { profile_details: details } = await create({ mysql_host: host });
    expect(details?.mysql_host).toBe(host.toLowerCase());
  });

  it('refuses the name of another profile', async () => {
    await create();
    expect((await failure('remote_mysql_create_profile', db2))[1]).toContain('already a profile “db2”');
  });

  it('is for root only', async () => {
    for (const command of ['remote_mysql_create_profile', 'remote_mysql_read_profiles']) {
      const args = command.endsWith('s') ? {} : db2;
      const { metadata } = await here.call(command, args, { as: reseller('ray') });
      expect([command, metadata.error_code]).toEqual([command, 'denied']);
    }
  });
});

// With servers: tests/slow/databases-over-ssh.test.ts.
describe('remote_mysql_create_profile_via_ssh', () => {
  it.each([
    ['no such key', { sshkey_name: 'gone' }, 'not_found', 'no private SSH key “gone”'],
    ['an option as the host', { host: '-oProxyCommand=x', password: 'right' }, 'bad_param', '“host”'],
    ['a command as the host', { host: '$(id)', password: 'right' }, 'bad_param', '“host”'],
    ['an option as the user', { user: '-oProxyCommand=x', password: 'right' }, 'bad_param', '“user”'],
    ['a command as the user', { user: 'a;id', password: 'right' }, 'bad_param', '“user”'],
    ['a path as the key', { sshkey_name: '../x' }, 'bad_param', '“sshkey_name”'],
    ['the port 0', { port: '0', password: 'right' }, 'bad_param', '“port”'],
    ['localhost', { name: 'localhost', password: 'right' }, 'bad_param', 'Choose another name'],
    ['no login', {}, 'bad_param', '“sshkey_name” or “password”'],
    ['two logins', { sshkey_name: 'a', password: 'right' }, 'bad_param', 'not both'],
    ['no way to root', { user: 'walter', password: 'x' }, 'bad_param', 'root_escalation_method'],
    ['a way for root', { password: 'x', root_escalation_method: 'su' }, 'bad_param', 'root already'],
    ['su alone', { user: 'a', password: 'x', root_escalation_method: 'su' }, 'bad_param', '“root_password”'],
  ])('refuses %s', async (_what, args, code, text) => {
    const given = { name: 'db2', host: '127.0.0.1', port: '22', user: 'root', ...args };
    const [found, reason] = await failure('remote_mysql_create_profile_via_ssh', given);
    expect([found, reason]).toEqual([code, expect.stringContaining(text)]);
    expect(Object.keys(await succeed('remote_mysql_read_profiles'))).toEqual(['localhost']);
  });
});

describe('remote_mysql_read_profiles', () => {
  it('always lists localhost, and that no server runs in a sandbox', async () => {
    await create();
    expect(await succeed('remote_mysql_read_profiles')).toMatchObject({
      localhost: { active: 1, is_localhost_profile: 1, mysql_version_is_supported: 0, mysql_pass: '' },
      db2: {
        active: 0,
        is_localhost_profile: 0,
        mysql_version_is_supported: 0,
        mysql_host: 'db2.example.com',
      },
    });
  });
});

describe('remote_mysql_read_profile', () => {
  it('shows one profile', async () => {
    await create();
    const { profile_name: name, profile_details: details } = await succeed('remote_mysql_read_profile', {
      name: 'db2',
    });
    expect([name, details?.mysql_pass]).toEqual(['db2', 'pa$$ “word”']);
  });

  it('refuses an unknown name', async () => {
    expect((await failure('remote_mysql_read_profile', { name: 'db9' }))[0]).toBe('not_found');
  });
});

describe('remote_mysql_update_profile', () => {
  it('changes what is given, and keeps the rest', async () => {
    await create();
    await succeed('remote_mysql_update_profile', { name: 'db2', mysql_host: 'db3.example.com' });
    const { profile_details: details } = await succeed('remote_mysql_read_profile', { name: 'db2' });
    expect(details).toMatchObject({
      mysql_host: 'db3.example.com',
      mysql_user: 'whm',
      mysql_pass: 'pa$$ “word”',
    });
  });

  it('refuses localhost, unknown profiles and calls without a change', async () => {
    expect(
      (await failure('remote_mysql_update_profile', { name: 'localhost', mysql_port: '1' }))[1],
    ).toContain('It cannot be changed');
    expect((await failure('remote_mysql_update_profile', { name: 'db9', mysql_port: '1' }))[0]).toBe(
      'not_found',
    );
    expect((await failure('remote_mysql_update_profile', { name: 'db9' }))[0]).toBe('missing_param');
  });
});

describe('remote_mysql_delete_profile', () => {
  it('deletes a profile, and shows what it was', async () => {
    await create();
    expect(await succeed('remote_mysql_delete_profile', { name: 'db2' })).toMatchObject({
      profile_deleted: 'db2',
      profile_details: { mysql_host: 'db2.example.com', active: 0 },
    });
    expect(Object.keys(await succeed('remote_mysql_read_profiles'))).toEqual(['localhost']);
  });

  it('refuses localhost and unknown profiles', async () => {
    expect((await failure('remote_mysql_delete_profile', { name: 'localhost' }))[0]).toBe('bad_param');
    expect((await failure('remote_mysql_delete_profile', { name: 'db9' }))[0]).toBe('not_found');
  });

  it.each(['database', 'database_user'])('refuses a profile with a %s of an account', async (table) => {
    await create();
    await here.engine.store.transaction('changes', async (db) => {
      await db.run(
        `INSERT INTO ${table} (server, engine, name, owner, profile, created_at)
         VALUES (?, 'mysql', 'bob_shop', 'bob', 'db2', 0)`,
        db.server,
      );
      return { value: undefined, keep: true };
    });
    const [, reason] = await failure('remote_mysql_delete_profile', { name: 'db2' });
    expect(reason).toMatch(/has [01] databases? and [01] database users? of accounts/);
  });
});

describe('remote_mysql_validate_profile', () => {
  let server: Server | undefined;
  const sockets = new Set<Socket>();
  /** A server that is no database server. */
  const serve = async (onSocket: (socket: Socket) => void) => {
    server = createServer((socket) => {
      sockets.add(socket.on('error', () => undefined));
      onSocket(socket);
    });
    await new Promise<void>((ready) => server?.listen(0, '127.0.0.1', ready));
    await create({ mysql_host: '127.0.0.1', mysql_port: String((server.address() as AddressInfo).port) });
  };
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    server?.close();
    server = undefined;
    jest.restoreAllMocks();
  });

  it('reports that nothing listens there', async () => {
    await create({ mysql_host: '127.0.0.1', mysql_port: '1' });
    expect(await failure('remote_mysql_validate_profile', { name: 'db2' })).toEqual([
      'remote_unreachable',
      'The MariaDB server 127.0.0.1:1 cannot be used. Nothing listens there. Check the host, the port and the ' +
        'server’s bind-address.',
    ]);
  });

  it('reports a server that closes the connection', async () => {
    await serve((socket) => socket.end());
    expect((await failure('remote_mysql_validate_profile', { name: 'db2' }))[0]).toBe('remote_unreachable');
  });

  it.each([
    ['SSH-2.0-OpenSSH_10.0\r\n', 'another protocol'],
    ['\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000', 'zeros'],
    ['\u00ff\u00ff\u00ff\u0000\u000a', 'an endless packet'],
    ['\u0010\u0000\u0000\u0000\u00ff\u0015\u0004\u001b[2Jgo away\n', 'an error with control characters'],
  ])('reports a server that answers %j', async (text) => {
    // mysql2 says there that packets are out of order.
    jest.spyOn(console, 'error').mockReturnValue(undefined);
    await serve((socket) => socket.end(Buffer.from(text, 'latin1')));
    const [code, reason] = await failure('remote_mysql_validate_profile', { name: 'db2' });
    expect(code).toBe('remote_unreachable');
    expect(reason).not.toMatch(/[\p{Cc}]/u);
  });

  it('reports that this sandbox runs no server', async () => {
    expect(await failure('remote_mysql_validate_profile', { name: 'localhost' })).toEqual([
      'remote_unreachable',
      'This sandbox runs no MariaDB. Start one with whmapi1d --sandbox-services, and retry the call.',
    ]);
  });
});

describe('remote_mysql_initiate_profile_activation', () => {
  it('starts one task at a time, which remote_mysql_monitor_profile_activation shows', async () => {
    await create();
    expect(await succeed('remote_mysql_monitor_profile_activation')).toEqual({});
    expect(await succeed('remote_mysql_initiate_profile_activation', { name: 'db2' })).toEqual({
      activation_job_started: 1,
    });
    expect(await succeed('remote_mysql_monitor_profile_activation')).toEqual({
      job_in_progress: {
        ...{ profile_name: 'db2', status: 'INPROGRESS', steps: [] },
        start_time: Math.floor(here.time / 1000),
      },
    });
    expect((await failure('remote_mysql_initiate_profile_activation', { name: 'localhost' }))[0]).toBe(
      'busy',
    );
    expect((await failure('remote_mysql_initiate_profile_activation', { name: 'db9' }))[0]).toBe('not_found');
  });
});

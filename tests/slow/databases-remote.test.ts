// Profiles of MariaDB servers that are reached over the network, with real servers.
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Json } from '../../src/core/values.ts';
import { Installation } from '../support/installation.ts';
import { PrivateMariadb } from '../support/private-mariadb.ts';

let here: Installation;
let remote: PrivateMariadb;
/** Without TLS. */
let plain: PrivateMariadb;
beforeAll(async () => {
  [remote, plain] = await Promise.all([
    PrivateMariadb.start({ hasNetwork: true }),
    PrivateMariadb.start({ hasNetwork: true, options: ['--skip-ssl'] }),
  ]);
  for (const server of [remote, plain]) {
    server.query(`
      CREATE USER whm@localhost IDENTIFIED BY 'right';
      GRANT ALL PRIVILEGES ON *.* TO whm@localhost WITH GRANT OPTION;
      CREATE USER reader@localhost IDENTIFIED BY 'right';
      GRANT SELECT, INSERT ON *.* TO reader@localhost;
      CREATE USER nogrant@localhost IDENTIFIED BY 'right';
      GRANT ALL PRIVILEGES ON *.* TO nogrant@localhost;
    `);
  }
});
afterAll(async () => {
  await remote.stop();
  await plain.stop();
});
beforeEach(() => {
  here = new Installation();
});
afterEach(() => {
  here.remove();
});

type Arguments = Readonly<Record<string, Json>>;

async function succeed(command: string, args: Arguments = {}) {
  const envelope = await here.call(command, args);
  const { metadata } = envelope;
  expect([command, metadata.result === 1 ? '' : metadata.reason]).toEqual([command, '']);
  return envelope;
}
async function failure(command: string, args: Arguments = {}): Promise<[unknown, string]> {
  const { metadata } = await here.call(command, args);
  expect([command, metadata.result]).toEqual([command, 0]);
  return [metadata.error_code, metadata.reason];
}
const create = (args: Arguments = {}) =>
  succeed('remote_mysql_create_profile', {
    ...{ name: 'db2', mysql_host: '127.0.0.1', mysql_port: String(remote.port) },
    ...{ mysql_user: 'whm', mysql_pass: 'right' },
    ...args,
  });
const validate = () => succeed('remote_mysql_validate_profile', { name: 'db2' });
const refusal = () => failure('remote_mysql_validate_profile', { name: 'db2' });

describe('remote_mysql_validate_profile', () => {
  it('logs in over TLS, and stores that the version is supported', async () => {
    await create();
    const { data, metadata } = await validate();
    expect(data).toEqual({ profile_validated: 'db2' });
    const output = metadata.output as { messages: string[] };
    expect(output.messages.join(' ')).toMatch(/MariaDB \d+\.\d+.*“localhost”.*encrypted/s);
    const { data: profiles } = await succeed('remote_mysql_read_profiles');
    expect(profiles).toMatchObject({ db2: { mysql_version_is_supported: 1 } });
  });

  it('warns if the server offers no TLS', async () => {
    await create({ mysql_port: String(plain.port) });
    const { metadata } = await validate();
    expect(metadata.output).toMatchObject({
      warnings: ['The connection is not encrypted, because the server does not offer TLS.'],
    });
  });

  it.each([
    [{ mysql_pass: 'wrong' }, 'login_refused', 'Access denied'],
    [{ mysql_user: 'nobody' }, 'login_refused', 'Access denied'],
    [{ mysql_user: 'reader' }, 'denied', 'CREATE USER'],
    [{ mysql_user: 'nogrant' }, 'denied', 'lacks privileges on the server: GRANT OPTION.'],
  ])('refuses %j', async (args, code, text) => {
    await create(args);
    const [found, reason] = await refusal();
    expect(found).toBe(code);
    expect(reason).toContain(text);
    expect(reason).not.toMatch(/right|wrong/);
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

    it('ends after ten seconds', async () => {
      await create({ mysql_port: String((silent.address() as AddressInfo).port) });
      const begun = Date.now();
      const [code, reason] = await refusal();
      expect([code, reason]).toEqual([
        'remote_unreachable',
        expect.stringContaining('It did not answer within 10 seconds.'),
      ]);
      expect(Date.now() - begun).toBeLessThan(15_000);
    });
  });
});

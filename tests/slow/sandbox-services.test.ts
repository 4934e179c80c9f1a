// --sandbox-services: a real nameserver for the zones of a sandbox. --add-secondary: a nameserver that copies them.
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PrivateNamed } from '../capabilities/dns/driver/zones/private-named.ts';
import { call, freshFolder, run } from '../support/command.ts';
import { describeWith } from '../support/require-tool.ts';
import { SandboxServices, until } from '../support/sandbox-services.ts';
import { auditLog } from '../process/state.ts';

const folder = freshFolder();

const whmapi1 = (...words: string[]) => run(words, { state: folder.state });
const ok = async (...words: string[]) => {
  const { metadata } = await call(words, { state: folder.state });
  expect({ words, ...metadata }).toMatchObject({ result: 1 });
};
const text = (path: string) => readFileSync(join(folder.state, path), 'utf8');

describeWith(['named', 'named-checkzone', 'dig'], 'whmapi1 --sandbox-services', () => {
  let services: SandboxServices | undefined;
  beforeEach(() => {
    services = undefined;
  });
  afterEach(async () => {
    await services?.end();
  });

  it('serves the existing zones, and a change returns once it is served', async () => {
    await ok('adddns', 'domain=before.example', 'ip=192.0.2.7');
    services = await SandboxServices.start({ state: folder.state });
    expect(services.dig('before.example', 'A')).toBe('192.0.2.7');
    await ok('adddns', 'domain=bob.example', 'ip=192.0.2.8');
    expect(services.dig('bob.example', 'A')).toBe('192.0.2.8');
    await ok('addzonerecord', 'domain=bob.example', 'name=shop', 'type=A', 'address=192.0.2.9');
    expect(services.dig('shop.bob.example', 'A')).toBe('192.0.2.9');
    await ok('killdns', 'domain=bob.example');
    expect(services.dig('bob.example', 'SOA')).toBe('REFUSED');
    for (const file of [
      'root/etc/bind/rndc.conf',
      'root/etc/bind/named.conf',
      'sandbox-services/named.service.json',
    ]) {
      expect([file, statSync(join(folder.state, file)).mode & 0o777]).toEqual([file, 0o600]);
    }
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends with named at %s, and changes affect only files again',
    async (signal) => {
      services = await SandboxServices.start({ state: folder.state });
      const named = Number(
        (JSON.parse(text('sandbox-services/named.service.json')) as { process: string }).process.split(
          ' ',
        )[0],
      );
      expect(await services.end(signal)).toMatchObject({ status: 0, signal: null, stderr: '' });
      expect(existsSync(`/proc/${named}`)).toBe(false);
      expect(
        readdirSync(join(folder.state, 'sandbox-services')).filter(
          (name) => !/^(mariadb|postgresql)/.test(name),
        ),
      ).toEqual(['named.log']);
      await ok('adddns', 'domain=after.example', 'ip=192.0.2.7');
      services = await SandboxServices.start({ state: folder.state });
      expect(services.dig('after.example', 'A')).toBe('192.0.2.7');
    },
  );

  it('reports that named has ended; files that it left behind do not matter', async () => {
    services = await SandboxServices.start({ state: folder.state });
    const { process: name } = JSON.parse(text('sandbox-services/named.service.json')) as { process: string };
    process.kill(Number(name.split(' ')[0]), 'SIGKILL');
    const { status, stderr } = await services.ended();
    expect([status, stderr]).toEqual([1, expect.stringContaining('whmapi1: named has ended.')]);
    await ok('adddns', 'domain=after.example', 'ip=192.0.2.7');
  });

  it('runs only once for a sandbox', async () => {
    services = await SandboxServices.start({ state: folder.state });
    const { status, stderr } = await whmapi1('--sandbox-services');
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(
        RegExp(
          `^whmapi1: The zones of this sandbox are already served on port ${services.port} of 127\\.0\\.0\\.1`,
        ),
      ),
    ]);
  });

  describe('with a secondary that --add-secondary configures', () => {
    let secondary: PrivateNamed;
    beforeEach(async () => {
      secondary = await PrivateNamed.start();
    });
    afterEach(async () => {
      await secondary.close();
    });

    it('is copied with TSIG and the catalog, and not without the key, until --remove-secondary', async () => {
      services = await SandboxServices.start({ state: folder.state });
      await ok('adddns', 'domain=bob.example', 'ip=192.0.2.8');
      const address = `127.0.0.1:${secondary.server.port}`;
      const added = await whmapi1('--add-secondary', address);
      expect(added).toMatchObject({ status: 0 });
      const [, key = ''] = /secret "([^"]+)"/.exec(added.stdout) ?? [];
      const [, keyName = ''] = /^key "([^"]+)"/m.exec(added.stdout) ?? [];
      const [, catalog = ''] = /^zone "([^"]+)"/m.exec(added.stdout) ?? [];
      const [outside = '', inside = ''] = added.stdout.split('// Inside of its options:');
      await secondary.stop();
      secondary.configure({ more: outside, options: inside });
      await secondary.resume();

      await until(() => secondary.dig('bob.example', 'A') === '192.0.2.8');
      await ok('addzonerecord', 'domain=bob.example', 'name=shop', 'type=A', 'address=192.0.2.9');
      await until(() => secondary.dig('shop.bob.example', 'A') === '192.0.2.9');
      await ok('adddns', 'domain=more.example', 'ip=192.0.2.10');
      await until(() => secondary.dig('more.example', 'A') === '192.0.2.10');
      await ok('killdns', 'domain=more.example');
      await until(() => secondary.dig('more.example', 'A') === 'REFUSED');

      const withKey = ['-y', `hmac-sha256:${keyName}:${key}`];
      expect(services.dig('bob.example', 'AXFR')).toBe('REFUSED');
      expect(services.dig('bob.example', 'AXFR', ...withKey)).toContain('192.0.2.9');
      expect(services.dig(catalog, 'SOA')).toBe('REFUSED');
      expect(secondary.dig('bob.example', 'AXFR')).toBe('REFUSED');

      // Activated again, and started again.
      expect(await whmapi1('--wait', 'start_profile_activation', 'code=STANDARD')).toMatchObject({
        status: 0,
      });
      expect(services.dig('bob.example', 'AXFR', ...withKey)).toContain('192.0.2.9');
      await services.end();
      services = await SandboxServices.start({ state: folder.state });
      expect(services.dig('bob.example', 'AXFR', ...withKey)).toContain('192.0.2.9');
      expect((await whmapi1('--secondaries')).stdout).toContain(address);

      expect(await whmapi1('--remove-secondary', address)).toMatchObject({ status: 0 });
      expect(services.dig('bob.example', 'AXFR', ...withKey)).toBe('NOTAUTH');
      expect(await whmapi1('--secondaries')).toMatchObject({
        stdout: '',
        stderr: 'whmapi1: no secondaries.\n',
      });

      // The key is only in BIND’s file: no log, journal or task contains it.
      const { stdout: tasks } = await whmapi1('--tasks', '--output=json');
      const { lines } = auditLog(folder.state);
      expect(tasks + JSON.stringify(lines) + logsOf()).not.toContain(key);
      expect(lines.map(({ function: name }) => name)).toEqual(
        expect.arrayContaining(['--add-secondary', '--remove-secondary']),
      );
    });
  });
});

/** Every file of the state directory that is text and not BIND’s configuration. */
function logsOf(): string {
  const names = readdirSync(folder.state, { recursive: true, encoding: 'utf8' });
  // Files of SQLite and of named are created and removed at any time.
  const isFile = (name: string) =>
    statSync(join(folder.state, name), { throwIfNoEntry: false })?.isFile() === true;
  const read = (name: string) => {
    try {
      return readFileSync(join(folder.state, name), 'latin1');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }
  };
  return names
    .filter((name) => !/^(root|files)\//.test(name) && isFile(name))
    .map(read)
    .join('');
}

describe('--add-secondary and --remove-secondary', () => {
  it.each([
    [['--add-secondary', 'ns2.example'], 1, 'Invalid nameserver “ns2.example”: use an IP address'],
    [['--add-secondary', '192.0.2.53:0'], 1, 'Invalid nameserver'],
    [['--add-secondary', '192.0.2.53:65536'], 1, 'Invalid nameserver'],
    [['--add-secondary', '::ffff:192.0.2.53'], 1, 'no nameserver can have this address'],
    [['--add-secondary', '[::ffff:192.0.2.53]'], 1, 'no nameserver can have this address'],
    [['--add-secondary', '0.0.0.0'], 1, 'no nameserver can have this address'],
    [['--remove-secondary', '192.0.2.53'], 1, 'The secondary “192.0.2.53” does not exist.'],
    [['--add-secondary', '192.0.2.53', 'version'], 2, '--add-secondary accepts no function'],
    [['--add-secondary', '192.0.2.53', '--dry-run'], 2, '--add-secondary has no dry run.'],
    [['--secondaries', '--output=yaml'], 2, '--secondaries prints a table, or JSON'],
    [['--sandbox-services', '--secondaries'], 2, 'cannot be given together'],
  ])('%j is rejected with status %d', async (words, status, reason) => {
    const refused = await whmapi1(...words);
    expect(refused).toMatchObject({ status, stdout: '' });
    expect(refused.stderr).toContain(reason);
    expect((await whmapi1('--secondaries')).stdout).toBe('');
  });

  it('distinguishes two servers by address and port, in every notation', async () => {
    for (const address of ['192.0.2.53', '192.0.2.53:5353', '2001:db8::53', '[2001:DB8::53]:5353']) {
      expect(await whmapi1('--add-secondary', address)).toMatchObject({ status: 0 });
    }
    expect(await whmapi1('--add-secondary', '[2001:db8:0::53]:53')).toMatchObject({ status: 1 });
    const { stdout } = await whmapi1('--secondaries', '--output=json');
    const { secondaries } = JSON.parse(stdout) as { secondaries: { address: string; port: number }[] };
    expect(secondaries.map(({ address, port }) => `${address} ${port}`)).toEqual([
      '192.0.2.53 53',
      '192.0.2.53 5353',
      '2001:db8::53 53',
      '2001:db8::53 5353',
    ]);
    const ours = text('root/etc/bind/whmapi1.conf');
    expect(ours.match(/192\.0\.2\.53 port 5353 key|2001:db8::53 port 53 key/g)).toHaveLength(2);
  });

  it('keeps secondaries whose keys cannot be decrypted, names them, and says how to replace them', async () => {
    const files = () => ['whmapi1.conf', 'whmapi1/keys.conf'].map((name) => text(`root/etc/bind/${name}`));
    const nameOf = ({ stdout }: { stdout: string }) => /^key "([^"]+)"/m.exec(stdout)?.[1] ?? 'no key';
    const names: string[] = [];
    for (const address of ['192.0.2.53', '192.0.2.54']) {
      names.push(nameOf(await whmapi1('--add-secondary', address)));
    }
    const before = files();
    rmSync(join(folder.state, 'secret.key'));

    const listed = await whmapi1('--secondaries');
    expect(listed).toMatchObject({ status: 0 });
    for (const [at, name] of names.entries()) {
      expect(listed.stdout).toContain(name);
      expect(listed.stderr).toContain(`${name} (192.0.2.${53 + at})`);
    }
    expect(listed.stderr).toContain('secret.key” is missing');
    const refused = await whmapi1('--add-secondary', '192.0.2.55');
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('--remove-secondary')]);
    const activated = await whmapi1('--wait', 'start_profile_activation', 'code=DNSNODE');
    const keptAsItIs = 'The nameserver keeps its configuration as it is';
    expect([activated.status, activated.stderr]).toEqual([1, expect.stringContaining(keptAsItIs)]);
    const { stdout: examined } = await whmapi1('--doctor');
    expect(examined).toContain('does not open the secrets in the store');
    const removed = await whmapi1('--remove-secondary', '192.0.2.53');
    expect([removed.status, removed.stderr]).toEqual([
      1,
      expect.stringContaining(`${names[1]} (192.0.2.54)`),
    ]);
    expect(files()).toEqual(before);

    expect(await whmapi1('--remove-secondary', '192.0.2.54')).toMatchObject({ status: 0 });
    expect(files().join()).not.toContain(names[1]);
    const again = await whmapi1('--add-secondary', '192.0.2.53');
    expect(again).toMatchObject({ status: 0 });
    expect(names).not.toContain(nameOf(again));
    expect(await whmapi1('--secondaries')).toMatchObject({ status: 0, stderr: '' });
  });
});

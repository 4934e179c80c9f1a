import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Caller } from '../../src/core/context.ts';
import { MachineError } from '../../src/core/machine-error.ts';
import type { MachineOwnCertificate } from '../../src/core/machine.ts';
import { renamedHosts } from '../../src/capabilities/dns/driver/hostname/hosts-file.ts';
import { addAccounts, anAccount } from '../support/accounts.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

const etc = (file: string) => join(here.state, 'root/etc', file);
const set = (hostname: string, options = {}) => here.call('sethostname', { hostname }, options);
const current = async () => (await here.call('gethostname')).data?.hostname;

async function recordsOf(domain: string, name: string) {
  const { data } = await here.call('dumpzone', { domain });
  const zone = (data as { zone: { record: Record<string, unknown>[] }[] }).zone[0];
  return (zone?.record ?? [])
    .filter((record) => record.name === name)
    .map(({ type, address, ttl }) => ({ type, address, ttl }));
}

describe('sethostname', () => {
  it('sets the hostname, and replaces it in /etc/hosts and /etc/mailname', async () => {
    mkdirSync(etc('.'), { recursive: true });
    writeFileSync(etc('hosts'), '127.0.0.1\tlocalhost\n192.0.2.1\tserver.example.com server # this server\n');
    writeFileSync(etc('mailname'), 'server.example.com\n');
    const { metadata } = await set('Web1.Example.net');
    expect(metadata).toMatchObject({ result: 1, reason: 'Hostname Changed to: web1.example.net' });
    expect(await current()).toBe('web1.example.net');
    expect(readFileSync(etc('hosts'), 'utf8')).toBe(
      '127.0.0.1\tlocalhost\n192.0.2.1\tweb1.example.net web1 # this server\n',
    );
    expect(readFileSync(etc('mailname'), 'utf8')).toBe('web1.example.net\n');
  });

  it('has mail, webmail and FTP use the name and its certificate at once', async () => {
    await set('web1.example.net');
    const waiting = await here.engine.store.transaction('reads', async (db) => ({
      value: await db.all<{ kind: string }>("SELECT kind FROM task WHERE state = 'waiting' ORDER BY kind"),
      keep: false,
    }));
    expect(waiting.map(({ kind }) => kind)).toEqual([
      'follow-server',
      'follow-server-certificate',
      'follow-server-name',
    ]);
  });

  it('creates no mail name, and says if nothing changes', async () => {
    await set('web1.example.net');
    expect(existsSync(etc('mailname'))).toBe(false);
    expect(existsSync(join(here.state, 'server.pem'))).toBe(false);
    const { metadata } = await set('web1.example.net');
    expect(metadata.output?.messages).toEqual(['The hostname was already “web1.example.net”.']);
  });

  it('shows the changes of files in a dry run, and changes nothing', async () => {
    const { metadata } = await set('web1.example.net', { dryRun: true });
    expect(metadata.output?.messages).toContain('+192.0.2.1 web1.example.net web1');
    expect(await current()).toBe('server.example.com');
  });

  it.each([
    ['example.com', 'it has fewer than three parts'],
    ['www.example.com', 'it begins with “www.”'],
    ['localhost.example.com', 'it begins with “localhost.”'],
    ['1a.example.com', 'it begins with a digit'],
    ['web-.example.com', 'each part must consist of letters, digits and hyphens'],
    ['web1.example.com-', 'each part must consist of letters, digits and hyphens'],
    ['web1.exa$(reboot).com', 'each part must consist of letters, digits and hyphens'],
    ['web1.example..com', 'each part must consist of letters, digits and hyphens'],
    ['web1.example.com\nserver', 'text on one line'],
    ['web1.example.123', 'its last part is a number'],
    [`${'a'.repeat(60)}.example.com`, 'it is longer than 64 characters'],
    [`${'a'.repeat(64)}.example.com`, 'each part must consist of letters, digits and hyphens'],
  ])('refuses %s', async (hostname, problem) => {
    const { metadata } = await set(hostname);
    expect(metadata.error_code).toBe('bad_param');
    expect(metadata.reason).toContain(problem);
    expect(await current()).toBe('server.example.com');
  });

  it('refuses the domain of an account', async () => {
    await addAccounts(here, anAccount({ username: 'bob', domain: 'my.bob.example' }));
    const { metadata } = await set('my.bob.example');
    expect(metadata.reason).toBe(
      '“my.bob.example” is the domain of the account “bob”. The hostname must not be the domain of an account.',
    );
  });

  it('adds an A record to the zone on this server that contains the name', async () => {
    await here.call('adddns', { domain: 'example.net', ip: '192.0.2.7' });
    const { metadata } = await set('web1.example.net');
    expect(metadata.output?.messages).toEqual([
      'The DNS zone “example.net” gets an A record for “web1.example.net” with the address 192.0.2.1.',
    ]);
    expect(await recordsOf('example.net', 'web1.example.net.')).toEqual([
      { type: 'A', address: '192.0.2.1', ttl: '14400' },
    ]);
    // The former name may still be in use.
    await set('web2.example.net');
    expect(await recordsOf('example.net', 'web1.example.net.')).toHaveLength(1);
  });

  it('changes no record that exists, and says if it has another address', async () => {
    await here.call('adddns', { domain: 'example.net', ip: '192.0.2.7' });
    const record = { domain: 'example.net', type: 'A', ttl: 300 };
    await here.call('addzonerecord', { ...record, name: 'web1', address: '192.0.2.1' });
    await here.call('addzonerecord', { ...record, name: 'web2', address: '192.0.2.9' });
    expect((await set('web1.example.net')).metadata.output).toBeUndefined();
    expect((await set('web2.example.net')).metadata.output?.warnings).toEqual([
      'The records of “web2.example.net” in the DNS zone “example.net” do not have the address 192.0.2.1.',
    ]);
    expect(await recordsOf('example.net', 'web2.example.net.')).toEqual([
      { type: 'A', address: '192.0.2.9', ttl: '300' },
    ]);
  });

  it('adds no record below a delegation', async () => {
    await here.call('adddns', { domain: 'example.net', ip: '192.0.2.7' });
    const record = { domain: 'example.net', type: 'NS', ttl: 300, nsdname: 'ns.example.org' };
    await here.call('addzonerecord', { ...record, name: 'sub' });
    const { metadata } = await set('web1.sub.example.net');
    expect(metadata.output?.messages?.[0]).toContain('The nameserver ns.example.org. is responsible');
    expect(await recordsOf('example.net', 'web1.sub.example.net.')).toEqual([]);
  });

  it('creates the certificate of whmapi1d again, and keeps the former one', async () => {
    const file = join(here.state, 'server.pem');
    const former = await here.application.ownCertificate();
    const { metadata } = await set('web1.example.net');
    expect(metadata.output?.warnings?.[0]).toContain('The self-signed certificate of whmapi1d changes.');
    const present = readFileSync(file, 'utf8');
    expect(new X509Certificate(present).checkHost('web1.example.net')).toBe('web1.example.net');
    expect(new X509Certificate(present).checkPrivateKey(createPrivateKey(present))).toBe(true);
    expect(readFileSync(`${file}.former`, 'utf8')).toBe(former);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('restores everything if a later step fails', async () => {
    mkdirSync(etc('.'), { recursive: true });
    writeFileSync(etc('hosts'), '192.0.2.1 server.example.com server\n');
    await here.call('adddns', { domain: 'example.net', ip: '192.0.2.7' });
    const former = await here.application.ownCertificate();
    const { machine } = here.engine;
    const renew = () => Promise.reject(new MachineError('failed', 'No randomness.'));
    const ownCertificate = async () =>
      Object.assign(Object.create(await machine.ownCertificate()), { renew }) as MachineOwnCertificate;
    here.overrides.machine = { ...machine, ownCertificate };
    const { metadata } = await set('web1.example.net');
    expect(metadata).toMatchObject({ result: 0, error_code: 'host_failed' });
    expect(await current()).toBe('server.example.com');
    expect(readFileSync(etc('hosts'), 'utf8')).toBe('192.0.2.1 server.example.com server\n');
    expect(await recordsOf('example.net', 'web1.example.net.')).toEqual([]);
    expect(await here.application.ownCertificate()).toBe(former);
  });

  it('refuses if the shared store knows the server by its hostname', async () => {
    here.isNamedByHostname = true;
    const { metadata } = await set('web1.example.net');
    expect(metadata.error_code).toBe('bad_param');
    expect(metadata.reason).toContain('store.url');
    expect(await current()).toBe('server.example.com');
  });

  it('is for root', async () => {
    const reseller: Caller = { user: 'rita', privileges: new Set(['restart']) };
    expect((await set('web1.example.net', { as: reseller })).metadata.error_code).toBe('denied');
  });
});

describe('a hosts file', () => {
  const renaming = { hostname: 'web1.example.net', former: 'server.example.com', address: '192.0.2.1' };
  it.each([
    ['', '192.0.2.1 web1.example.net web1\n'],
    ['127.0.0.1 localhost', '127.0.0.1 localhost\n192.0.2.1 web1.example.net web1\n'],
    ['127.0.1.1 SERVER.example.com server\n', '127.0.1.1 web1.example.net web1\n'],
    ['# server.example.com\n', '# server.example.com\n192.0.2.1 web1.example.net web1\n'],
    [
      '192.0.2.9 other.server.example.com server.example.com.au\n',
      '192.0.2.9 other.server.example.com server.example.com.au\n192.0.2.1 web1.example.net web1\n',
    ],
    ['192.0.2.1 web1.example.net\n', '192.0.2.1 web1.example.net\n'],
    [
      '127.0.0.1 localhost server\n192.0.2.9 server\n',
      '127.0.0.1 localhost web1\n192.0.2.9 server\n192.0.2.1 web1.example.net web1\n',
    ],
  ])('%j', (before, after) => {
    expect(renamedHosts(before, renaming)).toBe(after);
  });

  it('may have a domain that the former hostname did not have', () => {
    const short = { ...renaming, former: 'server' };
    expect(renamedHosts('127.0.1.1 server.example.com server\n', short)).toBe(
      '127.0.1.1 web1.example.net web1\n',
    );
    expect(renamedHosts('192.0.2.9 server.example.org server\n', short)).toBe(
      '192.0.2.9 server.example.org server\n192.0.2.1 web1.example.net web1\n',
    );
  });
});

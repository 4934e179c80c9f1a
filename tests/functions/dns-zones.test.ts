// Functions for whole zones, or for many records at once, through the public interface.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../src/core/values.ts';
import { addAccounts, anAccount } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await ok('adddns', { domain: 'bob.example', ip: '192.0.2.7' });
});
afterEach(() => here.remove());

const zone = 'bob.example';
const serial = '2026030100';

interface Parsed {
  readonly line_index: number;
  readonly type: string;
  readonly dname_b64: string;
  readonly record_type: string;
  readonly ttl: number;
  readonly data_b64: string[];
  readonly text_b64: string;
}

async function ok(command: string, args: Record<string, Json> = {}) {
  const answer = await here.call(command, args);
  expect([answer.metadata.reason, answer.metadata.result]).toEqual([answer.metadata.reason, 1]);
  return answer;
}

async function reasonOf(command: string, args: Record<string, Json>, as = reseller('root')) {
  const { metadata } = await here.call(command, args, as.user === 'root' ? {} : { as });
  expect(metadata.result).toBe(0);
  return metadata.reason;
}

const fileOf = (name: string) => join(here.state, 'root/var/lib/bind/whmapi1', `${name}.db`);
const plain = (base64: string) => Buffer.from(base64, 'base64').toString();

async function text(name = zone): Promise<string> {
  const { data } = await ok('export_zone_files', { zone: name });
  return plain((data as unknown as { payload: { text_b64: string }[] }).payload[0]?.text_b64 ?? '');
}

async function parsed(): Promise<Parsed[]> {
  return (await ok('parse_dns_zone', { zone })).data?.payload as unknown as Parsed[];
}

/** Names are as in the file. */
const absolute = (name: string) => (name.endsWith('.') ? name : `${name}.${zone}.`);

async function lineOf(type: string, owner: string): Promise<number> {
  const row = (await parsed()).find(
    (one) => one.record_type === type && absolute(plain(one.dname_b64)) === owner,
  );
  if (row === undefined) throw new Error(`There is no ${type} record of ${owner}`);
  return row.line_index;
}

describe('parse_dns_zone', () => {
  it('has every line from 0, with values in Base64', async () => {
    const rows = await parsed();
    const lines = (await text()).split('\n');
    expect(rows[0]).toMatchObject({ line_index: 0, type: 'comment' });
    expect(rows[1]).toMatchObject({ line_index: 1, type: 'control' });
    expect(plain(rows[1]?.text_b64 ?? '')).toBe('$TTL 14400');
    const mx = rows.find(({ record_type: type }) => type === 'MX');
    expect(mx?.data_b64.map(plain)).toEqual(['0', 'bob.example.']);
    expect(lines[mx?.line_index ?? 0]).toContain('MX');
  });
});

describe('mass_edit_dns_zone', () => {
  it('adds, edits and removes at once; line numbers are those before the call', async () => {
    const [mail, mx] = [await lineOf('CNAME', 'mail.bob.example.'), await lineOf('MX', 'bob.example.')];
    const { data } = await ok('mass_edit_dns_zone', {
      zone,
      serial,
      'add-1': '{"dname":"shop","ttl":60,"record_type":"A","data":["192.0.2.9"]}',
      'add-2': JSON.stringify({ dname: '@', ttl: '60', record_type: 'TXT', data: ['a;b', 'c"d'] }),
      edit: JSON.stringify({
        ...{ line_index: mx, dname: 'bob.example.', ttl: 300, record_type: 'MX', data: [5, 'mx'] },
      }),
      remove: mail,
    });
    expect(data).toEqual({ new_serial: '2026030101' });
    const rows = await parsed();
    const dataOf = (type: string) =>
      rows.filter((row) => row.record_type === type).map((row) => row.data_b64.map(plain));
    expect(dataOf('A')).toContainEqual(['192.0.2.9']);
    expect(dataOf('TXT')).toEqual([['a;b', 'c"d']]);
    expect(dataOf('MX')).toEqual([['5', 'mx.bob.example.']]);
    expect(rows.filter(({ type }) => type === 'record').map((row) => plain(row.dname_b64))).not.toContain(
      'mail',
    );
  });

  it('accepts arrays, as JSON bodies have them', async () => {
    const add = [1, 2].map((at) => ({
      ...{ dname: `h${at}`, ttl: 60, record_type: 'A', data: [`192.0.2.${at}`] },
    }));
    await ok('mass_edit_dns_zone', { zone, serial: 2026030100, add, remove: [] });
    expect(await text()).toContain('\nh2\t60\tIN\tA\t192.0.2.2');
  });

  it('keeps records of types that it cannot write byte for byte, shows them and removes them', async () => {
    const lines = [
      '@ 300 IN HTTPS 1 . alpn="h2,h3" ipv4hint=192.0.2.7 ; by hand',
      '_dns 300 IN SVCB 1 dns.example.net. alpn=dot port=853',
      'key IN SSHFP 4 2 ( 123456789abcdef67890123456789abcdef67890123456789abcdef123456789 )',
      'u IN URI 10 1 "https://bob.example/"',
      'p IN OPENPGPKEY AQID',
      's IN TYPE65400 \\# 3 010203',
    ];
    writeFileSync(fileOf(zone), `${await text()}${lines.join('\n')}\n`);
    await ok('mass_edit_dns_zone', {
      zone,
      serial,
      add: '{"dname":"shop","ttl":60,"record_type":"A","data":["192.0.2.9"]}',
    });
    await ok('addzonerecord', { domain: zone, name: 'more', type: 'TXT', txtdata: 'x' });
    expect(await text()).toContain(`\n${lines.join('\n')}\n`);
    const found = (await parsed()).filter(({ record_type: type }) =>
      /HTTPS|SVCB|SSHFP|URI|PGP|65400/.test(type),
    );
    expect(found.map(({ record_type: type, data_b64: data }) => [type, ...data.map(plain)])).toEqual([
      ['HTTPS', '1', '.', 'alpn="h2,h3"', 'ipv4hint=192.0.2.7'],
      ['SVCB', '1', 'dns.example.net.', 'alpn=dot', 'port=853'],
      ['SSHFP', '4', '2', '123456789abcdef67890123456789abcdef67890123456789abcdef123456789'],
      ['URI', '10', '1', '"https://bob.example/"'],
      ['OPENPGPKEY', 'AQID'],
      ['TYPE65400', '\\#', '3', '010203'],
    ]);
    expect(await reasonOf('addzonerecord', { domain: zone, name: 'h', type: 'HTTPS' })).toContain('HTTPS');
    await ok('removezonerecord', { zone, line: (found[0]?.line_index ?? 0) + 1 });
    expect(await text()).not.toContain('HTTPS');
    expect(await text()).toContain(lines.slice(1).join('\n'));
  });

  it('rejects a serial that is not the current one, with the data that clients look for', async () => {
    const answer = await here.call('mass_edit_dns_zone', { zone, serial: '2026030199', remove: '13' });
    expect(answer).toMatchObject({
      metadata: {
        result: 0,
        reason:
          'The given serial number (2026030199) does not match the DNS zone’s serial number (2026030100). ' +
          'Refresh your view of the DNS zone, then resubmit.',
      },
      data: { type: 'Stale', detail: null },
    });
  });

  const record = (more: object) =>
    JSON.stringify({ dname: 'x', ttl: 60, record_type: 'A', data: ['192.0.2.9'], ...more });
  it.each<[Record<string, Json>, string]>([
    [{}, 'at least one'],
    [{ add: '"x"' }, 'Item 1 of “add”: It should be a JSON object'],
    [{ add: record({ data: '192.0.2.9' }) }, 'array of strings'],
    [{ add: record({ data: ['192.0.2.9\n$INCLUDE /etc/passwd'] }) }, 'control characters'],
    [{ add: record({ data: ['192.0.2.9 ; x'] }) }, 'IPv4'],
    [{ add: record({ dname: 'x.alice.example.' }) }, 'not in the zone'],
    [{ add: record({ dname: 'x y' }) }, 'domain name'],
    [{ add: record({ ttl: -1 }) }, 'ttl'],
    [{ add: record({ record_type: 'NOPE' }) }, 'record_type'],
    [{ 'add-1': record({}), 'add-2': record({}) }, 'duplicate'],
    [{ edit: record({}) }, 'line_index'],
    [{ edit: record({ line_index: 0 }) }, 'Failed to serialize record'],
    [{ remove: '999' }, 'Unable to find a record on specified line'],
    [{ remove: '2' }, 'SOA'],
    [{ add: Array.from({ length: 1001 }, () => ({})) }, 'at most 1000'],
  ])('rejects %j, and changes nothing', async (args, reason) => {
    const before = await text();
    expect(await reasonOf('mass_edit_dns_zone', { zone, serial, ...args })).toContain(reason);
    expect(await text()).toBe(before);
  });
});

describe('resetzone', () => {
  it('creates the zone of an account again; TXT records are kept, and the serial increases', async () => {
    await addAccounts(here, anAccount({ ip: '192.0.2.2' }));
    const add = (type: string, more: Record<string, Json>) =>
      ok('addzonerecord', { domain: zone, name: 'x', type, ...more });
    await add('TXT', { txtdata: 'stays' });
    await add('A', { address: '192.0.2.99' });
    const { metadata } = await ok('resetzone', { zone: 'bob.example.db' });
    expect(metadata.reason).toBe('Bind reloading on server.example.com using rndc zone: [bob.example]');
    expect(await text()).toContain('x.bob.example.\t86400\tIN\tTXT\t"stays"');
    expect(await text()).toContain('bob.example.\tIN\tA\t192.0.2.2');
    expect(await text()).not.toContain('192.0.2.99');
    expect(await text()).toMatch(/\t2026030104\t; serial/);
    await ok('resetzone', { user: 'bob' });
  });

  it('rejects a zone without an account, and a user who does not own the zone', async () => {
    expect(await reasonOf('resetzone', { domain: zone })).toBe(
      'Unable to determine the IP address for bob.example',
    );
    await addAccounts(here, anAccount(), anAccount({ username: 'carl' }));
    expect(await reasonOf('resetzone', { domain: zone, user: 'carl' })).toContain(
      'does not belong to “carl”',
    );
    expect(await reasonOf('resetzone', { domain: zone, zone: 'carl.example' })).toContain('different zones');
    expect(await reasonOf('resetzone', { user: 'carl' })).toBe('Zone does not exist.');
    expect(await reasonOf('resetzone', {})).toContain('at least one of');
    expect(await reasonOf('resetzone', { user: 'bob' }, reseller('rita', 'edit-dns'))).toContain('bob');
  });
});

describe('savemxs and listmxs', () => {
  it('add an MX record, and list all of them', async () => {
    await ok('savemxs', { domain: zone, name: 'bob.example.', exchange: 'mx.example.net', preference: '20' });
    const { metadata, data } = await ok('listmxs', { domain: zone });
    expect(metadata.reason).toBe('Records obtained.');
    expect(data?.record).toMatchObject([
      { type: 'MX', exchange: 'bob.example', preference: 0 },
      { type: 'MX', exchange: 'mx.example.net', preference: 20, ttl: 14400, name: 'bob.example.' },
    ]);
    expect(
      await reasonOf('savemxs', { domain: zone, name: '@', exchange: 'a b', preference: '1' }),
    ).toContain('exchange');
  });
});

describe('update_nameservers_config and get_nameserver_config', () => {
  const list = async (as?: ReturnType<typeof reseller>) =>
    (await here.call('get_nameserver_config', {}, as === undefined ? {} : { as })).data;

  it('set the nameservers of new zones; omitted ones are kept', async () => {
    expect(await list()).toEqual({ nameservers: [] });
    await ok('update_nameservers_config', { nameserver: 'NS1.example.com', nameserver2: 'ns.carl.example' });
    await ok('update_nameservers_config', { nameserver4: 'ns4.example.com' });
    expect(await list()).toEqual({ nameservers: ['ns1.example.com', 'ns.carl.example', 'ns4.example.com'] });
    const { metadata } = await ok('adddns', { domain: 'carl.example', ip: '192.0.2.7' });
    expect(metadata.output?.warnings).toBeUndefined();
    const made = await text('carl.example');
    expect(made).toContain('SOA\tns1.example.com. root.server.example.com. (');
    // A nameserver inside the zone has an address there.
    expect(made).toContain('ns.carl.example.\tIN\tA\t192.0.2.1');
    expect(made).not.toContain('ns1.example.com.\tIN\tA');
    await ok('update_nameservers_config', { nameserver2: '' });
    expect(await list()).toEqual({ nameservers: ['ns1.example.com', 'ns4.example.com'] });
    expect(await list(reseller('rita', 'ns-config'))).toEqual(await list());
  });

  it.each<[Record<string, Json>, string]>([
    [{}, 'Use at least one'],
    [{ nameserver: 'a b' }, 'domain'],
    [{ nameserver: '192.0.2.1' }, 'domain'],
  ])('reject %j', async (args, reason) => {
    expect(await reasonOf('update_nameservers_config', args)).toContain(reason);
  });
});

// Hostile values in the fields of records: a value stays one value, whatever it contains, or is rejected.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../src/core/values.ts';
import { type Args, records, types } from '../support/dns-records.ts';
import { Installation, reseller } from '../support/installation.ts';

const zone = 'bob.example';
let here: Installation;
beforeAll(async () => {
  here = new Installation({ checksZones: true });
  await ok('adddns', { domain: zone, ip: '192.0.2.7' });
  await ok('addzonerecord', { domain: zone, name: 'a', type: 'A', address: '192.0.2.1' });
  await ok('addzonerecord', { domain: zone, name: 'cname', type: 'CNAME', cname: 'a.example.net' });
});
afterAll(() => here.remove());

async function ok(command: string, args: Record<string, Json>) {
  const { metadata } = await here.call(command, args);
  expect([metadata.reason, metadata.result]).toEqual([metadata.reason, 1]);
}

const text = () => readFileSync(join(here.state, 'root/var/lib/bind/whmapi1', `${zone}.db`), 'utf8');

const hostile = [
  '\n$INCLUDE /etc/passwd',
  'x\nevil 60 IN A 192.0.2.66',
  '$INCLUDE /etc/passwd',
  '$ORIGIN evil.',
  '; comment',
  '"',
  '" "evil',
  '( x',
  ') x',
  '\\',
  'x'.repeat(70_000),
];
const params: [string, Args, string][] = types.flatMap((type) =>
  Object.keys(records[type]?.[0] ?? {}).map((param): [string, Args, string] => [
    type,
    records[type]?.[0] ?? {},
    param,
  ]),
);

it.each(params)('%s %j: “%s” is rejected, or stays one value', async (type, good, param) => {
  const before = text();
  for (const value of hostile) {
    const args = { domain: zone, name: 'hostile', type, ttl: '300', ...good, [param]: value };
    // A dry run shows what would be written.
    const { metadata } = await here.call('addzonerecord', args, { dryRun: true });
    const diff = metadata.output?.messages?.join('\n') ?? '';
    const written = diff.split('\n').filter((line) => /^\+(?!\+)/.test(line));
    // The serial, and the record.
    expect([value.slice(0, 30), written.length]).toEqual([value.slice(0, 30), metadata.result === 1 ? 2 : 0]);
    if (metadata.result === 1)
      expect(written[1]).toMatch(new RegExp(`^\\+hostile\\.bob\\.example\\.\\t300\\tIN\\t${type}\\t`));
  }
  expect(text()).toBe(before);
});

const a = { type: 'A', address: '192.0.2.9' };
it.each<[string, Args, string]>([
  ...hostile.map((name): [string, Args, string] => ['a name', { ...a, name }, 'name']),
  ['a name of more than 255 octets', { ...a, name: `${'a.'.repeat(126)}a` }, 'domain name'],
  ['a label of more than 63 octets', { ...a, name: 'a'.repeat(64) }, 'domain name'],
  ['a name that is too long with the zone', { ...a, name: `${'a.'.repeat(122)}aa` }, 'domain name'],
  [
    'a target of more than 255 octets',
    { type: 'CNAME', name: 'x', cname: `${'a.'.repeat(127)}a` },
    'domain name',
  ],
  ['a TTL of 0', { ...a, name: 'x', ttl: '0' }, 'ttl'],
  ['a negative TTL', { ...a, name: 'x', ttl: '-1' }, 'ttl'],
  ['a TTL above 2147483647', { ...a, name: 'x', ttl: '2147483648' }, 'ttl'],
  ['a TTL with a unit', { ...a, name: 'x', ttl: '1h' }, 'ttl'],
  ['a TTL with an exponent', { ...a, name: 'x', ttl: '1e3' }, 'ttl'],
  ['a TTL and more', { ...a, name: 'x', ttl: '60 ; x' }, 'ttl'],
  ['a CNAME beside other data', { type: 'CNAME', name: 'a', cname: 'x.example' }, 'CNAME must be the only'],
  ['data beside a CNAME', { ...a, name: 'cname' }, 'CNAME must be the only'],
  ['a CNAME of the zone itself', { type: 'CNAME', name: '@', cname: 'x.example' }, 'CNAME must be the only'],
  ['a name in another zone', { ...a, name: 'x.alice.example.' }, 'not in the zone'],
  ['a name that ends like the zone', { ...a, name: 'an-bob.example.' }, 'not in the zone'],
])('%s is rejected: %j', async (_what, args, reason) => {
  const before = text();
  const { metadata } = await here.call('addzonerecord', { domain: zone, ...args });
  expect(metadata.result).toBe(0);
  expect(metadata.reason).toContain(reason);
  expect(text()).toBe(before);
});

const rita = reseller('rita', 'create-dns', 'kill-dns', 'edit-dns', 'edit-mx');
it.each([
  ['addzonerecord', { domain: zone, name: 'x', ...a }],
  ['editzonerecord', { domain: zone, line: '3', ttl: '60' }],
  ['removezonerecord', { zone, line: '10' }],
  ['mass_edit_dns_zone', { zone, serial: '1', remove: '9' }],
  ['resetzone', { domain: zone }],
  ['savemxs', { domain: zone, name: zone, exchange: 'mx.example', preference: '1' }],
  ['dumpzone', { domain: zone }],
  ['parse_dns_zone', { zone }],
  ['export_zone_files', { zone }],
  ['killdns', { domain: zone }],
])('%s of another user’s zone is denied', async (command, args) => {
  const before = text();
  const { metadata } = await here.call(command, args, { as: rita });
  expect(metadata).toMatchObject({ result: 0, error_code: 'denied' });
  expect(metadata.reason).toContain(`You do not have access to the DNS zone “${zone}”`);
  expect(text()).toBe(before);
});

it.each(['server.example.com', 'example.com', 'com'])(
  'a zone that contains the server’s name, %s, can only be added by root',
  async (domain) => {
    const { metadata } = await here.call('adddns', { domain, ip: '192.0.2.7' }, { as: rita });
    expect(metadata).toMatchObject({ result: 0, error_code: 'denied' });
    // Everybody registers domains below “com”: root has to say that it is no slip.
    const given = { domain, ip: '192.0.2.7', ...(domain === 'com' && { force: '1' }) };
    expect((await here.call('adddns', given, { dryRun: true })).metadata.result).toBe(1);
  },
);

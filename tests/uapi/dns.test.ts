// DNS of UAPI, and ZoneEdit of UAPI and API 2: an account reads and edits its own zones.
import { Installation } from '../support/installation.ts';

const password = 'correct horse battery staple 7';
let here: Installation;

beforeAll(async () => {
  here = new Installation({ checksZones: true });
  await here.call('createacct', { username: 'bob', domain: 'bob.example', password });
  await here.call('createacct', { username: 'eve', domain: 'eve.example', password });
});
afterAll(() => here.remove());

interface Row {
  readonly [field: string]: unknown;
  readonly line: number;
}

async function records(filter: Record<string, string> = {}): Promise<Row[]> {
  const answer = await here.api2('bob', 'ZoneEdit::fetchzone_records', { domain: 'bob.example', ...filter });
  expect(answer.error).toBeUndefined();
  return answer.data as unknown as Row[];
}

const add = (args: Record<string, string>, user = 'bob') =>
  here.api2(user, 'ZoneEdit::add_zone_record', { domain: 'bob.example', ...args });

async function serial(): Promise<number> {
  const { data, error } = await here.api2('bob', 'ZoneEdit::fetchzone', { domain: 'bob.example' });
  expect(error).toBeUndefined();
  return Number(data[0]?.serialnum);
}

async function override(features: Record<string, 0 | 1>, work: () => Promise<void>): Promise<void> {
  const { metadata } = await here.call('add_override_features_for_user', {
    user: 'bob',
    features: JSON.stringify(features),
  });
  expect(metadata.result).toBe(1);
  try {
    await work();
  } finally {
    const names = JSON.stringify(Object.keys(features));
    await here.call('remove_override_features_for_user', { user: 'bob', features: names });
  }
}

test('ZoneEdit::add_zone_record, edit_zone_record and remove_zone_record change a record', async () => {
  const added = await add({ name: '_acme-challenge', type: 'TXT', txtdata: 'token', ttl: '60' });
  expect(added.data).toMatchObject([{ result: { status: 1 } }]);
  expect((added.data[0]?.result as unknown as { newserial: string }).newserial).toBe(String(await serial()));

  const [text] = await records({ type: 'TXT', name: '_acme-challenge.bob.example.' });
  expect(text).toMatchObject({ name: '_acme-challenge.bob.example.', txtdata: 'token', record: 'token' });
  const line = String(text?.line);
  expect(text?.Line).toBe(text?.line);
  // As a shell script for DNS validation finds the line.
  const found = /.*line":(\d+).*_acme-challenge\.bob\.example.*token.*/.exec(JSON.stringify(text));
  expect(found?.[1]).toBe(line);

  const edit = { domain: 'bob.example', line, type: 'TXT', txtdata: 'other' };
  expect((await here.api2('bob', 'ZoneEdit::edit_zone_record', edit)).error).toBeUndefined();
  expect(await records({ line })).toMatchObject([{ txtdata: 'other', ttl: '60' }]);
  const shown = await here.api2('bob', 'ZoneEdit::get_zone_record', { domain: 'bob.example', line });
  expect(shown.data).toMatchObject([{ txtdata: 'other' }]);

  const removed = await here.api2('bob', 'ZoneEdit::remove_zone_record', { domain: 'bob.example', line });
  expect(removed.data).toMatchObject([{ result: { status: 1 } }]);
  expect(await records({ name: '_acme-challenge.bob.example' })).toEqual([]);
});

test('a refused change of ZoneEdit has its reason where clients look for it', async () => {
  const { data, error } = await add({ name: 'shop', type: 'A', address: 'nowhere' });
  expect(data).toEqual([{ result: { status: 0, statusmsg: error } }]);
  expect(error).toContain('address');
  const line = await here.api2('bob', 'ZoneEdit::get_zone_record', { domain: 'bob.example', line: '999' });
  expect(line.error).toBe('No record available on selected line.');
});

test('ZoneEdit::fetchzone_records customonly=1 leaves out what the server gave to the zone', async () => {
  const spf = { type: 'TXT', txtdata: expect.stringContaining('v=spf1') as string };
  expect(await records({ customonly: '1' })).toMatchObject([spf]);
  await add({ name: 'shop', type: 'A', address: '192.0.2.77' });
  expect(await records({ customonly: '1' })).toMatchObject([spf, { name: 'shop.bob.example.', type: 'A' }]);
  const { data } = await here.api2('bob', 'ZoneEdit::fetchzone', { domain: 'bob.example', customonly: '1' });
  expect(data[0]?.record).toHaveLength(2);
});

test('ZoneEdit::fetchzones lists the files of the account’s zones only', async () => {
  const { data } = await here.api2('bob', 'ZoneEdit::fetchzones');
  const zones = data[0]?.zones as unknown as Record<string, string[]>;
  expect(Object.keys(zones)).toEqual(['bob.example']);
  expect(zones['bob.example']?.some((line) => line.includes('SOA'))).toBe(true);
});

test('DNS::parse_zone and mass_edit_zone work with line numbers from 0', async () => {
  const before = await serial();
  const record = { dname: 'many', ttl: 300, record_type: 'A', data: ['192.0.2.8'] };
  const edited = await here.uapi('bob', 'DNS::mass_edit_zone', {
    zone: 'bob.example',
    serial: before,
    'add-0': JSON.stringify(record),
    'add-1': JSON.stringify({ ...record, dname: 'more' }),
  });
  expect(edited.errors).toBeNull();
  // A text: lego reads it as one.
  expect(edited.data).toEqual({ new_serial: String(await serial()) });

  const { data } = await here.uapi('bob', 'DNS::parse_zone', { zone: 'bob.example' });
  const rows = data as unknown as { line_index: number; dname_b64?: string }[];
  const name = Buffer.from('many').toString('base64');
  const found = rows.find(({ dname_b64 }) => dname_b64 === name);
  expect(found).toMatchObject({ type: 'record', record_type: 'A', ttl: 300 });
  const remove = { zone: 'bob.example', serial: await serial(), remove: String(found?.line_index) };
  expect((await here.uapi('bob', 'DNS::mass_edit_zone', remove)).status).toBe(1);

  const stale = await here.uapi('bob', 'DNS::mass_edit_zone', { ...remove, serial: before });
  expect(stale.errors?.[0]).toContain('does not match the DNS zone’s serial number');
});

test.each([
  ['DNS::parse_zone', { zone: 'eve.example' }],
  ['DNS::mass_edit_zone', { zone: 'eve.example', serial: '1', remove: '1' }],
  ['DNS::fetch_cpanel_generated_domains', { domain: 'eve.example' }],
  ['DNS::swap_ip_in_zones', { domain: 'eve.example', dest_ip: '192.0.2.7' }],
  ['ZoneEdit::resetzone', { domain: 'eve.example' }],
])('%s refuses the zone of another account, as one that does not exist', async (name, args) => {
  const nobody = Object.fromEntries(
    Object.entries(args).map(([key, value]) => [key, value.replace('eve', 'nobody')]),
  );
  const refused = await here.uapi('bob', name, args);
  expect(refused.errors?.[0]).toContain('You do not have access to the DNS zone “eve.example”.');
  const absent = await here.uapi('bob', name, nobody);
  expect(absent.errors?.[0]).toBe(refused.errors?.[0]?.replace('eve', 'nobody'));
});

test.each([
  ['ZoneEdit::fetchzone', {}],
  ['ZoneEdit::fetchzone_records', {}],
  ['ZoneEdit::get_zone_record', { line: '1' }],
  ['ZoneEdit::add_zone_record', { name: 'x', type: 'A', address: '192.0.2.1' }],
  ['ZoneEdit::edit_zone_record', { line: '16', ttl: '5' }],
  ['ZoneEdit::remove_zone_record', { line: '16' }],
  ['ZoneEdit::fetch_cpanel_generated_domains', {}],
  ['ZoneEdit::resetzone', {}],
])('%s of API 2 refuses the zone of another account', async (name, args) => {
  const { error } = await here.api2('bob', name, { domain: 'eve.example', ...args });
  expect(error).toBe('You do not have access to the DNS zone “eve.example”.');
});

test('no account may change NS and SOA records', async () => {
  const ns = await add({ name: 'sub', type: 'TXT', txtdata: 'x' });
  expect(ns.error).toBeUndefined();
  const [row] = await records({ type: 'NS' });
  const line = String(row?.line);
  const removed = await here.api2('bob', 'ZoneEdit::remove_zone_record', { domain: 'bob.example', line });
  expect(removed.error).toContain('may not change NS records');
  const soa = { zone: 'bob.example', serial: await serial() };
  const [start] = await records({ type: 'SOA' });
  const edit = {
    line_index: Number(start?.line) - 1,
    dname: 'bob.example.',
    ttl: 60,
    record_type: 'A',
    data: ['192.0.2.1'],
  };
  const { errors } = await here.uapi('bob', 'DNS::mass_edit_zone', { ...soa, edit: JSON.stringify(edit) });
  expect(errors?.[0]).toContain('may not change SOA records');
});

test('simplezoneedit allows A and CNAME only, changemx MX', async () => {
  await override({ zoneedit: 0 }, async () => {
    expect((await add({ name: 'a1', type: 'A', address: '192.0.2.9' })).error).toBeUndefined();
    expect((await add({ name: 't1', type: 'TXT', txtdata: 'x' })).error).toContain('A, CNAME, MX');
    const mail = { name: 'bob.example.', type: 'MX', preference: '10', exchange: 'mx.example.net' };
    expect((await add(mail)).error).toBeUndefined();
    const reset = await here.uapi('bob', 'ZoneEdit::resetzone', { domain: 'bob.example' });
    expect(reset.errors?.[0]).toContain('“zoneedit”');
  });
  await override({ changemx: 0 }, async () => {
    const mail = { name: 'bob.example.', type: 'MX', preference: '20', exchange: 'mx2.example.net' };
    expect((await add(mail)).error).toContain('may not change MX records');
  });
  await override({ zoneedit: 0, simplezoneedit: 0, changemx: 0 }, async () => {
    const { errors } = await here.uapi('bob', 'DNS::parse_zone', { zone: 'bob.example' });
    expect(errors?.[0]).toContain('none of the features');
  });
});

test('an account cannot fill the disk of the nameserver with its zone', async () => {
  // The limit of one record is 65,000 bytes.
  const record = { dname: 'big', ttl: 60, record_type: 'TXT', data: Array(250).fill('x'.repeat(255)) };
  const more = Array.from({ length: 16 }, (_, at) => ({ ...record, dname: `big${at}` }));
  const call = { zone: 'bob.example', serial: await serial(), add: JSON.stringify(more) };
  const { errors } = await here.uapi('bob', 'DNS::mass_edit_zone', call);
  expect(errors?.[0]).toContain('the limit for accounts');
  expect(await records({ name: 'big1.bob.example' })).toEqual([]);
});

test('DNS::fetch_cpanel_generated_domains lists the names of the template', async () => {
  const args = { domain: 'bob.example' };
  const { data } = await here.uapi('bob', 'DNS::fetch_cpanel_generated_domains', args);
  const names = (data as unknown as { domain: string }[]).map(({ domain }) => domain);
  expect(names[0]).toBe('bob.example.');
  expect(names).toEqual(
    expect.arrayContaining(['www.bob.example.', 'mail.bob.example.', 'ftp.bob.example.']),
  );
  const old = await here.api2('bob', 'ZoneEdit::fetch_cpanel_generated_domains', args);
  expect(old.data).toEqual(data);
});

test('DNS::swap_ip_in_zones replaces the address of the zone', async () => {
  const swap = { domain: 'bob.example', dest_ip: '192.0.2.200', ftp_ip: '192.0.2.201' };
  const { data } = await here.uapi('bob', 'DNS::swap_ip_in_zones', swap);
  const row = { old_value: '192.0.2.1', record_type: 'A', zone_name: 'bob.example' };
  expect(data).toEqual(
    expect.arrayContaining([
      { ...row, record_name: 'bob.example.', new_value: '192.0.2.200' },
      { ...row, record_name: 'ftp.bob.example.', new_value: '192.0.2.201' },
    ]),
  );
  expect(await records({ type: 'A', name: 'bob.example' })).toMatchObject([{ address: '192.0.2.200' }]);
  const bad = await here.uapi('bob', 'DNS::swap_ip_in_zones', { ...swap, dest_ip: '192.0.2.300' });
  expect(bad.errors?.[0]).toContain('IPv4 address');
  const both = { ...swap, dest_ip: '192.0.2.9', 'domain-1': 'eve.example' };
  expect((await here.uapi('bob', 'DNS::swap_ip_in_zones', both)).status).toBe(0);
  expect(await records({ type: 'A', name: 'bob.example' })).toMatchObject([{ address: '192.0.2.200' }]);
});

test('ZoneEdit::resetzone keeps TXT records', async () => {
  await add({ name: 'kept', type: 'TXT', txtdata: 'kept' });
  const before = await serial();
  const { data } = await here.uapi('bob', 'ZoneEdit::resetzone', { domain: 'bob.example' });
  expect(data).toMatchObject([{ result: { status: 1 } }]);
  expect(await records({ type: 'A', name: 'bob.example' })).toMatchObject([{ address: '192.0.2.1' }]);
  expect(await records({ customonly: '1', type: 'TXT' })).toEqual(
    expect.arrayContaining([expect.objectContaining({ name: 'kept.bob.example.' })]),
  );
  expect(await serial()).toBeGreaterThan(before);
  const old = await here.api2('bob', 'ZoneEdit::resetzone', { domain: 'bob.example' });
  expect(old.data).toMatchObject([{ result: { status: 1 } }]);
});

test('DNS::has_local_authority says why a lookup failed', async () => {
  const { data } = await here.uapi('bob', 'DNS::has_local_authority', { domain: 'bob.example' });
  const [row] = data as unknown as { error?: string }[];
  expect(row).toMatchObject({ domain: 'bob.example', local_authority: 0 });
  expect(row?.error).toContain('bob.example');
});

test('DNS::lookup says why it failed', async () => {
  const { errors } = await here.uapi('bob', 'DNS::lookup', { domain: 'bob.example' });
  expect(errors?.[0]).toContain('“bob.example” could not be resolved');
});

test('DnsLookup::name2ip says why it failed', async () => {
  const { data } = await here.api2('bob', 'DnsLookup::name2ip', { domain: 'bob.example' });
  const [row] = data as { status: number; statusmsg: string }[];
  expect(row).toMatchObject({ status: 0 });
  expect(row?.statusmsg).toContain('“bob.example” could not be resolved');
});

test('DNS::is_alias_available, DNS::is_https_available and DNS::is_svcb_available describe BIND', async () => {
  expect((await here.uapi('bob', 'DNS::is_alias_available')).data).toMatchObject({ alias: 0 });
  expect((await here.uapi('bob', 'DNS::is_https_available')).data).toEqual({ dns_server: 'bind', https: 1 });
  expect((await here.uapi('bob', 'DNS::is_svcb_available')).data).toEqual({ dns_server: 'bind', svcb: 1 });
});

test('DNS::mass_edit_zone adds the HTTPS and SVCB records that it says it serves', async () => {
  for (const record_type of ['HTTPS', 'SVCB']) {
    const dname = record_type.toLowerCase();
    const record = { dname, ttl: 300, record_type, data: ['1', '.', 'alpn="h2"'] };
    const call = { zone: 'bob.example', serial: await serial(), add: JSON.stringify(record) };
    expect((await here.uapi('bob', 'DNS::mass_edit_zone', call)).errors).toBeNull();
  }
});

test('DNSSEC::enable_dnssec, DNSSEC::fetch_ds_records and DNSSEC::disable_dnssec reach the account’s own zones', async () => {
  const own = new Installation();
  try {
    const password = 'correct horse battery staple 7';
    for (const username of ['bob', 'eve'])
      await own.call('createacct', { username, domain: `${username}.example`, password });
    const domains = { 'domain-1': 'bob.example', 'domain-2': 'eve.example' };
    const noAccess = 'You do not have access to the DNS zone “eve.example”.';
    const enabled = await own.uapi('bob', 'DNSSEC::enable_dnssec', { ...domains, algo_num: '13' });
    expect(enabled).toMatchObject({
      status: 1,
      data: {
        enabled: {
          'bob.example': { enabled: 1, nsec_version: 'NSEC3' },
          'eve.example': { enabled: 0, error: noAccess },
        },
      },
    });
    const signed = async (domain: string) =>
      (await own.call('fetch_ds_records_for_domains', { domain })).data as {
        domains: { ds_records: object }[];
      };
    expect((await signed('bob.example')).domains[0]?.ds_records).toMatchObject({
      nsec_details: { nsec_version: 'NSEC3' },
    });
    expect((await signed('eve.example')).domains[0]?.ds_records).toEqual({ keys: {} });
    const fetched = await own.uapi('bob', 'DNSSEC::fetch_ds_records', domains);
    expect(fetched).toMatchObject({
      data: { 'bob.example': { keys: {}, nsec_details: { nsec_version: 'NSEC3' } } },
      warnings: expect.arrayContaining([`“eve.example”: ${noAccess}`]) as unknown,
    });
    expect(Object.keys(fetched.data as object)).toEqual(['bob.example']);
    const weak = await own.uapi('bob', 'DNSSEC::enable_dnssec', { domain: 'bob.example', algo_num: '5' });
    expect(weak.errors?.[0]).toContain('uses SHA-1');
    const disabled = await own.uapi('bob', 'DNSSEC::disable_dnssec', domains);
    expect(disabled.data).toEqual({ disabled: { 'bob.example': 1, 'eve.example': 0 } });
    expect((await signed('bob.example')).domains[0]?.ds_records).toEqual({ keys: {} });
    expect((await own.uapi('bob', 'DNSSEC::fetch_ds_records', { domain: 'eve.example' })).errors).toEqual([
      noAccess,
    ]);
  } finally {
    own.remove();
  }
});

const base64 = (text: string) => Buffer.from(text).toString('base64');
const parsedNames = async (): Promise<Record<string, string>> => {
  const { data } = await here.uapi('bob', 'DNS::parse_zone', { zone: 'bob.example' });
  const rows = data as unknown as { record_type?: string; dname_b64?: string; line_index: number }[];
  return Object.fromEntries(
    rows.map(({ record_type: type = '', dname_b64: name = '', line_index: line }) => [
      `${type} ${Buffer.from(name, 'base64').toString()}`,
      String(line),
    ]),
  );
};

// As the webhook of cert-manager does it: it looks for the name that it has sent.
test.each(['_acme-challenge', '_acme-challenge.bob.example.', '*.deep'])(
  'DNS::parse_zone returns the name that DNS::mass_edit_zone was given: %s',
  async (dname) => {
    const edit = async (changes: Record<string, string>) => {
      const answer = await here.uapi('bob', 'DNS::mass_edit_zone', {
        zone: 'bob.example',
        serial: String(await serial()),
        ...changes,
      });
      expect(answer.errors).toBeNull();
    };
    await edit({ add: JSON.stringify({ dname, ttl: 60, record_type: 'TXT', data: ['one'] }) });
    const line = (await parsedNames())[`TXT ${dname}`];
    expect(line).toBeDefined();
    const record = { line_index: line, dname, ttl: 60, record_type: 'TXT', data: ['one', 'two'] };
    await edit({ edit: JSON.stringify(record) });
    expect(await parsedNames()).toMatchObject({ [`TXT ${dname}`]: line });
    await edit({ remove: line ?? '' });
    expect(await parsedNames()).not.toHaveProperty([`TXT ${dname}`]);
  },
);

test('DNS::parse_zone returns the names of the template as they are in the file', async () => {
  expect(Object.keys(await parsedNames())).toEqual(
    expect.arrayContaining(['SOA bob.example.', 'A bob.example.', 'CNAME www', 'CNAME mail']),
  );
  const { data } = await here.call('parse_dns_zone', { zone: 'bob.example' });
  expect(data?.payload).toContainEqual(expect.objectContaining({ dname_b64: base64('www') }));
});

// The expression of acme.sh, which finds the zones of the account by their first line.
test('ZoneEdit::fetchzones shows the zones to acme.sh', async () => {
  const answer = await here.api2('bob', 'ZoneEdit::fetchzones');
  expect(JSON.stringify(answer)).toMatch(/"bob\.example":\["; cPanel first/);
});

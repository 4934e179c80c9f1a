// Every record type through every function that writes or shows it, in a zone that BIND loads.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../src/core/values.ts';
import { massEditTypes } from '../../src/capabilities/dns/rules/record-types.ts';
import { nameOf, records, types } from '../support/dns-records.ts';
import { Installation } from '../support/installation.ts';
import { compileZone } from '../support/named.ts';
import { itWith } from '../support/require-tool.ts';

type Row = Record<string, Json>;

const zone = 'bob.example';
let here: Installation;
beforeAll(async () => {
  here = new Installation({ checksZones: true });
  await ok('adddns', { domain: zone, ip: '192.0.2.7' });
});
afterAll(() => here.remove());

async function ok(command: string, args: Record<string, Json> = {}) {
  const answer = await here.call(command, args);
  expect([answer.metadata.reason, answer.metadata.result]).toEqual([answer.metadata.reason, 1]);
  return answer;
}

const text = () => readFileSync(join(here.state, 'root/var/lib/bind/whmapi1', `${zone}.db`), 'utf8');
const lineOf = (row: Row | undefined) => Number(row?.Line);
const plain = (base64: Json) => Buffer.from(base64 as string, 'base64').toString();

async function rows(): Promise<Row[]> {
  const { data } = await ok('dumpzone', { domain: zone });
  return (data as unknown as { zone: { record: Row[] }[] }).zone[0]?.record ?? [];
}

async function parsed() {
  const { data } = await ok('parse_dns_zone', { zone });
  return (data as unknown as { payload: Row[] }).payload
    .filter(({ type }) => type === 'record')
    .map((row) => ({
      line_index: row.line_index ?? null,
      dname: plain(row.dname_b64 ?? ''),
      ttl: row.ttl ?? null,
      record_type: row.record_type as string,
      data: (row.data_b64 as Json[]).map(plain),
    }));
}

async function serial(): Promise<string> {
  return (await rows()).find(({ type }) => type === 'SOA')?.serial as string;
}

const dataOf = (line: string) => line.replace(/\s+/g, '');

it('the table has every type that can be added', () => {
  expect(['HTTPS', 'SOA', 'SVCB', ...types].sort()).toEqual(Object.keys(massEditTypes).sort());
});

describe.each(types)('%s', (type) => {
  const [added = {}, edited = {}, data = ''] = records[type] ?? [];
  const owner = `${nameOf(type)}.${zone}.`;
  const find = async () => {
    const found = (await rows()).find((row) => row.type === type && row.name === owner);
    if (found === undefined) throw new Error(`There is no ${type} record`);
    return found;
  };

  it('is added, shown, edited and shown again', async () => {
    await ok('addzonerecord', { domain: zone, name: nameOf(type), type, ttl: '300', ...added });
    const row = await find();
    expect(row).toMatchObject({ class: 'IN', ttl: '300' });
    await ok('editzonerecord', { domain: zone, line: lineOf(row), ...edited });
    // Parameters that editzonerecord does not get are kept.
    expect(await find()).toMatchObject({ Line: row.Line, ttl: '300' });
    const line = text().split('\n')[Number(row.Line) - 1] ?? '';
    expect(dataOf(line)).toBe(dataOf(`${owner} 300 IN ${type} ${data}`));
  });
});

describe('all types together', () => {
  const isOfTable = ({ dname, record_type: type }: { dname: string; record_type: string }) =>
    types.some((one) => one === type && dname === `${nameOf(one)}.${zone}.`);

  it('what parse_dns_zone shows, mass_edit_dns_zone writes back unchanged', async () => {
    const all = (await parsed()).filter(isOfTable);
    expect(all.map(({ record_type: type }) => type).sort()).toEqual([...types].sort());
    const before = text().split('\n');
    await ok('mass_edit_dns_zone', { zone, serial: await serial(), edit: all as unknown as Json });
    const after = text().split('\n');
    expect(after.filter((line, at) => line !== before[at])).toEqual([expect.stringMatching(/; serial$/)]);
  });

  it('and adds under another name', async () => {
    const add = (await parsed()).filter(isOfTable).map(({ dname, ttl, record_type, data }) => ({
      ...{ dname: `copy-${dname}`, ttl, record_type, data },
    }));
    await ok('mass_edit_dns_zone', { zone, serial: await serial(), add: add as unknown as Json });
    const written = (await parsed()).filter(({ dname }) => dname.startsWith('copy-'));
    expect(written.map(({ dname, record_type, data }) => [dname, record_type, data])).toEqual(
      add.map(({ dname, record_type, data }) => [dname, record_type, data]),
    );
  });

  itWith(['named-compilezone'], 'and BIND loads the same records', () => {
    const { messages, records: loaded } = compileZone(zone, Buffer.from(text()).toString('latin1'));
    expect(messages).toContain('OK');
    const lines = loaded.map(dataOf);
    for (const type of types) {
      for (const owner of [`${nameOf(type)}.${zone}.`, `copy-${nameOf(type)}.${zone}.`]) {
        expect(lines).toContain(dataOf(`${owner} 300 IN ${type} ${records[type]?.[2] ?? ''}`));
      }
    }
  });

  it('removezonerecord removes one record of each type', async () => {
    const count = (await parsed()).length;
    for (const type of ['A', 'TXT', 'NAPTR']) {
      const row = (await rows()).find(
        (one) => one.type === type && one.name === `copy-${nameOf(type)}.${zone}.`,
      );
      await ok('removezonerecord', { zone, line: lineOf(row) });
    }
    expect(await parsed()).toHaveLength(count - 3);
  });
});

describe('HTTPS and SVCB', () => {
  const add = (record_type: string, data: string[], dname = 'svc') => ({
    add: JSON.stringify({ dname, ttl: 300, record_type, data }),
  });
  const edit = async (args: Record<string, Json>) =>
    ok('mass_edit_dns_zone', { zone, serial: await serial(), ...args });
  const found = async () => (await parsed()).filter(({ record_type: type }) => /HTTPS|SVCB/.test(type));

  it('are written by mass_edit_dns_zone, shown, edited and removed', async () => {
    await edit(add('https', ['1', '.', 'alpn="h2,h3"', 'no-default-alpn', 'ipv4hint=192.0.2.7']));
    await edit(add('SVCB', ['0', 'svc.example.net.'], '_alias'));
    await edit(add('SVCB', ['2', 'dns', 'alpn=dot', 'port=853', 'key65400="a \\"b\\""'], '_dns'));
    expect((await found()).map(({ record_type: type, data }) => [type, ...data])).toEqual([
      ['HTTPS', '1', '.', 'alpn="h2,h3"', 'no-default-alpn', 'ipv4hint=192.0.2.7'],
      ['SVCB', '0', 'svc.example.net.'],
      ['SVCB', '2', `dns.${zone}.`, 'alpn=dot', 'port=853', 'key65400="a \\"b\\""'],
    ]);
    const [https] = await found();
    // As parse_dns_zone shows it, without one of the parameters.
    const { line_index, dname, ttl, record_type, data = [] } = https ?? {};
    await edit({ edit: JSON.stringify({ line_index, dname, ttl, record_type, data: data.slice(0, 3) }) });
    expect((await found())[0]?.data).toEqual(['1', '.', 'alpn="h2,h3"']);
    const row = (await rows()).find(({ Line }) => Line === Number(line_index) + 1);
    expect(row).toMatchObject({ type: ':RAW', raw: expect.stringContaining('HTTPS') as string });
  });

  itWith(['named-compilezone'], 'are loaded by BIND unchanged', () => {
    const { messages, records: loaded } = compileZone(zone, Buffer.from(text()).toString('latin1'));
    expect(messages).toContain('OK');
    expect(loaded).toContain(`svc.${zone}. 300 IN HTTPS 1 . alpn="h2,h3"`);
    expect(loaded).toContain(
      `_dns.${zone}. 300 IN SVCB 2 dns.${zone}. alpn="dot" port=853 key65400="a \\"b\\""`,
    );
  });

  it('are removed', async () => {
    const lines = (await found()).map(({ line_index }) => line_index as number);
    await edit({ remove: lines });
    expect(await found()).toEqual([]);
  });

  it('have no parameters in addzonerecord, and the error says so', async () => {
    const { metadata } = await here.call('addzonerecord', { domain: zone, name: 'h', type: 'HTTPS' });
    expect(metadata.reason).toContain('Add HTTPS records with mass_edit_dns_zone.');
  });

  it.each<[string[], string]>([
    [['1'], 'at least 2 values (priority, target, parameters), not 1'],
    [['x', '.'], '“priority” should be a whole number'],
    [['1', 'a b'], '“target” should be a domain name'],
    ...[
      ...[
        'alpn=h2 evil',
        'alpn=h2;evil',
        'alpn=(h2',
        'alpn="h2',
        'alpn="h2" "x"',
        'ALPN=h2',
        '=h2',
        'alpn=h2"',
        '',
      ],
      ...['alpn=h2\\', 'alpn="h2\\"', 'é=1', 'alpn=é', '$INCLUDE', 'a'.repeat(64)],
    ].map((one): [string[], string] => [['1', '.', one], 'should be a parameter such as']),
    [['1', '.', 'alpn=h2\nevil A 192.0.2.66'], 'control characters'],
  ])('reject %j', async (data, reason) => {
    const before = text();
    const { metadata } = await here.call('mass_edit_dns_zone', {
      zone,
      serial: await serial(),
      ...add('HTTPS', data),
    });
    expect(metadata.reason).toContain(reason);
    expect(text()).toBe(before);
  });

  itWith(['named-checkzone'], 'reject a key that BIND does not know', async () => {
    const before = text();
    const { metadata } = await here.call('mass_edit_dns_zone', {
      ...{ zone, serial: await serial() },
      ...add('HTTPS', ['1', '.', 'foo=bar']),
    });
    expect(metadata.reason).toContain('named-checkzone');
    expect(text()).toBe(before);
  });
});

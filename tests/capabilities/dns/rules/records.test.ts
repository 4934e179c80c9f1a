// Converts callers’ parameters to record data, and record data to the API’s fields.
import fc from 'fast-check';
import { quoteString } from '../../../../src/capabilities/dns/rules/octets.ts';
import { splitStrings } from '../../../../src/capabilities/dns/rules/record-data.ts';
import {
  readData,
  readParams,
  readTtlParam,
  readType,
} from '../../../../src/capabilities/dns/rules/record-params.ts';
import type { RecordType } from '../../../../src/capabilities/dns/rules/record-types.ts';
import { recordTypes } from '../../../../src/capabilities/dns/rules/record-types.ts';
import { writeRecord } from '../../../../src/capabilities/dns/rules/zone-edits.ts';
import { readZone, recordsOf } from '../../../../src/capabilities/dns/rules/zone-file.ts';
import { parsedRows, zoneRow, zoneRows } from '../../../../src/capabilities/dns/rules/zone-views.ts';
import { compileZone } from '../../../support/named.ts';
import { itWith } from '../../../support/require-tool.ts';

const zone = 'example.com.';
const head =
  '$TTL 14400\nexample.com.\t86400\tIN\tSOA\tns.example.net. root.example.com. 1 3600 1800 1209600 86400\n@\tNS\tns.example.net.\n';

/** Parameters of each type, the resulting data, and how dumpzone shows it if that differs. */
const examples: Record<RecordType, [Record<string, string>, string, Record<string, unknown>?]> = {
  A: [{ address: '192.0.2.1' }, '192.0.2.1'],
  AAAA: [{ address: '2001:DB8:0:0::1' }, '2001:db8::1', { address: '2001:db8::1' }],
  AFSDB: [{ subtype: '1', hostname: 'afs.example.net' }, '1 afs.example.net.'],
  CAA: [{ flag: '0', tag: 'issue', value: 'letsencrypt.org' }, '0 issue "letsencrypt.org"'],
  CNAME: [{ cname: 'bücher.example' }, 'xn--bcher-kva.example.', { cname: 'xn--bcher-kva.example' }],
  DNAME: [{ dname: 'example.net.' }, 'example.net.', { dname: 'example.net' }],
  DS: [
    { keytag: '12345', algorithm: '13', digtype: '2', digest: 'ab'.repeat(32) },
    `12345 13 2 ${'AB'.repeat(32)}`,
    { keyname: '12345', digest: 'AB'.repeat(32), keytag: undefined },
  ],
  HINFO: [{ cpu: 'PC', os: 'Debian GNU/Linux' }, '"PC" "Debian GNU/Linux"'],
  LOC: [
    { latitude: '52 22 23 N', longitude: '4 53 32.5 E', altitude: '-2m', size: '30' },
    '52 22 23.000 N 4 53 32.500 E -2.00m 30m 10000m 10m',
    {
      latitude: '52 22 23.000 N',
      longitude: '4 53 32.500 E',
      altitude: '-2.00m',
      horiz_pre: '10000',
      vert_pre: '10',
      version: '0',
    },
  ],
  MX: [{ preference: '0', exchange: 'mail.example.net' }, '0 mail.example.net.'],
  NAPTR: [
    {
      order: '1',
      preference: '2',
      flags: 'u',
      service: 'E2U+sip',
      regexp: '!^.*$!sip:a@example.com!',
      replacement: '.',
    },
    '1 2 "u" "E2U+sip" "!^.*$!sip:a@example.com!" .',
  ],
  NS: [{ nsdname: 'ns2.example.net' }, 'ns2.example.net.'],
  PTR: [
    { ptdrname: 'host.example.net' },
    'host.example.net.',
    { ptrdname: 'host.example.net', ptdrname: undefined },
  ],
  RP: [
    { mbox: 'first.last@example.net', txtdname: 'txt.example.net' },
    'first\\.last.example.net. txt.example.net.',
    { mbox: 'first\\.last.example.net' },
  ],
  SOA: [
    {
      mname: 'ns.example.net',
      rname: 'root@example.com',
      serial: '1',
      refresh: '2',
      retry: '3',
      expire: '4',
      minimum: '5',
    },
    'ns.example.net. root.example.com. 1 2 3 4 5',
    { rname: 'root.example.com' },
  ],
  SPF: [{ txtdata: 'v=spf1 -all' }, '"v=spf1 -all"', { unencoded: 1, char_str_list: ['"v=spf1 -all"'] }],
  SRV: [{ priority: '0', weight: '5', port: '5060', target: '.' }, '0 5 5060 .'],
  TLSA: [
    { usage: '3', selector: '1', matching_type: '1', certificate: 'cd'.repeat(32) },
    `3 1 1 ${'CD'.repeat(32)}`,
    { certificate: 'CD'.repeat(32) },
  ],
  TXT: [
    { txtdata: '"v=DKIM1; p=" "a\\"b"' },
    '"v=DKIM1; p=" "a\\"b"',
    { txtdata: 'v=DKIM1; p=a"b', unencoded: 1, char_str_list: ['"v=DKIM1; p="', '"a\\"b"'] },
  ],
};
const types = Object.keys(recordTypes) as RecordType[];

describe('a record of each type', () => {
  it.each(types)('%s: parameters to data, to a line, and to a row of dumpzone', (type) => {
    const [params, data, shown = {}] = examples[type];
    const line = writeRecord({
      owner: 'x.example.com.',
      ttl: 300,
      type,
      items: readParams(type, params, zone),
    });
    expect(line).toBe(`x.example.com.\t300\tIN\t${type}\t${data}`);
    const row = { Line: 4, class: 'IN', name: 'x.example.com.', ttl: '300', type, ...params, ...shown };
    const [last] = zoneRows(readZone(`${head}${line}\n`, zone)).slice(-1);
    expect(last).toEqual(JSON.parse(JSON.stringify(row)));
  });

  it.each(types)('%s: what dumpzone shows, sent back, gives the same data', (type) => {
    const items = readParams(type, examples[type][0], zone);
    const file = readZone(
      `${head}${writeRecord({ owner: 'x.example.com.', ttl: 300, type, items })}\n`,
      zone,
    );
    const { txtdata, ...row } = zoneRows(file).at(-1) as Record<string, string>;
    // Strings of TXT are returned as one.
    const text = txtdata === undefined ? {} : { txtdata };
    const again = readParams(type, { ...row, ...text }, zone);
    expect(again).toEqual(txtdata === undefined ? items : [items.join('')]);
  });

  it.each(types.filter((type) => type !== 'LOC'))(
    '%s: what parse_dns_zone shows, sent back, gives the same data',
    (type) => {
      const items = readParams(type, examples[type][0], zone);
      const file = readZone(
        `${head}${writeRecord({ owner: 'x.example.com.', ttl: 300, type, items })}\n`,
        zone,
      );
      const row = parsedRows(file).at(-1);
      if (row?.type !== 'record') throw new Error('no record');
      const decoded = row.data_b64.map((one) => Buffer.from(one, 'base64').toString());
      expect(readData(type, decoded, zone)).toEqual(items);
      expect(row).toMatchObject({
        line_index: 3,
        record_type: type,
        ttl: 300,
        dname_b64: Buffer.from('x.example.com.').toString('base64'),
      });
    },
  );

  itWith(['named-compilezone'], 'is written like BIND writes it', () => {
    const records = types
      .filter((type) => !['SOA', 'NS'].includes(type))
      .map((type) =>
        writeRecord({
          owner: `${type}.example.com.`,
          ttl: 300,
          type,
          items: readParams(type, examples[type][0], zone),
        }),
      );
    const compiled = compileZone(zone, `${head}${records.join('\n')}\n`);
    expect(compiled.messages).toContain('OK');
    const withoutSpaces = (record: string) => record.replace(/\s/g, '');
    expect(compiled.records.map(withoutSpaces)).toEqual(expect.arrayContaining(records.map(withoutSpaces)));
  });

  it.each<[RecordType, Record<string, string>, string]>([
    ['A', {}, '“address” is missing. The type A needs an IPv4 address'],
    [
      'A',
      { address: '192.0.2.300' },
      '“address” should be an IPv4 address such as 192.0.2.1, not “192.0.2.300”',
    ],
    ['A', { address: '010.0.0.1' }, 'IPv4'],
    ['AAAA', { address: '192.0.2.1' }, 'IPv6'],
    ['AAAA', { address: 'fe80::1%eth0' }, 'IPv6'],
    ['MX', { preference: '65536', exchange: 'a.b' }, 'from 0 to 65535'],
    ['MX', { preference: '-1', exchange: 'a.b' }, 'from 0 to 65535'],
    ['MX', { preference: '1e3', exchange: 'a.b' }, 'from 0 to 65535'],
    ['CNAME', { cname: 'a b' }, 'should be a domain name'],
    ['CAA', { flag: '0', tag: 'is sue', value: 'x' }, '“tag” should be a word'],
    ['DS', { keytag: '1', algorithm: '8', digtype: '2', digest: 'abc' }, 'even number of hexadecimal digits'],
    ['TXT', { txtdata: '"unfinished' }, 'begins with a quote'],
    ['TXT', { txtdata: '"a" b' }, 'begins with a quote'],
    ['TXT', { txtdata: '"\\999"' }, 'begins with a quote'],
    ['LOC', { latitude: '91 N', longitude: '1 E', altitude: '1m' }, 'should be a latitude'],
    ['LOC', { latitude: '1 N', longitude: '1 E', altitude: '1m', version: '1' }, '“version” should be 0'],
    [
      'NAPTR',
      { order: '1', preference: '1', flags: '', service: '', regexp: '!a!b', replacement: '.' },
      'a substitution',
    ],
    ['HINFO', { cpu: 'x'.repeat(256), os: 'y' }, 'at most 255 bytes'],
  ])('%s with %j is rejected', (type, params, reason) => {
    expect(() => readParams(type, params, zone)).toThrow(reason);
  });

  it('keeps the values of omitted parameters when it is edited, unless the type changes', () => {
    const [present] = recordsOf(readZone(`${head}x\tSRV\t1 2 3 a.example.net.\n`, zone)).slice(-1);
    expect(readParams('SRV', { port: '99' }, zone, present)).toEqual(['1', '2', '99', 'a.example.net.']);
    expect(() => readParams('MX', { preference: '1' }, zone, present)).toThrow('“exchange” is missing');
  });

  it('has one of the types that BIND serves', () => {
    expect(readType('type', 'aaaa')).toBe('AAAA');
    expect(() => readType('type', 'ALIAS')).toThrow('which BIND does not serve');
    expect(() => readType('type', 'constructor')).toThrow('should be A, AAAA, AFSDB');
  });

  it('has a TTL of 1 to 2147483647 seconds', () => {
    expect(readTtlParam('ttl', '2147483647')).toBe(2_147_483_647);
    for (const bad of ['0', '-1', '2147483648', '1h', '', ' 5', '99999999999']) {
      expect(() => readTtlParam('ttl', bad)).toThrow(
        '“ttl” should be a number of seconds from 1 to 2147483647',
      );
    }
  });
});

describe('text longer than 255 bytes', () => {
  it('is divided by bytes, between characters, and is read back whole', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'é', '€', '\u{1f4a9}'), maxLength: 600 }),
        (text) => {
          const items = readParams('TXT', { txtdata: text === '' ? 'a' : text }, zone);
          expect(items.every((one) => one.length <= 255)).toBe(true);
          expect(items.map((one) => Buffer.from(one, 'latin1').toString()).join('')).toBe(
            text === '' ? 'a' : text,
          );
          expect(items.length).toBeLessThanOrEqual(Math.ceil(Buffer.byteLength(text) / 252) || 1);
        },
      ),
    );
  });

  it('is also divided within quotes and in mass_edit_dns_zone', () => {
    const long = 'x'.repeat(300);
    expect(readParams('TXT', { txtdata: `"${long}" "y"` }, zone).map((one) => one.length)).toEqual([
      255, 45, 1,
    ]);
    expect(readData('TXT', [long, 'y'], zone).map((one) => one.length)).toEqual([255, 45, 1]);
  });

  it('has at most the 65,535 bytes of a record', () => {
    expect(splitStrings('x'.repeat(65_279))).toHaveLength(256);
    expect(splitStrings('x'.repeat(65_280))).toBeUndefined();
    expect(() => readParams('TXT', { txtdata: 'x'.repeat(70_000) }, zone)).toThrow('has more than');
  });
});

it('names of mass_edit_dns_zone are relative without a final dot', () => {
  expect(readData('MX', ['10', 'mail'], zone)).toEqual(['10', 'mail.example.com.']);
  expect(readData('CNAME', ['example.net.'], zone)).toEqual(['example.net.']);
  expect(() => readData('MX', ['10'], zone)).toThrow('should have 2 values (preference, exchange), not 1');
  expect(() => readData('TXT', [], zone)).toThrow('at least 1 value');
});

describe('dumpzone', () => {
  // The shape of a real WHM server’s response: comments and blanks are raw, numbers are strings, except Line and Lines.
  const text =
    '; a comment\n$TTL 14400\nexample.com.\t86400\tIN\tSOA\tns1.example.net. root.example.com. (\n\t2011030706\n\t86400\n\t7200\n\t3600000\n\t86400\n\t)\n\n' +
    'example.com.\t86400\tIN\tNS\tns1.example.net.\nwww\tIN\tCNAME\texample.com.\n$ORIGIN sub.example.com.\nx\tTYPE65280\t\\# ( 1\n\tff )\nbroken\n';
  const rows = zoneRows(readZone(text, zone));

  it('has a row for each line', () => {
    const raw = (Line: number, line: string) => ({ Line, name: '', raw: line, ttl: '86400', type: ':RAW' });
    expect(rows).toEqual([
      raw(1, '; a comment'),
      { Line: 2, name: '', ttl: '14400', type: '$TTL' },
      {
        ...{
          Line: 3,
          Lines: 7,
          class: 'IN',
          name: 'example.com.',
          ttl: '86400',
          type: 'SOA',
          mname: 'ns1.example.net',
          rname: 'root.example.com',
        },
        ...{ serial: '2011030706', refresh: '86400', retry: '7200', expire: '3600000', minimum: '86400' },
      },
      raw(10, ''),
      { Line: 11, class: 'IN', name: 'example.com.', nsdname: 'ns1.example.net', ttl: '86400', type: 'NS' },
      { Line: 12, class: 'IN', cname: 'example.com', name: 'www.example.com.', ttl: '14400', type: 'CNAME' },
      raw(13, '$ORIGIN sub.example.com.'),
      raw(14, 'x\tTYPE65280\t\\# ( 1'),
      raw(15, '\tff )'),
      raw(16, 'broken'),
    ]);
  });

  it('has the row that getzonerecord shows', () => {
    const file = readZone(text, zone);
    expect(zoneRow(file, 11)).toEqual(rows[4]);
    expect(zoneRow(file, 4)).toBeUndefined();
    expect(zoneRow(file, 99)).toBeUndefined();
  });

  it('has the lines of parse_dns_zone, which count from 0', () => {
    expect(parsedRows(readZone(text, zone)).map(({ line_index, type }) => [line_index, type])).toEqual([
      ...[
        [0, 'comment'],
        [1, 'control'],
        [2, 'record'],
        [9, 'comment'],
        [10, 'record'],
        [11, 'record'],
        [12, 'control'],
        [13, 'record'],
        [15, 'comment'],
      ],
    ]);
  });
});

it('IPv4 within an IPv6 address is kept as the same address', () => {
  const read = (address: string) => readParams('AAAA', { address }, zone)[0];
  expect(read('::192.0.2.1')).toBe('::c000:201');
  expect(read('::ffff:192.0.2.1')).toBe('::ffff:c000:201');
  expect(read('64:ff9b::192.0.2.1')).toBe('64:ff9b::c000:201');
  expect(() => read('::192.0.2.300')).toThrow('IPv6');
});

it('one function quotes strings, and the result is printable', () => {
  expect(quoteString('a"b\\c;(d)\n\xe9\0')).toBe('"a\\"b\\\\c;(d)\\010\\233\\000"');
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { nameOf, readMasterName } from '../../../../src/capabilities/dns/rules/names.ts';
import { octetsOf } from '../../../../src/capabilities/dns/rules/octets.ts';
import { readData, readParams } from '../../../../src/capabilities/dns/rules/record-params.ts';
import { type RecordType, recordTypes } from '../../../../src/capabilities/dns/rules/record-types.ts';
import {
  type RecordContent,
  type ZoneChanges,
  editZone,
} from '../../../../src/capabilities/dns/rules/zone-edits.ts';
import { type ZoneFile, readZone, recordsOf } from '../../../../src/capabilities/dns/rules/zone-file.ts';
import { growth } from '../../../support/growth.ts';
import { compileZone } from '../../../support/named.ts';
import { itWith } from '../../../support/require-tool.ts';
import { zoneText } from './generated-zones.ts';

const zone = 'example.com.';
const today = new Date('2026-11-25T12:00:00Z');
const whm = [
  '; Zone file for example.com',
  '; second line',
  '$TTL 14400',
  'example.com.\t86400\tIN\tSOA\tns1.example.net. root.example.com. (',
  '\t2011030706 ; serial',
  '\t86400',
  '\t7200',
  '\t3600000',
  '\t86400',
  '\t)',
  '',
  'example.com.\t86400\tIN\tNS\tns1.example.net.',
  'www\tIN\tA\t192.0.2.1 ; the web server',
  '\tIN\tA\t192.0.2.2',
  'txt\tIN\tTXT\t"one" ( "two"',
  '\t"three" )',
  '; the end',
  '',
].join('\n');

const a = (owner: string, address: string, ttl = 300): RecordContent => ({
  owner,
  ttl,
  type: 'A',
  items: [address],
});
const edit = (changes: ZoneChanges, text = whm) => editZone(readZone(text, zone), changes, today);
const lines = (text: string) => text.split('\n');
/** The numbers of the lines, counted from 1, that differ. */
const changedLines = (before: string, after: string) =>
  lines(after).flatMap((line, index) => (line === lines(before)[index] ? [] : [index + 1]));

describe('a record that is added', () => {
  it('is a new last line, and only the serial changes', () => {
    const { zone: after, serial } = edit({ add: [a('ftp.example.com.', '192.0.2.3')] });
    expect(serial).toBe(2026112500);
    expect(changedLines(whm, after.text)).toEqual([5, 18, 19]);
    expect(lines(after.text)[4]).toBe('\t2026112500 ; serial');
    expect(lines(after.text)[17]).toBe('ftp.example.com.\t300\tIN\tA\t192.0.2.3');
  });

  it('begins on a separate line if the file has no final line break, and uses the file’s line breaks', () => {
    const text = whm.replaceAll('\n', '\r\n').trimEnd();
    const { zone: after } = edit({ add: [a('ftp.example.com.', '192.0.2.3')] }, text);
    expect(after.text.endsWith('; the end\r\nftp.example.com.\t300\tIN\tA\t192.0.2.3\r\n')).toBe(true);
  });

  it.each<[string, RecordContent, string]>([
    [
      'outside the zone',
      a('www.an-example.com.', '192.0.2.1'),
      'The name “www.an-example.com” is not in the zone “example.com”.',
    ],
    ['twice', a('www.example.com.', '192.0.2.1'), 'The A record of “www.example.com” is a duplicate'],
    [
      'as a CNAME beside an address',
      { owner: 'WWW.example.com.', ttl: 1, type: 'CNAME', items: ['example.net.'] },
      'CNAME must be the only record',
    ],
    [
      'as a second SOA',
      { owner: zone, ttl: 1, type: 'SOA', items: ['a.', 'b.', '1', '1', '1', '1', '1'] },
      'more than one SOA',
    ],
    [
      'as a nameserver in the zone without address',
      { owner: zone, ttl: 1, type: 'NS', items: ['ns.example.com.'] },
      '“ns.example.com” is in the zone but has no address',
    ],
  ])('is rejected %s', (_, record, reason) => expect(() => edit({ add: [record] })).toThrow(reason));

  it('can be at a place that had a problem before the change', () => {
    const broken = `${whm}www\tIN\tCNAME\texample.net.\n`;
    const { zone: after } = edit({ add: [a('ftp.example.com.', '192.0.2.3')] }, broken);
    expect(recordsOf(after)).toHaveLength(recordsOf(readZone(broken, zone)).length + 1);
  });
});

describe('a record that is edited', () => {
  it('keeps its line, its comment, and the record below that omits its owner', () => {
    const { zone: after } = edit({ edit: [{ line: 13, record: a('web.example.com.', '192.0.2.9') }] });
    expect(changedLines(whm, after.text)).toEqual([5, 13, 14]);
    expect(lines(after.text)[12]).toBe('web.example.com.\t300 IN\tA\t192.0.2.9 ; the web server');
    expect(lines(after.text)[13]).toBe('www.example.com.\tIN\tA\t192.0.2.2');
  });

  it('keeps its layout over several lines if the number of words is unchanged', () => {
    const record = { owner: 'txt.example.com.', ttl: 14_400, type: 'TXT', items: ['one', 'two', '3'] };
    const { zone: after } = edit({ edit: [{ line: 15, record }] });
    expect(changedLines(whm, after.text)).toEqual([5, 16]);
  });

  it('becomes one line if the number of words changes', () => {
    const record = { owner: 'txt.example.com.', ttl: 60, type: 'TXT', items: ['x'] };
    const { zone: after } = edit({ edit: [{ line: 15, record }] });
    expect(lines(after.text).slice(14)).toEqual(['txt\t60\tIN\tTXT\t"x"', '; the end', '']);
  });

  it('does not change the TTL of other lines that inherit it from this one', () => {
    const text =
      '@ 60 SOA ns.example.net. root 1 1 1 1 1\n NS ns.example.net.\nwww A 192.0.2.1\n\tA 192.0.2.2\n';
    const { zone: after } = edit(
      { edit: [{ line: 3, record: a('www.example.com.', '192.0.2.1', 5) }] },
      text,
    );
    expect(lines(after.text).slice(2)).toEqual(['www 5 A 192.0.2.1', '\t60 A 192.0.2.2', '']);
  });

  it('does not change the TTL of other lines if it is the minimum of the SOA record', () => {
    const text = '@ SOA ns.example.net. root 1 1 1 1 90\n NS ns.example.net.\nwww A 192.0.2.1\n';
    const items = ['ns.example.net.', 'root.example.com.', '2', '1', '1', '1', '60'];
    const { zone: after, serial } = edit(
      { edit: [{ line: 1, record: { owner: zone, ttl: 90, type: 'SOA', items } }] },
      text,
    );
    expect(serial).toBe(2);
    expect(recordsOf(after).map(({ ttl }) => ttl)).toEqual([90, 90, 90]);
  });

  it.each([1, 3, 5, 11, 99])('must exist: line %d has none', (line) => {
    expect(() => edit({ edit: [{ line, record: a('x.example.com.', '192.0.2.1') }] })).toThrow(
      /^Failed to serialize record: line \d+ has no record to edit\.$/,
    );
  });

  it('cannot become the SOA record, nor can the SOA record become another one', () => {
    expect(() => edit({ edit: [{ line: 4, record: a(zone, '192.0.2.1') }] })).toThrow(
      'an SOA record cannot be changed',
    );
  });
});

describe('lines that are removed', () => {
  it('are deleted, and the record below gets the owner that it inherited from one of them', () => {
    const { zone: after } = edit({ remove: [13] });
    expect(lines(after.text)).toEqual([
      ...lines(whm).slice(0, 4),
      '\t2026112500 ; serial',
      ...lines(whm).slice(5, 12),
      'www.example.com.\tIN\tA\t192.0.2.2',
      ...lines(whm).slice(14),
    ]);
  });

  it('can be a record of several lines, a comment, an empty line, and a line that BIND does not load', () => {
    const text = `${whm}x A broken\n`;
    const { zone: after } = edit({ remove: [1, 11, 15, 18] }, text);
    expect(lines(after.text)).toHaveLength(lines(text).length - 5);
    expect(recordsOf(after)).toHaveLength(4);
  });

  it('all refer to the file before the change', () => {
    const { zone: after } = edit({
      remove: [13],
      edit: [{ line: 14, record: a('www.example.com.', '192.0.2.7') }],
    });
    expect(recordsOf(after).map(({ items }) => items[0])).toContain('192.0.2.7');
    expect(lines(after.text)).toHaveLength(lines(whm).length - 1);
  });

  it.each<[ZoneChanges, string]>([
    [{ remove: [200] }, 'Unable to find a record on specified line: 200'],
    [{ remove: [5] }, 'Unable to find a record on specified line: 5'],
    [{ remove: [4] }, 'Line 4 is the SOA record'],
    [{ remove: [3] }, 'Line 3 is the directive $TTL'],
    [{ remove: [12] }, 'The zone has no NS record for its own name.'],
    [
      { remove: [13], edit: [{ line: 13, record: a('x.example.com.', '192.0.2.1') }] },
      'Line 13 cannot be both edited and removed.',
    ],
    [
      { edit: [13, 13].map((line) => ({ line, record: a('x.example.com.', '192.0.2.1') })) },
      'Line 13 is edited twice.',
    ],
  ])('%j is rejected', (changes, reason) => expect(() => edit(changes)).toThrow(reason));
});

it('a file with $INCLUDE or $GENERATE cannot be edited', () => {
  expect(() => edit({ remove: [1] }, `${whm}$GENERATE 1-2 h$ A 192.0.2.$\n`)).toThrow(
    'Line 18 of the zone file: $GENERATE',
  );
});

it('a file with a line that BIND does not load cannot be edited elsewhere', () => {
  expect(() => edit({ remove: [1] }, `${whm}x A broken\n`)).toThrow(
    'Line 17 of the zone file: the address is not',
  );
});

const keys = (records: readonly RecordContent[]) =>
  records.map(({ owner, ttl, type, items }) =>
    JSON.stringify([owner, ttl, type, type === 'SOA' ? items.toSpliced(2, 1) : items]),
  );

describe('editing one record never changes another', () => {
  const choice = fc.record({
    text: zoneText,
    edited: fc.nat(),
    removed: fc.nat(),
    address: fc.ipV4(),
    name: fc.constantFrom('www', 'a.b', '@', 'sub'),
  });

  function editAny(input: { text: string; edited: number; removed: number; address: string; name: string }) {
    const before = readZone(input.text, zone);
    const records = recordsOf(before).filter(({ type }) => type !== 'SOA' && type !== 'NS');
    const edited = records[input.edited % Math.max(1, records.length)];
    const removed = records[input.removed % Math.max(1, records.length)];
    const record = a(readMasterName('name', input.name, zone), input.address, 77);
    const add = { ...record, owner: 'added.example.com.' };
    const changes: ZoneChanges = {
      add: [add],
      edit: edited === undefined ? [] : [{ line: edited.line, record }],
      remove: removed === undefined || removed === edited ? [] : [removed.line],
    };
    try {
      const { zone: after } = editZone(before, changes, today);
      const expected = recordsOf(before).flatMap((one): RecordContent[] => {
        if (one === edited) return [record];
        return one === removed ? [] : [one];
      });
      return { before, after, expected: [...expected, add] };
    } catch (error) {
      // A generated zone can have an alias, or the same record, at the name for which the edit adds an address.
      expect(String(error)).toMatch(/duplicate|CNAME/);
      return undefined;
    }
  }

  it('in zones of any layout', () => {
    fc.assert(
      fc.property(choice, (input) => {
        const result = editAny(input);
        if (result === undefined) return;
        expect(keys(recordsOf(result.after))).toEqual(keys(result.expected));
        const others = (file: ZoneFile) =>
          file.entries
            .filter(({ kind }) => kind !== 'record')
            .map(({ start, end }) => file.text.slice(start, end));
        expect(others(result.after)).toEqual(others(result.before));
      }),
      { numRuns: 1000 },
    );
  });

  itWith(
    ['named-compilezone'],
    'as named-compilezone reads them',
    () => {
      fc.assert(
        fc.property(choice, (input) => {
          const result = editAny(input);
          if (result === undefined) return;
          const compiled = compileZone(zone, result.after.text);
          expect(compiled.isLoaded ? '' : compiled.messages).toBe('');
          const owners = (records: readonly string[]) =>
            [...new Set(records.map((one) => one.toLowerCase()))].sort();
          expect(owners(compiled.records.map((one) => one.split(' ')[0] ?? ''))).toEqual(
            owners(result.expected.map(({ owner }) => owner)),
          );
        }),
        { numRuns: 25 },
      );
    },
    60_000,
  );
});

describe('a hostile value in any field adds no record and no directive', () => {
  const pieces = [
    '\n',
    '\r\n',
    '\r',
    '$INCLUDE /etc/passwd',
    '$ORIGIN evil.',
    '$GENERATE 1-9',
    ';',
    '"',
    '(',
    ')',
    '\\',
    '\\"',
    '\\\n',
    '\\034',
    '\0',
    'é',
    '\u2028',
    '\u{1f4a9}',
    '\ud800',
    ' ',
    '\t',
    'evil A 192.0.2.66',
    '@',
    '.',
    '*',
    'a',
    '1',
    '\\# 4 00000000',
    'x'.repeat(300),
  ];
  const hostile = fc
    .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 })
    .map((parts) => parts.join(''));
  const types = Object.keys(recordTypes).filter((type) => type !== 'SOA') as RecordType[];
  const plain: Readonly<Record<string, string>> = {
    ipv4: '192.0.2.7',
    ipv6: '2001:db8::7',
    name: 'mail.example.net',
    mailbox: 'bob@example.net',
    u8: '1',
    u16: '1',
    u32: '1',
    seconds: '1',
    string: 'text',
    'long-string': 'text',
    substitution: '!a!b!',
    tag: 'issue',
    hex: 'ABCD',
    strings: 'text',
    latitude: '1 N',
    longitude: '1 E',
    altitude: '1m',
    metres: '1m',
  };

  const given = fc.record({
    type: fc.constantFrom(...types),
    name: fc.oneof(hostile, fc.constant('h')),
    at: fc.nat({ max: 8 }),
    value: hostile,
    isMass: fc.boolean(),
  });

  /** The result of addzonerecord or mass_edit_dns_zone for it; undefined if it is rejected with a reason. */
  function added({
    type,
    name,
    at,
    value,
    isMass,
  }: {
    type: RecordType;
    name: string;
    at: number;
    value: string;
    isMass: boolean;
  }) {
    const fields = recordTypes[type];
    const values = fields.map(({ kind }, index) =>
      index === at % fields.length ? value : (plain[kind] ?? ''),
    );
    try {
      const owner = readMasterName('name', name, zone);
      const items = isMass
        ? readData(type, values, zone)
        : readParams(
            type,
            Object.fromEntries(fields.map(({ param }, index) => [param, values[index]])),
            zone,
          );
      const record: RecordContent = { owner, ttl: 300, type, items };
      return { record, after: edit({ add: [record] }).zone };
    } catch (error) {
      if ((error as Error).name !== 'ApiError') throw error;
      return undefined;
    }
  }

  it('as the reader reads it back', () => {
    let accepted = 0;
    fc.assert(
      fc.property(given, (input) => {
        const result = added(input);
        if (result === undefined) return;
        accepted += 1;
        const records = recordsOf(result.after);
        expect(keys(records)).toEqual([...keys(recordsOf(readZone(whm, zone))), ...keys([result.record])]);
        // Printable ASCII in one line, whatever the value was.
        expect(result.after.text.slice(whm.length)).toMatch(/^[\t\x20-\x7e]*\n$/);
        expect(lines(result.after.text)).toHaveLength(lines(whm).length + 1);
      }),
      { numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(50);
  });

  itWith(['named-compilezone'], 'as named-compilezone reads it', () => {
    // All in one zone, each under its own name, so that BIND is started only once.
    const names = new Set<string>();
    const additions: RecordContent[] = [];
    for (const input of fc.sample(given, 3000)) {
      const result = added(input);
      if (result === undefined || result.record.type === 'NS' || result.record.type === 'DNAME') continue;
      // BIND has more checks of key data and of regular expressions. Here, only the number of records counts.
      if (
        ['DS', 'TLSA', 'AFSDB'].includes(result.record.type) ||
        (result.record.type === 'NAPTR' && result.record.items[4] !== '!a!b!')
      )
        continue;
      const owner = nameOf([`r${additions.length}`, 'example', 'com']);
      names.add(owner);
      additions.push({ ...result.record, owner });
    }
    expect(additions.length).toBeGreaterThan(200);
    const { zone: after } = edit({ add: additions });
    const compiled = compileZone(zone, after.text);
    const refused = lines(after.text)[Number(/:(\d+): /.exec(compiled.messages)?.[1]) - 1];
    expect(compiled.isLoaded ? '' : `${compiled.messages}${refused ?? ''}`).toBe('');
    expect(compiled.records).toHaveLength(recordsOf(readZone(whm, zone)).length + additions.length);
    expect(compiled.records.filter((one) => names.has(one.split(' ')[0] ?? ''))).toHaveLength(
      additions.length,
    );
  });
});

it('UTF-8 strings are returned by BIND as the original bytes', () => {
  const text = 'v=1; é “ü” \u{1f4a9} \\ "quoted"';
  const record = {
    owner: 'utf8.example.com.',
    ttl: 1,
    type: 'TXT',
    items: readParams('TXT', { txtdata: text }, zone),
  };
  expect(record.items).toEqual([octetsOf(text)]);
  const { zone: after } = edit({ add: [record] });
  const read = recordsOf(after).at(-1);
  expect(Buffer.from(read?.items.join('') ?? '', 'latin1').toString()).toBe(text);
});

it('the cost of an edit grows only linearly with the zone', () => {
  const hosts = (count: number) =>
    Array.from({ length: count }, (_, at) => `host${at}\t300\tIN\tA\t192.0.2.${at % 250}\n`).join('');
  const add = (count: number) => edit({ add: [a('new.example.com.', '192.0.2.1')] }, whm + hosts(count));
  expect(growth(1250, add)).toBeLessThan(24);
});

it('the zones of the reader’s tests can be edited', () => {
  const text = readFileSync(join(__dirname, 'zones/every-form.zone'), 'latin1');
  const { zone: after } = edit({ add: [a('new.example.com.', '192.0.2.1')] }, text);
  expect(changedLines(text, after.text)).toEqual([4, lines(text).length, lines(text).length + 1]);
});

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { isWithin } from '../../../../src/capabilities/dns/rules/names.ts';
import { writeItems } from '../../../../src/capabilities/dns/rules/record-data.ts';
import {
  RecordSets,
  type ZoneFile,
  assertEditable,
  assertReadable,
  readZone,
  recordsOf,
  textOfEntry,
} from '../../../../src/capabilities/dns/rules/zone-file.ts';
import { growth } from '../../../support/growth.ts';
import { compileZone } from '../../../support/named.ts';
import { itWith } from '../../../support/require-tool.ts';
import { zoneText } from './generated-zones.ts';

const folder = join(__dirname, 'zones');
const zone = 'example.com.';
const head = '$TTL 60\n@ SOA ns.example.net. root 1 1 1 1 1\n NS ns.example.net.\n';

function read(text: string): ZoneFile {
  return readZone(text, zone);
}

/** The records as named-compilezone writes them, with the TTLs that BIND uses. */
function written(file: ZoneFile): string[] {
  const sets = new RecordSets();
  const lines = recordsOf(file).map(({ owner, ttl, type, items }) => {
    const used = sets.next(owner, type, ttl);
    return `${owner} ${used} IN ${type} ${writeItems(type, items).join(' ')}`;
  });
  // If a name occurs again with another TTL, BIND’s database decides which one the set has. No line inherits it.
  const ttls = new Map<string, Set<string>>();
  for (const line of lines)
    ttls.set(setOf(line), (ttls.get(setOf(line)) ?? new Set()).add(line.split(' ')[1] ?? ''));
  return lines.filter((line) => ttls.get(setOf(line))?.size === 1).sort();
}

function setsOf(file: ZoneFile): string[] {
  return recordsOf(file).map(({ owner, type }) => setOf(`${owner} 0 IN ${type}`));
}

/** The name and type of a record that named-compilezone writes. */
function setOf(line: string): string {
  const [owner = '', , , type = ''] = line.split(' ');
  return `${owner.toLowerCase()} ${type}`;
}

/** Each record once, without the spaces that BIND writes into long hexadecimal data, and with IPv6 addresses in one form. */
function comparable(records: readonly string[]): string[] {
  const alike = records.map((record) =>
    record
      .replace(/(?<= IN (?:DS|TLSA|SSHFP) .*[0-9A-F]{20}) (?=[0-9A-F]+$)/, '')
      .replace(/(?<= IN AAAA )\S+/, (address) => new URL(`http://[${address}]`).hostname),
  );
  return [...new Set(alike)].sort();
}

describe('named-compilezone reads the same records', () => {
  for (const name of readdirSync(folder)) {
    itWith(['named-compilezone'], `in ${name}`, () => {
      const text = readFileSync(join(folder, name), 'latin1');
      const compiled = compileZone(zone, text);
      expect(compiled.messages).toContain('OK');
      expect(comparable(written(read(text)))).toEqual(comparable(compiled.records));
    });
  }

  itWith(
    ['named-compilezone'],
    'in zones of any layout',
    () => {
      fc.assert(
        fc.property(zoneText, (text) => {
          const compiled = compileZone(zone, text);
          expect(compiled.isLoaded ? '' : compiled.messages).toBe('');
          const records = written(read(text));
          const compared = new Set(records.map(setOf));
          const ofBind = compiled.records.filter((one) => compared.has(setOf(one)));
          expect(comparable(records)).toEqual(comparable(ofBind));
          expect(new Set(compiled.records.map(setOf))).toEqual(new Set(setsOf(read(text))));
        }),
        { numRuns: 40 },
      );
    },
    60_000,
  );

  // What one rejects, the other must reject too. Otherwise a line with another meaning would be edited.
  const fragments = [
    'www',
    ' ',
    '\t',
    '\n',
    '"',
    '\\',
    ';',
    '(',
    ')',
    '60',
    'IN',
    'A',
    'TXT',
    'MX',
    '10',
    '192.0.2.1',
    '@',
    '.',
    'a.b',
    '$TTL 5',
    '$ORIGIN x',
    '\r',
    '\0',
    '\\\n',
    '\\059',
    '\xe9',
    '"x"',
    '1h',
    'CNAME',
    'CLASS1',
    'CH',
  ];
  itWith(
    ['named-compilezone'],
    'in lines of random fragments, or neither reads them',
    () => {
      fc.assert(
        fc.property(fc.array(fc.constantFrom(...fragments), { maxLength: 12 }), (parts) => {
          const text = `${head}${parts.join('')}\n`;
          const file = read(text);
          const compiled = compileZone(zone, text);
          // BIND’s checks of whole zones, such as of CNAME, are not the reader’s: see zone-rules.ts. And BIND reads a
          // few odd files that this reader leaves alone.
          if (!compiled.isLoaded || file.entries.some(({ kind }) => kind === 'unreadable')) return;
          // BIND omits names that are not in the zone.
          const inZone = recordsOf(file).filter(({ owner }) => isWithin(owner, zone));
          const mine = inZone.map(
            ({ owner, type, items }) => `${owner} IN ${type} ${writeItems(type, items).join(' ')}`,
          );
          const withoutTtl = compiled.records.map((one) => one.replace(/^(\S+) \d+/, '$1'));
          const once = (records: readonly string[]) =>
            [...new Set(records.map((one) => one.toLowerCase()))].sort();
          expect(once(mine)).toEqual(once(withoutTtl));
        }),
        { numRuns: 80 },
      );
    },
    120_000,
  );
});

describe('the lines of a zone file', () => {
  it('are all kept, and form the same file again', () => {
    for (const name of readdirSync(folder)) {
      const text = readFileSync(join(folder, name), 'latin1');
      const file = read(text);
      const breaks = file.entries.map(({ end }) => /^(?:\r\n|\n|$)/.exec(text.slice(end))?.[0] ?? '?');
      expect(
        file.entries.map((entry, index) => textOfEntry(file, entry) + (breaks[index] ?? '')).join(''),
      ).toBe(text);
      expect(
        file.entries.every(
          (entry, index) =>
            entry.line + entry.lines === (file.entries[index + 1]?.line ?? entry.line + entry.lines),
        ),
      ).toBe(true);
    }
  });

  it('are counted from 1, as in WHM: the SOA record of its own zones is at 4 and has 7', () => {
    const text =
      '; one\n; two\n$TTL 14400\nexample.com.\t86400\tIN\tSOA\tns1.example.net. root.example.com. (\n' +
      '\t2011030706\n\t86400\n\t7200\n\t3600000\n\t86400\n\t)\n\nexample.com.\t86400\tIN\tNS\tns1.example.net.\n';
    const file = read(text);
    expect(file.entries.map(({ kind, line, lines }) => [kind, line, lines])).toEqual([
      ['comment', 1, 1],
      ['comment', 2, 1],
      ['directive', 3, 1],
      ['record', 4, 7],
      ['comment', 11, 1],
      ['record', 12, 1],
    ]);
  });

  it.each([
    ['www A 192.0.2.1 )', 'a closing parenthesis has no opening one'],
    ['www A ( 192.0.2.1', 'a parenthesis is not closed'],
    ['www TXT "abc', 'a quoted string has no closing quote'],
    ['www A 192.0.2.1\rx A 192.0.2.2', 'it contains a carriage return within the line'],
    ['www TXT a\0b', 'it contains a null byte'],
    ['www A 192.0.2', 'the address is not an IPv4 address such as 192.0.2.1'],
    ['www A 192.0.2.1 192.0.2.2', 'the A record has more than 1 fields'],
    ['www MX 10', 'the MX record has no exchange'],
    ['www FOO bar', 'FOO is not a record type'],
    ['www 60 IN', 'the record has no type'],
    ['www CH TXT a', 'the class is CH, not IN'],
    ['www 4294967295 A 192.0.2.1', 'the TTL is above 2147483647'],
    ['a..b A 192.0.2.1', 'the owner is not a domain name'],
    ['$FOO bar', 'there is no directive $FOO'],
    ['$TTL', '$TTL has exactly one value'],
    ['$TTL x', 'the value of $TTL is not a number of seconds from 0 to 2147483647'],
    ['$ORIGIN a..b', 'the value of $ORIGIN is not a domain name'],
    [`www TXT ${'a'.repeat(256)}`, 'the txtdata is not a text; each string in quotes has at most 255 bytes'],
  ])('that are broken are kept with a reason: %j', (line, reason) => {
    const file = read(`${head}${line}\n`);
    expect(file.entries.at(-1)).toMatchObject({ kind: 'unreadable', line: 4, reason });
    expect(() => assertReadable(file)).toThrow(`Line 4 of the zone file: ${reason}.`);
  });

  it.each([
    '$INCLUDE other.zone',
    '$include other.zone',
    '$GENERATE 1-9 host$ A 192.0.2.$',
    '"$INCLUDE" other.zone',
  ])('that create other records are detected, and the file cannot be edited: %s', (line) => {
    const file = read(`${head}${line}\n`);
    assertReadable(file);
    expect(() => assertEditable(file)).toThrow(
      /^Line 4 of the zone file: \$(INCLUDE|GENERATE) creates records/,
    );
  });
});

it('the cost of reading grows only linearly with the number of records', () => {
  const hosts = (count: number) =>
    Array.from({ length: count }, (_, at) => `host${at}\t300\tIN\tA\t192.0.2.${at % 250}\n`).join('');
  const readAll = (count: number) => expect(recordsOf(read(head + hosts(count)))).toHaveLength(count + 2);
  expect(growth(1250, readAll)).toBeLessThan(24);
});

// Renames a zone.
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { linesThatMention, renameZone } from '../../../../src/capabilities/dns/rules/renamed-zone.ts';
import { readZone, recordsOf, type ZoneFile } from '../../../../src/capabilities/dns/rules/zone-file.ts';
import { compileZone } from '../../../support/named.ts';
import { itWith } from '../../../support/require-tool.ts';
import { zoneText } from './generated-zones.ts';

const zone = 'example.com.';
const today = new Date('2026-03-01T12:00:00Z');
const head = '$TTL 60\n@ SOA ns.example.com. root 1 2 3 4 5\n NS ns.example.com.\nns A 192.0.2.1\n';
const read = (text: string) => readZone(text, zone);
/** The lines after the head. */
const rename = (lines: string, to = 'other.example.') =>
  renameZone(read(head + lines), to, today)
    .text.split('\n')
    .slice(4)
    .join('\n');
const contentOf = (file: ZoneFile) =>
  recordsOf(file).map(({ owner, ttl, type, items }) => [
    owner.toLowerCase(),
    ttl,
    type,
    type === 'SOA' ? items.with(2, '') : items.map((item) => item.toLowerCase()),
  ]);

test.each([
  ['a relative name stays', 'www CNAME mail', 'www CNAME mail'],
  [
    'absolute names follow',
    'www.example.com. CNAME mail.example.com.',
    'www.other.example. CNAME mail.other.example.',
  ],
  ['in any case', 'WWW.Example.COM. CNAME x', 'WWW.other.example. CNAME x'],
  ['a name that only ends alike stays', 'a CNAME notexample.com.', 'a CNAME notexample.com.'],
  ['an escaped dot does not separate labels', 'a CNAME b\\.example.com.', 'a CNAME b\\.example.com.'],
  ['the zone in escapes', 'a CNAME b.ex\\097mple.com.', 'a CNAME b.other.example.'],
  ['a mailbox', 'a RP bob\\.b.example.com. .', 'a RP bob\\.b.other.example. .'],
  ['SRV', 'a SRV 1 2 3 b.example.com. ; x', 'a SRV 1 2 3 b.other.example. ; x'],
  ['SVCB', 'a HTTPS 1 b.example.com. alpn="h2"', 'a HTTPS 1 b.other.example. alpn="h2"'],
  ['texts stay', 'a TXT "example.com." example.com.', 'a TXT "example.com." example.com.'],
  ['data in hexadecimal stays', 'a A \\# 4 C0000201', 'a A \\# 4 C0000201'],
  [
    'an origin in the zone',
    '$ORIGIN sub.example.com.\na A 192.0.2.1',
    '$ORIGIN sub.other.example.\na A 192.0.2.1',
  ],
  [
    'an origin above the zone',
    '$ORIGIN com.\na.example A 192.0.2.1',
    '$ORIGIN com.\na.other.example. A 192.0.2.1',
  ],
  ['a name above the zone', 'a CNAME com.', 'a CNAME com.'],
  ['lines without an owner', 'a A 192.0.2.1\n  AAAA ::1', 'a A 192.0.2.1\n  AAAA ::1'],
])('%s', (_what, before, after) => {
  expect(rename(before)).toBe(after);
});

test.each(['; cPanel first: Zone file for', '; Zone file for'])(
  'the serial is newer, and the heading of a template has the new name: %s',
  (heading) => {
    const renamed = renameZone(read(`${heading} example.com\n${head}`), 'other.example.', today);
    expect(renamed.text.split('\n').slice(0, 3)).toEqual([
      `${heading} other.example`,
      '$TTL 60',
      '@ SOA ns.other.example. root 2026030100 2 3 4 5',
    ]);
  },
);

test.each([
  ['a line that BIND does not load', 'a A 1.2.3'],
  ['$INCLUDE', '$INCLUDE more.zone'],
])('%s is rejected', (_what, line) => {
  expect(() => rename(line)).toThrow(/^Line 5 of the zone file: /);
});

test('a name that becomes too long is rejected', () => {
  const long = `${'a'.repeat(60)}.`.repeat(4);
  expect(() => rename(`${long.slice(0, -1)} A 192.0.2.1`, 'a-much-longer.example.')).toThrow('Line 5');
});

test('texts that mention the zone are found', () => {
  const lines = [
    'a TXT "v=spf1 a:Example.com -all"',
    'b TXT mail.example.com',
    'c TXT example.com.au',
    'd A 192.0.2.1',
  ];
  expect(linesThatMention(read(`${head}${lines.join('\n')}\n`))).toEqual([5, 6]);
});

test('renamed and renamed back, it has the original records', () => {
  fc.assert(
    fc.property(zoneText, (text) => {
      const before = read(text);
      const there = renameZone(before, 'other.example.', today);
      expect(there.text.split('\n')).toHaveLength(text.split('\n').length);
      expect(contentOf(renameZone(there, zone, today))).toEqual(contentOf(before));
    }),
    { numRuns: 200 },
  );
});

const folder = join(__dirname, 'zones');
for (const name of readdirSync(folder)) {
  itWith(['named-compilezone'], `BIND loads ${name} under another name`, () => {
    const text = readFileSync(join(folder, name), 'latin1');
    const renamed = renameZone(read(text), 'other.example.', today);
    const compiled = compileZone('other.example.', renamed.text);
    expect(compiled.messages).toContain('OK');
    expect(compiled.records).toHaveLength(compileZone(zone, text).records.length);
  });
}

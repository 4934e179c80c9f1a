import { readZone } from '../../../../src/capabilities/dns/rules/zone-file.ts';
import { assertNoNewProblems, problemsOf } from '../../../../src/capabilities/dns/rules/zone-rules.ts';
import { compileZone } from '../../../support/named.ts';
import { itWith } from '../../../support/require-tool.ts';

const zone = 'example.com.';
const soa = '@ SOA ns.example.net. root 1 1 1 1 1';
const ns = '@ NS ns.example.net.';
const read = (...lines: string[]) => readZone(`$TTL 60\n${lines.join('\n')}\n`, zone);
const reasons = (...lines: string[]) => problemsOf(read(...lines)).map(({ line, reason }) => [line, reason]);

/** The problem, and whether BIND still loads the zone. */
const cases: [lines: string[], line: number | undefined, reason: string, isLoaded: boolean][] = [
  [[ns], undefined, 'The zone has no SOA record.', false],
  [[soa], undefined, 'The zone has no NS record for its own name.', false],
  [[soa, ns, '@ SOA a. b. 2 1 1 1 1'], 4, 'The zone has more than one SOA record.', false],
  [
    [soa, ns, 'www CNAME a.', 'www A 192.0.2.1'],
    5,
    'The name “www.example.com” has a CNAME record and a record of type A. A CNAME must be the only record of its name.',
    false,
  ],
  [
    [soa, ns, 'www CNAME a.', 'WWW CNAME b.'],
    5,
    'The name “www.example.com” has more than one CNAME record.',
    false,
  ],
  [
    [soa, ns, '@ CNAME a.'],
    2,
    'The name “example.com” has a CNAME record and a record of type SOA. A CNAME must be the only record of its name.',
    false,
  ],
  [
    [soa, ns, 'www.an-example.com. A 192.0.2.1'],
    4,
    'The name “www.an-example.com” is not in the zone “example.com”.',
    true,
  ],
  [
    [soa, ns, 'www.example.com.au. A 192.0.2.1'],
    4,
    'The name “www.example.com.au” is not in the zone “example.com”.',
    true,
  ],
  [
    [soa, ns, 'www MX 1 mail', 'WWW MX 1 MAIL'],
    5,
    'The MX record of “WWW.example.com” is a duplicate: another line has the same data.',
    true,
  ],
  [
    [soa, '@ NS ns'],
    3,
    'The nameserver “ns.example.com” is in the zone but has no address. Add an A or AAAA record.',
    false,
  ],
  [
    [soa, '@ NS ns', 'ns CNAME a.'],
    3,
    'The nameserver “ns.example.com” is an alias (CNAME), which RFC 2181 forbids.',
    false,
  ],
];

describe('a rule of whole zones', () => {
  it.each(cases)('%j: line %d', (lines, line, reason) =>
    expect(reasons(...lines)).toContainEqual([line, reason]),
  );

  itWith(['named-compilezone'], 'forbids what BIND does not load, and a little more', () => {
    for (const [lines, , , isLoaded] of cases) {
      expect([lines, compileZone(zone, read(...lines).text).isLoaded]).toEqual([lines, isLoaded]);
    }
  });

  const good = [
    [soa, ns],
    [soa, '@ NS ns', '* A 192.0.2.1'],
    [soa, '@ NS ns.sub', 'sub NS ns.sub', 'ns.sub A 192.0.2.1'],
    [soa, '@ NS NS', 'ns AAAA 2001:db8::1'],
    [soa, ns, 'txt TXT a', 'txt TXT A'],
    [soa, ns, 'www A 192.0.2.1', 'www AAAA 2001:db8::1', 'wwww CNAME www'],
  ];

  it.each(good.map((lines) => [lines]))('does not forbid %j', (lines) =>
    expect(reasons(...lines)).toEqual([]),
  );

  itWith(['named-compilezone'], 'does not forbid what BIND loads', () => {
    for (const lines of good)
      expect([lines, compileZone(zone, read(...lines).text).isLoaded]).toEqual([lines, true]);
  });
});

it('a change is rejected only for what it breaks', () => {
  const before = read(soa, ns, 'www CNAME a.', 'www A 192.0.2.1');
  assertNoNewProblems(before, read(soa, ns, 'www CNAME a.', 'www A 192.0.2.1', 'ftp A 192.0.2.1'));
  expect(() =>
    assertNoNewProblems(before, read(soa, ns, 'www CNAME a.', 'www A 192.0.2.1', 'www A 192.0.2.2')),
  ).toThrow('A CNAME must be the only record of its name');
});

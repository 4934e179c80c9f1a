import fc from 'fast-check';
import {
  type TemplateInput,
  standardTemplates,
  zoneFromTemplate,
} from '../../../../src/capabilities/dns/rules/templates.ts';
import { recordsOf } from '../../../../src/capabilities/dns/rules/zone-file.ts';
import { writeRecord } from '../../../../src/capabilities/dns/rules/zone-edits.ts';
import { compileZone } from '../../../support/named.ts';
import { itWith } from '../../../support/require-tool.ts';

const input: TemplateInput = {
  domain: 'example.com',
  ip: '192.0.2.1',
  nameservers: [{ name: 'ns1.example.net', ip: '192.0.2.53' }, { name: 'ns2.example.net' }],
  contact: 'host.master@example.net',
  ttl: 14_400,
  nsTtl: 86_400,
  serial: 2026112500,
  version: '0.1.0',
};

const make = (template: string, more: Partial<TemplateInput> = {}, name = 'own') =>
  recordsOf(zoneFromTemplate({ name, text: template, isCustom: true }, { ...input, ...more }).zone).map(
    (one) => writeRecord(one).replaceAll('\t', ' '),
  );

const common = [
  'example.com. 86400 IN SOA ns1.example.net. host\\.master.example.net. 2026112500 3600 1800 1209600 86400',
  'example.com. 86400 IN NS ns1.example.net.',
  'example.com. 86400 IN NS ns2.example.net.',
  'example.com. 14400 IN A 192.0.2.1',
];
const mailAndWeb = [
  'example.com. 14400 IN MX 0 example.com.',
  'mail.example.com. 14400 IN CNAME example.com.',
  'www.example.com. 14400 IN CNAME example.com.',
];

it('simple has the address of the domain only', () => expect(make(standardTemplates.simple)).toEqual(common));

it('standard has mail, the web and FTP', () => {
  expect(make(standardTemplates.standard)).toEqual([
    ...common,
    ...mailAndWeb,
    'ftp.example.com. 14400 IN CNAME example.com.',
  ]);
});

it('standardvirtualftp has an address for FTP', () => {
  const records = make(standardTemplates.standardvirtualftp, { ftpIp: '192.0.2.2', ipv6: '2001:db8::1' });
  expect(records).toContain('ftp.example.com. 14400 IN A 192.0.2.2');
  expect(records).toContain('example.com. 14400 IN AAAA 2001:db8::1');
});

it('a nameserver in the zone gets its address there', () => {
  const nameservers = [
    { name: 'ns.example.com', ip: '192.0.2.53' },
    { name: 'ns.an-example.com', ip: '192.0.2.54' },
  ];
  const records = make(standardTemplates.simple, { nameservers });
  expect(records).toContain('ns.example.com. 14400 IN A 192.0.2.53');
  expect(records.join()).not.toContain('192.0.2.54');
});

it('a custom template can use every placeholder, and a line without its value is omitted', () => {
  const template = `$TTL %ttl%\n@ SOA %nameserver%. %rpemail%. %serial% 1 1 1 1\n@ NS %nameserver%.\nx TXT "%cpversion% %ip%"\ny AAAA %ipv6%\nz CNAME %maildomain%.\nr TXT "%reseller%"\n`;
  expect(make(template, { mailDomain: 'mail.example.org', reseller: 'bob' }).slice(2)).toEqual([
    'x.example.com. 14400 IN TXT "0.1.0 192.0.2.1"',
    'z.example.com. 14400 IN CNAME mail.example.org.',
    'r.example.com. 14400 IN TXT "bob"',
  ]);
});

it.each<[string, Partial<TemplateInput>, string]>([
  [
    '@ A %address%\n',
    {},
    'Line 1 of the zone template “own” has the unknown placeholder “%address%”. The placeholders are %cpversion%, %domain%',
  ],
  ['@ A %ip%\n', {}, 'Line 1 of the zone template “own”: the record has no TTL'],
  ['$TTL 1\n@ A %ip%\n', {}, 'The zone template “own”: The zone has no SOA record.'],
  [`${standardTemplates.simple}$INCLUDE /etc/passwd\n`, {}, '$INCLUDE creates records'],
  [standardTemplates.simple, { ip: '192.0.2' }, '“ip” should be an IPv4 address'],
  [standardTemplates.simple, { domain: 'a b' }, '“domain” should be a domain name'],
  [standardTemplates.simple, { nameservers: [{ name: 'ns.example.com' }] }, 'in the zone but has no address'],
  [standardTemplates.simple, { nameservers: [] }, 'needs at least one nameserver'],
])('%.40j with %j is rejected', (template, more, reason) =>
  expect(() => make(template, more)).toThrow(reason),
);

it('a hostile value creates no record', () => {
  const hostile = fc
    .array(fc.constantFrom('\n', '$INCLUDE x', ';', '"', '(', '\\', 'a', '%ip%', '.', ' ', '\0', 'é', '@'), {
      minLength: 1,
    })
    .map((parts) => parts.join(''));
  const field = fc.constantFrom(
    'domain',
    'ip',
    'ipv6',
    'ftpIp',
    'mailDomain',
    'contact',
    'reseller',
    'version',
  );
  fc.assert(
    fc.property(field, hostile, (name, value) => {
      let records: string[];
      try {
        records = make(standardTemplates.standardvirtualftp, { [name]: value });
      } catch (error) {
        expect((error as Error).name).toBe('ApiError');
        return;
      }
      expect(records).toHaveLength(8);
    }),
    { numRuns: 2000 },
  );
});

itWith(['named-compilezone'], 'BIND loads each of the templates', () => {
  for (const [name, template] of Object.entries(standardTemplates)) {
    const one = { name, text: template, isCustom: false };
    const { zone } = zoneFromTemplate(one, { ...input, ipv6: '2001:db8::1' });
    expect([name, compileZone('example.com.', zone.text).messages]).toEqual([
      name,
      expect.stringContaining('OK'),
    ]);
  }
});

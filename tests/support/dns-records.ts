// A record of each type that addzonerecord adds.

export type Args = Readonly<Record<string, string>>;

const digest = 'AB'.repeat(32);

/** Parameters of addzonerecord, the values that editzonerecord changes, and the resulting data in a master file. */
export const records: Readonly<Record<string, readonly [Args, Args, string]>> = {
  A: [{ address: '192.0.2.1' }, { address: '192.0.2.2' }, '192.0.2.2'],
  AAAA: [{ address: '2001:db8::1' }, { address: '2001:DB8::2' }, '2001:db8::2'],
  AFSDB: [{ subtype: '1', hostname: 'afs.example.net' }, { subtype: '2' }, '2 afs.example.net.'],
  CAA: [{ flag: '0', tag: 'issue', value: 'ca.example' }, { flag: '128' }, '128 issue "ca.example"'],
  CNAME: [{ cname: 'a.example.net' }, { cname: 'b.example.net' }, 'b.example.net.'],
  DNAME: [{ dname: 'a.example.net' }, { dname: 'b.example.net' }, 'b.example.net.'],
  HINFO: [{ cpu: 'PC', os: 'Debian; "12"' }, { cpu: 'ARM' }, '"ARM" "Debian; \\"12\\""'],
  LOC: [
    { latitude: '52 22 23 N', longitude: '4 53 32 E', altitude: '-2m' },
    { size: '30' },
    '52 22 23.000 N 4 53 32.000 E -2.00m 30m 10000m 10m',
  ],
  MX: [{ preference: '10', exchange: 'mx.example.net' }, { preference: '20' }, '20 mx.example.net.'],
  NAPTR: [
    {
      order: '1',
      preference: '2',
      flags: 'u',
      service: 'E2U+sip',
      regexp: '!^.*$!sip:a@b.example!',
      replacement: '.',
    },
    { order: '3' },
    '3 2 "u" "E2U+sip" "!^.*$!sip:a@b.example!" .',
  ],
  NS: [{ nsdname: 'ns1.example.net' }, { nsdname: 'ns2.example.net' }, 'ns2.example.net.'],
  DS: [{ keytag: '1', algorithm: '13', digtype: '2', digest }, { keytag: '2' }, `2 13 2 ${digest}`],
  PTR: [{ ptrdname: 'a.example.net' }, { ptrdname: 'b.example.net' }, 'b.example.net.'],
  RP: [{ mbox: 'a.b@example.net', txtdname: '.' }, { mbox: 'c@example.net' }, 'c.example.net. .'],
  SPF: [{ txtdata: 'v=spf1 -all' }, { txtdata: 'v=spf1 ~all' }, '"v=spf1 ~all"'],
  SRV: [
    { priority: '1', weight: '2', port: '443', target: 'a.example.net' },
    { port: '80' },
    '1 2 80 a.example.net.',
  ],
  TLSA: [
    { usage: '3', selector: '1', matching_type: '1', certificate: digest },
    { usage: '2' },
    `2 1 1 ${digest}`,
  ],
  TXT: [
    { txtdata: 'a' },
    { txtdata: `${'é'.repeat(200)}"` },
    `"${'\\195\\169'.repeat(127)}" "${'\\195\\169'.repeat(73)}\\""`,
  ],
};
/** A DS record belongs to a delegation. */
export const nameOf = (type: string) => (type === 'DS' ? 'ns' : type.toLowerCase());

export const types = Object.keys(records);

import fc from 'fast-check';
import {
  isWithin,
  labelsOf,
  nameOf,
  readDomain,
  readMailbox,
  readMasterName,
  readName,
  readOwner,
  readTarget,
} from '../../../../src/capabilities/dns/rules/names.ts';

const zone = 'example.com.';

describe('a name in a master file', () => {
  it.each([
    ['@', 'example.com.'],
    ['.', '.'],
    ['www', 'www.example.com.'],
    ['www.', 'www.'],
    ['a.b', 'a.b.example.com.'],
    ['*', '*.example.com.'],
    ['_sip._tcp', '_sip._tcp.example.com.'],
    ['WWW', 'WWW.example.com.'],
    ['a\\.b', 'a\\.b.example.com.'],
    ['c\\046d', 'c\\.d.example.com.'],
    ['\\@', '\\@.example.com.'],
    ['e\\032f', 'e\\032f.example.com.'],
    ['\\255', '\\255.example.com.'],
  ])('%s is %s', (text, name) => expect(readName(text, zone)).toBe(name));

  it.each(['', '..', 'a..b', '.a', 'a\\', 'a\\256', 'a\\25', 'a'.repeat(64)])('%j is not a name', (text) => {
    expect(readName(text, zone)).toBeUndefined();
  });

  it('has at most 255 octets on the wire, with an escape counted as one', () => {
    const label = 'a'.repeat(63);
    const name = (last: number) => `${label}.${label}.${label}.${'b'.repeat(last)}.`;
    expect(readName(name(61), zone)).toBe(name(61));
    expect(readName(name(62), zone)).toBeUndefined();
    expect(readName(`${'\\001'.repeat(63)}.`, zone)).toBe(`${'\\001'.repeat(63)}.`);
  });

  it('is read back unchanged, whatever octets its labels have', () => {
    const octets = fc.string({
      unit: fc.integer({ min: 0, max: 255 }).map((one) => String.fromCharCode(one)),
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(fc.array(octets, { maxLength: 5 }), (labels) => {
        const name = nameOf(labels);
        expect(labelsOf(name)).toEqual(labels);
        expect(readName(name, 'other.example.')).toBe(name);
      }),
    );
  });
});

describe('names that are prefixes or suffixes of each other', () => {
  it.each([
    ['example.com.', true],
    ['EXAMPLE.com.', true],
    ['www.example.com.', true],
    ['an-example.com.', false],
    ['anexample.com.', false],
    ['example.com.au.', false],
    ['com.', false],
    ['a\\.example.com.', false],
    ['a\\\\.example.com.', true],
  ])('%s is in example.com: %s', (name, is) => expect(isWithin(name, zone)).toBe(is));

  it('are distinguished by whole labels', () => {
    const label = fc.stringMatching(/^[a-z.\\]{1,4}$/);
    const labels = fc.array(label, { maxLength: 4 });
    fc.assert(
      fc.property(labels, labels, (inner, outer) => {
        const is = outer.length === 0 || JSON.stringify(inner.slice(-outer.length)) === JSON.stringify(outer);
        expect(isWithin(nameOf(inner), nameOf(outer))).toBe(is && inner.length >= outer.length);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a name from a caller', () => {
  it.each([
    ['www', 'www.example.com.'],
    ['www.example.com.', 'www.example.com.'],
    ['@', 'example.com.'],
    ['bücher', 'xn--bcher-kva.example.com.'],
    ['_dmarc', '_dmarc.example.com.'],
    ['*.bücher', '*.xn--bcher-kva.example.com.'],
    ['ＷＷＷ', 'www.example.com.'],
  ])('%s is the owner %s', (given, owner) => expect(readOwner('name', given, zone)).toBe(owner));

  it.each([
    '',
    ' ',
    'a b',
    'a\nb',
    'a;b',
    '$INCLUDE',
    '"a"',
    '(',
    'a\\b',
    'a\0',
    'a..b',
    '-a',
    'a-',
    'w*',
    'a.*',
    '％41',
    'ü%2e',
    '\u{1f4a9}',
    '\u202e',
  ])('%j is rejected', (given) =>
    expect(() => readOwner('name', given, zone)).toThrow(/“name” should be a domain name/),
  );

  it.each(['an-example.com.', 'example.com.au.', 'com.', 'www.example.org.'])(
    '%s is not in the zone',
    (given) => {
      expect(() => readOwner('name', given, zone)).toThrow('not in the zone “example.com”');
    },
  );

  it.each([
    ['mail.example.net', 'mail.example.net.'],
    ['mail.example.net.', 'mail.example.net.'],
    ['mail', 'mail.example.com.'],
    ['.', '.'],
  ])('%s is the target %s', (given, target) => expect(readTarget('exchange', given, zone)).toBe(target));

  it.each([
    ['admin@example.net', 'admin.example.net.'],
    ['first.last@example.net', 'first\\.last.example.net.'],
    ['admin.example.net', 'admin.example.net.'],
    ['first\\.last.example.net', 'first\\.last.example.net.'],
  ])('%s is the mailbox %s', (given, name) => expect(readMailbox('rname', given, zone)).toBe(name));

  it.each(['a b@example.net', '@example.net', 'a@', 'a@b c'])('%j is not a mailbox', (given) => {
    expect(() => readMailbox('rname', given, zone)).toThrow('“rname” should be');
  });

  it('can have the escapes that parse_dns_zone returns', () => {
    expect(readMasterName('dname', 'a\\.b', zone)).toBe('a\\.b.example.com.');
    expect(readMasterName('dname', 'mail.example.net', zone)).toBe('mail.example.net.example.com.');
    expect(() => readMasterName('dname', 'a\\ b', zone)).toThrow();
  });

  it('is a domain in lower case, of 253 characters at most', () => {
    expect(readDomain('domain', 'Bücher.Example')).toBe('xn--bcher-kva.example.');
    expect(() => readDomain('domain', '*.example.com')).toThrow();
    expect(() => readDomain('domain', `${'a'.repeat(63)}.`.repeat(4).slice(0, -1))).toThrow();
  });
});

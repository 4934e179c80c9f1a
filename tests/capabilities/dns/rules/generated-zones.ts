// Zone files of any layout for property-based tests: all forms of owners, TTLs, classes, comments, parentheses, quotes
// and escapes, with data that BIND accepts.
import fc from 'fast-check';

const label = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/),
  fc.constantFrom('_dmarc', 'WWW', 'x\\.y', 'a\\032b', '\\097', '\\;', 'q\\"q'),
);
const owner = fc.oneof(
  { weight: 4, arbitrary: fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.')) },
  fc.constantFrom('@', 'example.com.', '*.wild', 'sub.example.com.'),
);
const target = fc.oneof(owner, fc.constantFrom('mail.example.net.', '.'));
const number = fc.integer({ min: 0, max: 65_535 }).map(String);
const address = fc.ipV4();

const plainOctet = fc
  .integer({ min: 0x21, max: 0xff })
  .filter((one) => !'"();\\'.includes(String.fromCharCode(one)) && one !== 0x7f);
const octet = fc.oneof(
  plainOctet.map((one) => String.fromCharCode(one)),
  fc.integer({ min: 0, max: 255 }).map((one) => `\\${one.toString().padStart(3, '0')}`),
  fc.constantFrom('\\"', '\\\\', '\\;', '\\(', '\\x'),
);
const word = fc.array(octet, { minLength: 1, maxLength: 12 }).map((octets) => octets.join(''));
const quoted = fc
  .array(fc.oneof(octet, fc.constantFrom(' ', ';', '(', ')', '\t', '$INCLUDE', '\\\n')), { maxLength: 12 })
  .map((octets) => `"${octets.join('')}"`);
const string = fc.oneof(
  word.filter((one) => one !== '\\#'),
  quoted,
);

/** The type and the words of the data. */
export const data = fc.oneof(
  address.map((one) => ['A', one]),
  fc.ipV6().map((one) => ['AAAA', one]),
  fc.tuple(number, target).map((words) => ['MX', ...words]),
  fc.tuple(number, number, number, target).map((words) => ['SRV', ...words]),
  fc.array(string, { minLength: 1, maxLength: 3 }).map((words) => ['TXT', ...words]),
  target.map((one) => ['PTR', one]),
  fc.tuple(string, string).map((words) => ['HINFO', ...words]),
  fc
    .tuple(fc.integer({ min: 0, max: 255 }).map(String), fc.constantFrom('issue', 'iodef'), quoted)
    .map((words) => ['CAA', ...words]),
);

const space = fc.constantFrom(' ', '\t', '  ', '\t\t');
const comment = fc.constantFrom('', '', ' ; comment', ';"unbalanced', '\t; ( \\', ' ;$INCLUDE x');
const ttl = fc.constantFrom('', '60', '1h', '1H30m', '0', '1w2d');
const kind = fc.constantFrom('', 'IN', 'in', 'CLASS1');

/** One entry, without its line break. */
const record = fc
  .record({
    owner,
    omitsOwner: fc.boolean(),
    ttl,
    kind,
    data,
    space,
    comment,
    swaps: fc.boolean(),
    parens: fc.boolean(),
    inner: fc.constantFrom('\n', ' ; inner ) "\n  ', '\n\n\t', ' '),
  })
  .map(
    ({
      owner: name,
      omitsOwner,
      ttl: time,
      kind: cls,
      data: [type = '', ...words],
      space: gap,
      comment: note,
      swaps,
      parens,
      inner,
    }) => {
      const middle = (swaps ? [cls, time] : [time, cls]).filter((one) => one !== '');
      const rest = parens ? `( ${words.join(inner)}${inner})` : words.join(gap);
      const first = omitsOwner ? '' : name;
      return [first, ...middle, type, rest].join(gap) + note;
    },
  );

const other = fc.constantFrom(
  '',
  '   ',
  '; comment',
  '\t; indented',
  '$ORIGIN sub.example.com.',
  '$ORIGIN example.com.',
  '$ORIGIN deeper',
  '$TTL 1d',
  '$TTL 300',
);

/** A zone file that BIND loads; all records of a name and type have one TTL, because BIND gives them one. */
export const zoneText = fc
  .record({
    lines: fc.array(fc.oneof({ weight: 4, arbitrary: record }, other), { maxLength: 12 }),
    hasTtl: fc.boolean(),
  })
  .map(({ lines, hasTtl }) =>
    [
      ...(hasTtl ? ['$TTL 4h'] : []),
      '@ 1d IN SOA ns.example.net. root ( 2026112500 ; serial',
      ' 1h 2h 4w 1d )',
      '@ NS ns.example.net.',
      ...lines,
      '',
    ].join('\n'),
  );

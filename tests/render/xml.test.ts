import type { Metadata } from '../../src/core/envelope.ts';
import type { Hash, Value } from '../../src/core/values.ts';
import { renderXml, xmlName } from '../../src/render/xml.ts';

const metadata: Metadata = { version: 1, reason: 'OK', result: 1, command: 'x' };
const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

function xml(data: Hash): string {
  return [...renderXml({ metadata, data, flat: true })].join('');
}

/** The elements of the same response with so many more elements that the writer for large responses is used. */
function elementsWithinLarge(data: Hash): string {
  const text = xml({ ...data, filler: Array<number>(3000).fill(0) });
  return text.slice(declaration.length).split('  <filler>')[0] ?? '';
}

const texts: [string, Value, string][] = [
  ['plain text', 'web01', '<key>web01</key>'],
  ['the empty text', '', '<key/>'],
  ['null', null, '<key/>'],
  ['zero', 0, '<key>0</key>'],
  ['zero with a sign', -0, '<key>0</key>'],
  ['a large number', 1e21, '<key>1e+21</key>'],
  ['an empty hash', {}, '<key/>'],
  ['mark-up', '<a b="c">d</a>', '<key>&lt;a b="c"&gt;d&lt;/a&gt;</key>'],
  ['the end of a CDATA section', ']]>', '<key>]]&gt;</key>'],
  ['an ampersand', 'Tom & Jerry', '<key>Tom &amp; Jerry</key>'],
  [
    'text that spells a reference',
    '&lt;&amp;&nbsp;&#65;&#x41;',
    '<key>&amp;lt;&amp;amp;&amp;nbsp;&amp;#65;&amp;#x41;</key>',
  ],
  ['an apostrophe', "it's", "<key>it's</key>"],
  ['blanks at both ends', '  a  ', '<key>  a  </key>'],
  ['nothing but white space', ' \n\t', '<key> \n\t</key>'],
  ['lines', 'one\n two\n', '<key>one\n two\n</key>'],
  ['a carriage return', 'a\rb', '<key>a&#xD;b</key>'],
  ['lines that end as in Windows', 'a\r\nb\r\n', '<key>a&#xD;\nb&#xD;\n</key>'],
  ['a next line character and a line separator', '\u0085\u2028', '<key>\u0085\u2028</key>'],
  ['a byte order mark', '\uFEFFa', '<key>\uFEFFa</key>'],
  ['a delete character', '\x7F', '<key>\x7F</key>'],
  ['characters that XML cannot hold', '\0\x08\v\f\x0E\x1B\x1F\uFFFE\uFFFF', '<key>���������</key>'],
  ['an emoji', '😀', '<key>😀</key>'],
  ['half a surrogate pair', 'a\uD83D', '<key>a�</key>'],
  ['what starts a document', '<?xml version="1.0"?>', '<key>&lt;?xml version="1.0"?&gt;</key>'],
  ['JSON', '{"a":1}', '<key>{"a":1}</key>'],
  ['YAML', '---\na: 1', '<key>---\na: 1</key>'],
];

describe('a value', () => {
  test.each(texts)('%s is written correctly', (_name, value, element) => {
    expect(xml({ key: value })).toBe(`${declaration}<result>\n  ${element}\n</result>\n`);
  });

  test.each(texts)('%s is written correctly in a large response', (_name, value, element) => {
    expect(elementsWithinLarge({ key: value })).toBe(`<result>\n  ${element}\n`);
  });
});

const nested: Hash = {
  list: ['a', null, { b: 1 }, [], [['c', []], { d: [] }]],
  empty: [],
  hash: { inner: [] },
};
const nestedElements = `<result>
  <list>a</list>
  <list/>
  <list>
    <b>1</b>
  </list>
  <list/>
  <list>
    <item>
      <item>c</item>
      <item/>
    </item>
    <item/>
  </list>
  <hash/>
`;

describe('lists and hashes', () => {
  test('a list repeats the element of its key, and one in a list has elements “item”', () => {
    expect(xml(nested)).toBe(`${declaration}${nestedElements}</result>\n`);
  });

  test('it is the same in a large response', () => {
    expect(elementsWithinLarge(nested)).toBe(nestedElements);
  });

  test('a large response whose data has no element closes it at once', () => {
    const warnings = Array<string>(3000).fill('w');
    const text = [...renderXml({ metadata: { ...metadata, output: { warnings } }, data: { list: [] } })].join(
      '',
    );
    expect(text.endsWith('  </metadata>\n  <data/>\n</result>\n')).toBe(true);
  });

  test('a large flat response without any element is an empty root', () => {
    const keys = Array.from({ length: 3000 }, (_, number): [string, Value] => [`k${number}`, []]);
    expect(xml(Object.fromEntries(keys))).toBe(`${declaration}<result/>\n`);
  });
});

const names: [string, string][] = [
  ['user', 'user'],
  ['has_xfertool', 'has_xfertool'],
  ['a-b.c_d', 'a-b.c_d'],
  ['_', '_'],
  ['__x', '__x'],
  ['axml', 'axml'],
  ['é', 'é'],
  ['Größe', 'Größe'],
  ['東京', '東京'],
  ['a\u00B7', 'a\u00B7'],
  ['', '_x_'],
  ['_x_', '_x005F_x_'],
  ['a_x_', 'a_x_'],
  ['_x_b', '_x_b'],
  ['cpu time', 'cpu_x0020_time'],
  ['2fa', '_x0032_fa'],
  ['-a', '_x002D_a'],
  ['.htaccess', '_x002E_htaccess'],
  ['\u00B7a', '_x00B7_a'],
  ['a:b', 'a_x003A_b'],
  ['xmlns:a', '_x0078_mlns_x003A_a'],
  ['xml', '_x0078_ml'],
  ['XML', '_x0058_ML'],
  ['xMl-thing', '_x0078_Ml-thing'],
  ['_x0041_', '_x005F_x0041_'],
  ['_x0041', '_x005F_x0041'],
  ['_xabcd', '_x005F_xabcd'],
  ['_x0041_x0042_', '_x005F_x0041_x005F_x0042_'],
  ['_x0041 ', '_x005F_x0041_x0020_'],
  ['_x01F600_', '_x005F_x01F600_'],
  [' x0041_', '_x0020_x0041_'],
  ['😀', '_x01F600_'],
  ['a\u{10FFFF}', 'a_x10FFFF_'],
  ['\uD83D', '_xD83D_'],
  ['\0', '_x0000_'],
  ['\uFFFE', '_xFFFE_'],
  ['\u1680', '_x1680_'],
  ['\uFEFFa', '_xFEFF_a'],
  ['@attribute', '_x0040_attribute'],
  ['#text', '_x0023_text'],
  ['$cdata', '_x0024_cdata'],
  ['!comment', '_x0021_comment'],
  ['?instruction', '_x003F_instruction'],
  ['a@urn:b', 'a_x0040_urn_x003A_b'],
  ['<a>', '_x003C_a_x003E_'],
  ['{"a":1}', '_x007B__x0022_a_x0022__x003A_1_x007D_'],
  ['---', '_x002D_--'],
  ['__proto__', '__proto__'],
];

describe('xmlName', () => {
  test.each(names)('%j is named %s', (key, name) => {
    expect(xmlName(key)).toBe(name);
  });

  test.each(names.filter(([key]) => key.isWellFormed()))('the key %j is the element <%s>', (key, name) => {
    const elements = `<result>\n  <${name}>1</${name}>\n`;
    expect(xml({ [key]: 1 })).toBe(`${declaration}${elements}</result>\n`);
    expect(elementsWithinLarge({ [key]: 1 })).toBe(elements);
  });
});

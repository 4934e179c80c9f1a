// Generated responses: a reader of each format gets the same values back, and both writers give the same text.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { load, YAML11_SCHEMA } from 'js-yaml';
import { create } from 'xmlbuilder2';
import { parse } from 'yaml';
import type { Envelope, Metadata } from '../../src/core/envelope.ts';
import { type Hash, isHash, type Value } from '../../src/core/values.ts';
import { toAnswer } from '../../src/render/answer.ts';
import type { Render } from '../../src/render/format.ts';
import { renderJson, renderJsonPretty } from '../../src/render/json.ts';
import { builtXml, renderXml, writtenXml } from '../../src/render/xml.ts';
import { dumped, renderYaml, writtenYaml } from '../../src/render/yaml.ts';
import { itWith } from '../support/require-tool.ts';

const metadata: Metadata = { version: 1, reason: 'OK', result: 1, command: 'x' };

/** Texts that are difficult for the formats, to be combined in any order. */
const fragments = [
  ...[
    ' ',
    '  ',
    '\t',
    '\n',
    '\n\n',
    '\r',
    '\r\n',
    '\u0085',
    '\u00A0',
    '\u1680',
    '\u2028',
    '\u3000',
    '\u200B',
    '\uFEFF',
  ],
  ...[
    '\0',
    '\x1B',
    '\x7F',
    '\uFFFE',
    '\uD800',
    '\uDC00',
    '😀',
    'é',
    '東',
    'a',
    'e',
    'x',
    '0',
    '1',
    '.',
    '_',
    '-',
    '+',
  ],
  ...[
    ':',
    ': ',
    '#',
    ' #',
    ',',
    '?',
    '!',
    '&',
    '*',
    '|',
    '>',
    '<',
    '%',
    '@',
    '`',
    "'",
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    '~',
  ],
  ...['---', '...', '- ', '? ', '<<', '=', '&amp;', '&#13;', ']]>', '<!--', '_x0041_', 'xml', 'null', 'yes'],
];
const ordinary = ['web01', 'host.example.com', '192.0.2.1', 'unlimited', '24 Jan 15', 'a “b” c', 'user_name'];
const misreadable = [
  'yes',
  '',
  '0',
  '017',
  '0x1F',
  '1e3',
  'e5',
  '1_000',
  '12:30:45',
  '2024-01-31',
  '.inf',
  '08_9',
  'N',
];

const text = fc.oneof(
  fc.constantFrom(...ordinary),
  fc.constantFrom(...misreadable),
  fc.array(fc.constantFrom(...fragments), { maxLength: 6 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 1e21, 1e-7, 2 ** 53),
);
const { hash, value } = fc.letrec<{ value: Value; hash: Hash }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    number,
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('hash'),
  ),
  hash: fc.dictionary(text, tie('value'), { maxKeys: 5, noNullPrototype: true }),
}));
const envelope: fc.Arbitrary<Envelope> = fc
  .record({ data: hash, list: text, items: fc.array(value, { maxLength: 5 }), isFlat: fc.boolean() })
  .map(({ data, list, items, isFlat }) => ({
    metadata,
    data: { ...data, [list]: items },
    list,
    ...(isFlat ? { flat: true } : {}),
  }));

function written(render: Render, answer: Envelope): string {
  return [...render(answer)].join('');
}

/** Tells a script which values are equal: keys in any order, -0 is 0, half a surrogate pair is U+FFFD. */
function canonical(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'number') return value + 0;
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const members = value instanceof Map ? value : new Map(Object.entries(value));
  const named = new Map([...members].map(([key, member]) => [canonical(key), canonical(member)]));
  return { hash: [...named].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)) };
}

function printed(answer: Envelope): unknown {
  return canonical(answer.flat === true ? answer.data : { metadata: answer.metadata, data: answer.data });
}

describe('JSON', () => {
  test.each([
    ['compact', renderJson],
    ['indented', renderJsonPretty],
  ])('in its %s form reads back unchanged', (_form, render) => {
    fc.assert(
      fc.property(envelope, (answer) => {
        expect(canonical(JSON.parse(written(render, answer)))).toEqual(printed(answer));
      }),
    );
  });

  test.each([
    ['compact', renderJson, 0],
    ['indented', renderJsonPretty, 2],
  ])('in its %s form is the text of JSON.stringify, however long the list', (_form, render, indent) => {
    fc.assert(
      fc.property(envelope, fc.array(value, { minLength: 1, maxLength: 5 }), (answer, items) => {
        const list = answer.list ?? '';
        const long = Array.from({ length: 101 }, (_, index) => items[index % items.length] ?? null);
        const large = { ...answer, data: { ...answer.data, [list]: long } };
        const { content, isLarge } = toAnswer(large);
        expect(isLarge).toBe(true);
        expect(written(render, large)).toBe(`${JSON.stringify(content, null, indent)}\n`);
      }),
    );
  });
});

describe('YAML', () => {
  const readers: [string, (text: string) => unknown][] = [
    ['js-yaml, YAML 1.2', (yaml) => load(yaml)],
    ['js-yaml, YAML 1.1', (yaml) => load(yaml, { schema: YAML11_SCHEMA })],
    // As a Map, because an object of this package has no key "__proto__".
    ['yaml, YAML 1.2', (yaml) => parse(yaml, { version: '1.2', mapAsMap: true }) as unknown],
    ['yaml, YAML 1.1', (yaml) => parse(yaml, { version: '1.1', mapAsMap: true }) as unknown],
  ];

  test.each(readers)('reads back unchanged in %s', (_reader, read) => {
    fc.assert(
      fc.property(envelope, (answer) => {
        expect(canonical(read(written(renderYaml, answer)))).toEqual(printed(answer));
      }),
      { numRuns: 200 },
    );
  });

  itWith(['pyyaml'], 'reads back unchanged in PyYAML', () => {
    const answers = fc.sample(envelope, 300);
    const pairs = answers.map((answer) => [written(renderYaml, answer), written(renderJson, answer)]);
    expect(python(pyYamlReader, pairs)).toEqual([]);
  });

  test('is the same text from js-yaml and from our writer', () => {
    fc.assert(
      fc.property(envelope, (answer) => {
        const { content, path } = toAnswer(answer);
        expect([...writtenYaml(content, path)].join('')).toBe(`---\n${dumped(content)}`);
      }),
      { numRuns: 500 },
    );
  });
});

describe('XML', () => {
  test('reads back unchanged in the reader of xmlbuilder2', () => {
    fc.assert(
      fc.property(envelope, (answer) => {
        // That reader decodes `&amp;#13;` twice, which is its own bug, so the text must not contain a reference.
        const safe = JSON.parse(written(renderJson, answer).replaceAll('&', '+')) as Hash;
        const document = create(
          { skipWhitespaceOnlyText: false },
          written(renderXml, { metadata, data: safe, flat: true }),
        );
        expect(elementOf(document.root().node as unknown as DomNode)).toEqual(elementOfHash('result', safe));
      }),
      { numRuns: 200 },
    );
  });

  test('reads back unchanged in a conforming parser', () => {
    const answers = fc.sample(envelope, 300).map((answer) => JSON.parse(written(renderJson, answer)) as Hash);
    const pairs = answers.map((data) => {
      // The parser (expat) only accepts the names of an older edition of XML.
      const ascii = withAsciiKeys(data) as Hash;
      return [written(renderXml, { metadata, data: ascii, flat: true }), elementOfHash('result', ascii)];
    });
    expect(python(elementTreeReader, pairs)).toEqual([]);
  });

  itWith(['xmllint'], 'is well-formed for xmllint', () => {
    const folder = mkdtempSync(join(tmpdir(), 'render-xml-'));
    try {
      const files = fc.sample(envelope, 300).map((answer, number) => {
        const file = join(folder, `${number}.xml`);
        writeFileSync(file, written(renderXml, answer));
        return file;
      });
      expect(execFileSync('xmllint', ['--noout', '--nonet', ...files], { encoding: 'utf8' })).toBe('');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('is the same text from xmlbuilder2 and from our writer', () => {
    fc.assert(
      fc.property(envelope, (answer) => {
        const { content, path } = toAnswer(answer);
        expect([...writtenXml(content, path)].join('')).toBe(builtXml(content));
      }),
      { numRuns: 500 },
    );
  });
});

/** An element: the key for its name, and its text or its elements. */
type Element = [key: string, content: string | Element[]];

interface DomNode {
  nodeType: number;
  nodeName: string;
  textContent: string;
  childNodes: Iterable<DomNode>;
}

function elementOf(node: DomNode): Element {
  const elements = [...node.childNodes].filter((child) => child.nodeType === 1);
  return [keyOf(node.nodeName), elements.length === 0 ? node.textContent : elements.map(elementOf)];
}

/** Reads a name back as the documentation of `xmlName` says. */
function keyOf(name: string): string {
  if (name === '_x_') return '';
  return name.replace(/_x([0-9A-F]{4}|[0-9A-F]{6})_/g, (_escape, hex: string) =>
    String.fromCodePoint(parseInt(hex, 16)),
  );
}

function elementOfHash(key: string, members: Hash): Element {
  const elements = Object.entries(members).flatMap(([name, member]) => elementsOfValue(name, member));
  return [key, elements.length === 0 ? '' : elements];
}

function elementsOfValue(key: string, member: Value): Element[] {
  if (Array.isArray(member)) {
    return member.flatMap((item): Element[] => {
      if (!Array.isArray(item)) return elementsOfValue(key, item);
      const elements = elementsOfValue('item', item);
      return [[key, elements.length === 0 ? '' : elements]];
    });
  }
  if (isHash(member)) return [elementOfHash(key, member)];
  // U+FFFD replaces the characters that XML 1.0 cannot contain.
  return [[key, String(member ?? '').replace(/[\0-\x08\v\f\x0E-\x1F\uFFFE\uFFFF]/g, '\uFFFD')]];
}

function withAsciiKeys(member: Value): Value {
  if (Array.isArray(member)) return member.map(withAsciiKeys);
  if (!isHash(member)) return member;
  return Object.fromEntries(
    Object.entries(member).map(([key, inner]) => [key.replace(/[^ -~]/g, '*'), withAsciiKeys(inner)]),
  );
}

/** Compares them as JSON, which distinguishes 1 from 1.0 and True, and rejects a date. */
const pyYamlReader = `
import yaml
def same(text, expected):
    as_json = lambda value: json.dumps(value, sort_keys=True)
    return as_json(yaml.safe_load(text)) == as_json(json.loads(expected))
`;

const elementTreeReader = `
import re
from xml.etree import ElementTree
def key_of(name):
    if name == '_x_': return ''
    return re.sub('_x([0-9A-F]{4}|[0-9A-F]{6})_', lambda match: chr(int(match[1], 16)), name)
def element(node):
    return [key_of(node.tag), [element(child) for child in node] if len(node) else node.text or '']
def same(text, expected):
    return element(ElementTree.fromstring(text.encode('utf-8'))) == expected
`;

/** Runs a reader in Debian’s Python with pairs of a text and its value. Returns the pairs that differ. */
function python(reader: string, pairs: unknown[]): unknown[] {
  const program = `
import json, sys
${reader}
def fails(text, expected):
    try: return None if same(text, expected) else 'differs'
    except Exception as error: return repr(error)
results = [[fails(*pair), pair] for pair in json.load(sys.stdin)]
json.dump([result for result in results if result[0]], sys.stdout)
`;
  const output = execFileSync('/usr/bin/python3', ['-c', program], {
    input: JSON.stringify(pairs),
    encoding: 'utf8',
  });
  return JSON.parse(output) as unknown[];
}

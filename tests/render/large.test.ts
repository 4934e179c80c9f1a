import type { Envelope, Metadata } from '../../src/core/envelope.ts';
import type { Hash } from '../../src/core/values.ts';
import { toAnswer } from '../../src/render/answer.ts';
import { type Format, formats, loadRenderer } from '../../src/render/format.ts';
import { builtXml } from '../../src/render/xml.ts';
import { dumped } from '../../src/render/yaml.ts';

const metadata: Metadata = { version: 1, reason: 'OK', result: 1, command: 'listaccts' };

function record(number: number): Hash {
  const fields: Hash = {
    user: `user${number}`,
    ip: `10.0.${number % 256}.1`,
    suspended: number % 2,
    note: null,
  };
  for (let field = 0; field < 6; field += 1) fields[`field_${field}`] = `text ${number * field}`;
  // One in a hundred is difficult to write in some format, and full of characters of three or four bytes.
  if (number % 100 === 0) fields.note = `“${number}”: <&>\n東京 😀`;
  return fields;
}

function listOf(length: number): Envelope {
  return { metadata, data: { acct: Array.from({ length }, (_, number) => record(number)) }, list: 'acct' };
}

async function piecesOf(format: Format, envelope: Envelope): Promise<string[]> {
  const render = await loadRenderer(format);
  return [...render(envelope)];
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}

const many = listOf(20_000);

describe.each(formats)('%s', (format) => {
  test('20,000 records are written in pieces of 16 to 64 KiB, except the last one', async () => {
    const pieces = await piecesOf(format, many);
    const sizes = pieces.slice(0, -1).map(bytes);
    expect(sizes.length).toBeGreaterThan(100);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(16 * 1024);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(64 * 1024);
  });

  test('no piece begins or ends within a character', async () => {
    const list = Array<string>(20_000).fill('😀');
    const pieces = await piecesOf(format, { metadata, data: { list }, list: 'list' });
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
  });

  test('a long text makes a long piece, because a record is not divided', async () => {
    const list = Array<string>(101).fill('long'.repeat(25_000));
    const pieces = await piecesOf(format, { metadata, data: { list }, list: 'list' });
    expect(pieces.length).toBeGreaterThanOrEqual(101);
    expect(Math.max(...pieces.map(bytes))).toBeLessThan(128 * 1024);
  });

  test('a list of 100 records is one piece', async () => {
    expect(await piecesOf(format, listOf(100))).toHaveLength(1);
  });

  test('a large response without a list is also written in pieces', async () => {
    const users = Object.fromEntries(
      Array.from({ length: 3000 }, (_, number) => [`user${number}`, record(number)]),
    );
    const pieces = await piecesOf(format, { metadata, data: users });
    expect(Math.max(...pieces.map(bytes))).toBeLessThanOrEqual(64 * 1024);
  });

  test('the same envelope can be rendered twice', async () => {
    const envelope = listOf(500);
    expect(await piecesOf(format, envelope)).toEqual(await piecesOf(format, envelope));
  });

  test('the envelope is not changed', async () => {
    const data: Hash = { 'acct\uD800': Array<Hash>(200).fill({ '\uDC00': -0, text: '\uDC00' }) };
    const envelope = { metadata, data, list: 'acct\uD800' };
    const before = structuredClone(envelope);
    await piecesOf(format, envelope);
    expect(envelope).toEqual(before);
  });
});

describe('500 records', () => {
  const envelope = listOf(500);
  const { content } = toAnswer(envelope);

  test.each([
    ['json', `${JSON.stringify(content)}\n`],
    ['jsonpretty', `${JSON.stringify(content, null, 2)}\n`],
    ['yaml', `---\n${dumped(content)}`],
    ['xml', builtXml(content)],
  ] as [Format, string][])('are the same in %s as from the library', async (format, whole) => {
    // Compared with ===, because a difference of this size cannot be shown.
    expect((await piecesOf(format, envelope)).join('') === whole).toBe(true);
  });
});

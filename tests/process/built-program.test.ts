// What the build might change: non-ASCII characters in regular expressions, which it writes as ASCII.
import { join, resolve } from 'node:path';
import { call, freshFolder } from '../support/command.ts';

const { pack } = jest.requireActual<typeof import('../../src/loader/loader.cjs')>(
  join(resolve(__dirname, '../..'), 'src/loader/loader.cjs'),
);
const folder = freshFolder();
const whmapi1 = (...words: string[]) => call(words, { state: folder.state });

test('domain names keep their letters, and dots in regular expressions keep their meaning', async () => {
  const { metadata } = await whmapi1('adddns', 'domain=banana.example', 'ip=192.0.2.1');
  expect(metadata.reason).toMatch(/^Added banana\.example ok/);
  await whmapi1('addzonerecord', 'domain=banana.example', 'name=panama', 'type=A', 'address=192.0.2.9');
  const { data } = await whmapi1('listzones');
  expect(data).toEqual({ zone: [{ domain: 'banana.example', zonefile: 'banana.example.db' }] });
  const dumped = await whmapi1('dumpzone', 'domain=banana.example');
  expect(JSON.stringify(dumped.data)).toContain('"panama.banana.example."');
});

test('a source with a non-ASCII character is not packed', () => {
  expect(() => pack('"é"')).toThrow('The source has “é”, which is not ASCII.');
  expect(pack('"e"').toString('latin1')).toContain('"e"');
});

// Values in BIND’s configuration: a hostile value never becomes a statement.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { address, port, quoted } from '../../../../../src/capabilities/dns/driver/zones/bind/named-conf.ts';
import {
  renderKeys,
  renderServer,
  renderStatement,
} from '../../../../../src/capabilities/dns/driver/zones/bind/render.ts';
import { describeWith } from '../../../../support/require-tool.ts';

jest.setTimeout(120_000);

const same = (path: string) => path;
/** Texts with a meaning for BIND, and any others. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '"',
        '\\',
        ';',
        '}',
        '{',
        '\n',
        '//',
        '/*',
        '*/',
        '#',
        'include',
        ' ',
        '"; }; zone "x" {',
        '\0',
        '$',
      ),
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.string({ maxLength: 8 }),
    ),
    { maxLength: 8 },
  )
  .map((pieces) => pieces.join(''));

describe('a value of named.conf', () => {
  it.each(['127.0.0.1 port 1', '::1%lo', 'localhost', '192.0.2.1; any', '', '192.0.2.1/24'])(
    'is rejected as an address if it is “%s”',
    (value) => {
      expect(() => address(value)).toThrow(TypeError);
    },
  );

  it.each([0, -1, 65_536, 1.5, Number.NaN])('is rejected as a port if it is %s', (value) => {
    expect(() => port(value)).toThrow(TypeError);
  });

  it('is rejected in every place if it is hostile', () => {
    const statement = { name: 'a.example', dnssecPolicy: 'x"; }; options {' };
    expect(() => renderStatement(statement, same)).toThrow(TypeError);
    const key = { name: 'k', algorithm: 'hmac-sha256' as const, secret: 'c2VjcmV0LW9mLWEtdGVzdC1vbmx5' };
    expect(() => renderKeys([{ ...key, name: 'k" { }; //' }])).toThrow(TypeError);
    expect(() => renderKeys([{ ...key, secret: `${key.secret}"; };` }])).toThrow(TypeError);
    const options = { keys: [key], secondaries: [], catalog: null };
    expect(() => renderServer({ ...options, catalog: 'x" {' }, same)).toThrow(TypeError);
    const strange = [{ address: '192.0.2.1', key: 'unknown' }];
    expect(() => renderServer({ ...options, secondaries: strange }, same)).toThrow(TypeError);
  });
});

describeWith(['named-checkzone'], 'a quoted value', () => {
  it('is read by BIND as the same value, and nothing else', () => {
    const folder = mkdtempSync(join(tmpdir(), 'whmapi1-conf-'));
    const file = join(folder, 'named.conf');
    let accepted = 0;
    try {
      fc.assert(
        fc.property(hostile, (value) => {
          let text: string;
          try {
            text = quoted(value);
          } catch (error) {
            expect(error).toBeInstanceOf(TypeError);
            return;
          }
          accepted += 1;
          writeFileSync(file, `options { version ${text}; };\n`);
          const { stdout, stderr } = spawnSync('named-checkconf', ['-p', file], { encoding: 'utf8' });
          expect([stdout, stderr]).toEqual([`options {\n\tversion "${value}";\n};\n`, '']);
        }),
        { numRuns: 200 },
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect(accepted).toBeGreaterThan(10);
  });
});

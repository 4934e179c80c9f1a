// No value can add a directive or a pool to the files of PHP-FPM.
import fc from 'fast-check';
import type { Pool } from '../../../../../src/capabilities/php/rules/pools.ts';
import {
  closedSockets,
  renderBase,
  renderPools,
} from '../../../../../src/capabilities/php/driver/php-pools/render.ts';
import { socketOf } from '../../../../../src/capabilities/php/rules/sockets.ts';

const pool: Pool = {
  name: 'bob.example',
  username: 'bob',
  home: '/home/bob',
  socket: '/run/whmapi1-php/8.4-bob.example.sock',
  maxChildren: 5,
  maxRequests: 20,
  idleTimeout: 10,
};
const same = (path: string) => path;

/** The names of sections and directives, in order. */
const structureOf = (text: string) =>
  text.split('\n').map((line) => (line.startsWith(';') ? '' : (/^[^=]*?(?= = |$)/.exec(line)?.[0] ?? line)));

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    ...[
      'bob\nuser = root',
      'bob]\n[x',
      '/home/bob; user=root',
      '"',
      "'",
      '${HOME}',
      '\\',
      '\r',
      '\0',
      '',
      ' ',
    ],
    ...[
      '/home/bob:/',
      'a=b',
      '$pool',
      '%',
      '#',
      '[',
      ']',
      'bob\u2028user',
      '/home/bob\tx',
      '(a|b)',
      '!a',
      '~',
    ],
  ),
);

describe('a file of pools', () => {
  it.each(['name', 'username', 'home', 'socket'] as const)('has no more directives with any %s', (field) => {
    const structure = structureOf(renderPools([pool], same, closedSockets));
    fc.assert(
      fc.property(hostile, (value) => {
        let text: string;
        try {
          text = renderPools([{ ...pool, [field]: value }], same, closedSockets);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
          return;
        }
        const names = structureOf(text).map((name) => (name.startsWith('[') ? '[]' : name));
        expect(names).toEqual(structure.map((name) => (name.startsWith('[') ? '[]' : name)));
        expect(text).not.toMatch(/["'$\\;](?!.*changes by hand)/);
      }),
    );
  });

  it('has no more directives than it should, whatever their names and values are', () => {
    const structure = structureOf(
      renderPools([{ ...pool, directives: [{ name: 'x', value: 'x', isFixed: true }] }], same, closedSockets),
    ).length;
    fc.assert(
      fc.property(hostile, hostile, (name, value) => {
        let text: string;
        try {
          text = renderPools(
            [{ ...pool, directives: [{ name, value, isFixed: true }] }],
            same,
            closedSockets,
          );
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
          return;
        }
        expect(structureOf(text)).toHaveLength(structure);
        expect(text).toMatch(/\nphp_admin_value\[[A-Za-z0-9._/-]+\] = [A-Za-z0-9._/,~&|^ -]+\n$/);
      }),
    );
  });

  it.each([NaN, -1, 1.5, Infinity])('rejects the number %p', (value) => {
    expect(() => renderPools([{ ...pool, maxChildren: value }], same, closedSockets)).toThrow(TypeError);
  });

  it('separates pools', () => {
    const text = renderPools([pool, { ...pool, name: 'shop.bob.example' }], same, closedSockets);
    expect(text.match(/^\[.*\]$/gm)).toEqual(['[bob.example]', '[shop.bob.example]']);
  });
});

describe('the base configuration', () => {
  it('has a pool, so that PHP-FPM starts without accounts', () => {
    expect(renderBase('8.4', same)).toContain('\n[whmapi1]\n');
  });
});

describe('socketOf', () => {
  it('fits into the address of a socket for the longest names, which stay apart', () => {
    const label = 'a'.repeat(60);
    const names = ['x', 'y'].map((end) => [label, label, label, `${end}${label}`].join('.'));
    const sockets = names.map((name) => socketOf('ea-php84', name));
    for (const socket of sockets) expect(socket.length).toBeLessThanOrEqual(107);
    expect(new Set(sockets).size).toBe(2);
  });
});

// What every store guarantees, with every database. `open` returns two stores with the same new database, as in two
// processes.
import type { SqlValue } from '../../src/core/context.ts';
import type { OpenStore } from '../../src/store/open-store.ts';

export interface Shared {
  readonly one: OpenStore;
  readonly other: OpenStore;
  remove(): void | Promise<void>;
}

const MOST = Number.MAX_SAFE_INTEGER;

export function itKeepsItsPromises(open: () => Promise<Shared>): void {
  let shared: Shared;
  let one: OpenStore;
  let other: OpenStore;
  beforeEach(async () => {
    shared = await open();
    ({ one, other } = shared);
  });
  afterEach(() => shared.remove());

  const run = (store: OpenStore, sql: string, ...values: SqlValue[]) =>
    store.transaction('changes', async (db) => ({ value: await db.run(sql, ...values), keep: true }));
  const all = <Row>(store: OpenStore, sql: string, ...values: SqlValue[]) =>
    store.transaction('reads', async (db) => ({ value: await db.all<Row>(sql, ...values), keep: false }));
  const insertIssuer = 'INSERT INTO tfa_issuer (username, issuer) VALUES (?, ?)';
  const issuers = async (store: OpenStore) =>
    (await all<{ issuer: string }>(store, 'SELECT issuer FROM tfa_issuer ORDER BY username')).map(
      ({ issuer }) => issuer,
    );

  test.each([0, 1, -1, 255, 2 ** 31, -(2 ** 31) - 1, 2 ** 32, 1_772_366_410_123, MOST, -MOST])(
    'the number %d is returned as it was stored',
    async (number) => {
      await run(one, 'INSERT INTO tfa_guard (username, accepted_step) VALUES (?, ?)', 'root', number);
      expect(await all(other, 'SELECT accepted_step FROM tfa_guard')).toEqual([{ accepted_step: number }]);
      expect(await all(other, 'SELECT 1 AS found FROM tfa_guard WHERE accepted_step = ?', number)).toEqual([
        { found: 1 },
      ]);
    },
  );

  test('sums and counts are numbers', async () => {
    await run(
      one,
      'INSERT INTO tfa_guard (username, accepted_step) VALUES (?, ?), (?, ?)',
      'a',
      MOST - 5,
      'b',
      4,
    );
    expect(
      await all(
        one,
        'SELECT sum(accepted_step) AS total, count(*) AS many, max(accepted_step) AS most FROM tfa_guard',
      ),
    ).toEqual([{ total: MOST - 1, many: 2, most: MOST - 5 }]);
  });

  test('null is returned as null', async () => {
    await run(
      one,
      'INSERT INTO tfa_guard (username, accepted_step, locked_until) VALUES (?, ?, ?)',
      'root',
      null,
      7,
    );
    expect(await all(other, 'SELECT accepted_step, locked_until FROM tfa_guard')).toEqual([
      { accepted_step: null, locked_until: 7 },
    ]);
  });

  test.each([
    ['plain', 'Example'],
    ['empty', ''],
    ['emoji, some of several characters', '🔐 👩‍👩‍👧‍👦 🇩🇪 ❤️'],
    ['other scripts and composed letters', 'Ünïcödé e\u0301 é 漢字 العربية \u{10FFFF}'],
    ['quotes and backslashes', `'";--\\' $1 $$ ? \\0 %s`],
    ['white space and control characters', ' \t\r\n\u0001\u001f\u007f\u0085\u2028 '],
    ['long', 'long 🔑'.repeat(50_000)],
  ])('a text is returned as it was stored: %s', async (_what, text) => {
    await run(one, insertIssuer, 'root', text);
    expect(await issuers(other)).toEqual([text]);
    expect(await all(other, 'SELECT username FROM tfa_issuer WHERE issuer = ?', text)).toEqual([
      { username: 'root' },
    ]);
  });

  test.each([
    ['every byte', Uint8Array.from({ length: 256 }, (_, at) => at)],
    ['none', new Uint8Array()],
    ['a part of a larger array', Uint8Array.of(9, 9, 1, 0, 2, 9).subarray(2, 5)],
  ])('bytes are returned as they were stored: %s', async (_what, bytes) => {
    const insert =
      "INSERT INTO tfa_secret (username, kind, name, sealed, created_at) VALUES (?, 'email', '', ?, 0)";
    await run(one, insert, 'bob', bytes);
    const [row] = await all<{ sealed: Uint8Array }>(other, 'SELECT sealed FROM tfa_secret');
    expect(row?.sealed).toBeInstanceOf(Uint8Array);
    expect([...(row?.sealed ?? [])]).toEqual([...bytes]);
  });

  test('get returns the first row, or undefined', async () => {
    await run(one, 'INSERT INTO tfa_issuer (username, issuer) VALUES (?, ?), (?, ?)', 'b', '2', 'a', '1');
    const { value } = await one.transaction('reads', async (db) => ({
      value: {
        value: [
          await db.get('SELECT issuer FROM tfa_issuer ORDER BY username'),
          await db.get('SELECT issuer FROM tfa_issuer WHERE username = ?', 'c'),
        ],
      },
      keep: false,
    }));
    expect(value).toEqual([{ issuer: '1' }, undefined]);
  });

  test('run returns the number of changed rows', async () => {
    expect(
      await run(one, 'INSERT INTO tfa_issuer (username, issuer) VALUES (?, ?), (?, ?)', 'a', '', 'b', ''),
    ).toBe(2);
    expect(await run(one, 'UPDATE tfa_issuer SET issuer = ?', 'x')).toBe(2);
    expect(await run(one, 'UPDATE tfa_issuer SET issuer = ? WHERE username = ?', 'y', 'c')).toBe(0);
    expect(await run(one, `${insertIssuer} ON CONFLICT DO NOTHING`, 'a', 'z')).toBe(0);
    expect(await run(one, 'DELETE FROM tfa_issuer WHERE username = ?', 'a')).toBe(1);
  });

  test('a question mark in quotes is not a placeholder', async () => {
    expect(
      await all(
        one,
        `SELECT '?' AS "what?", 'it''s ?' AS quoted, username FROM tfa_issuer WHERE username = ?`,
        'root',
      ),
    ).toEqual([]);
    await run(one, insertIssuer, 'root', '?');
    expect(
      await all(
        one,
        `SELECT '?' AS "what?", 'it''s ?' AS quoted, username AS "a""?" FROM tfa_issuer WHERE issuer = '?' AND username = ?`,
        'root',
      ),
    ).toEqual([{ 'what?': '?', quoted: "it's ?", 'a"?': 'root' }]);
  });

  test('texts are ordered by their bytes, and differ if their bytes differ', async () => {
    // As UTF-8: 5f, 61, 61 00.., ...; sorted by letters, “ä” would be next to “a”, and “Z” after “z”.
    const ordered = [
      '',
      ' ',
      '!',
      '-',
      '10',
      '9',
      'A',
      'Z',
      '_',
      'a',
      'a b',
      'aa',
      'ab',
      'b',
      'e\u0301',
      'z',
      'ä',
      'é',
    ];
    const beyond = ['\u0416', '\u6f22', '\uffee', '\u{1f510}'];
    for (const name of [...ordered, ...beyond].reverse()) await run(one, insertIssuer, name, '');
    const rows = await all<{ username: string }>(other, 'SELECT username FROM tfa_issuer ORDER BY username');
    expect(rows.map(({ username }) => username)).toEqual([...ordered, ...beyond]);
    expect(
      await all(other, "SELECT username FROM tfa_issuer WHERE username > 'Z' AND username < 'ab'"),
    ).toHaveLength(4);
  });

  test('commits if the work says so, and otherwise rolls back', async () => {
    const insert = (value: string, keep: boolean) =>
      one.transaction('changes', async (db) => ({ value: await db.run(insertIssuer, 'root', value), keep }));
    expect(await insert('taken back', false)).toBe(1);
    expect(await issuers(other)).toEqual([]);
    expect(await insert('kept', true)).toBe(1);
    expect(await issuers(other)).toEqual(['kept']);
  });

  test('rolls back on an error, and throws the error again', async () => {
    const error = new RangeError('as it came');
    const work = one.transaction('changes', async (db) => {
      await db.run(insertIssuer, 'root', 'x');
      throw error;
    });
    await expect(work).rejects.toBe(error);
    expect(await issuers(one)).toEqual([]);
    await run(one, insertIssuer, 'root', 'goes on');
    expect(await issuers(other)).toEqual(['goes on']);
  });

  test('rejects a wrong statement, and rolls back', async () => {
    const work = one.transaction('changes', async (db) => {
      await db.run(insertIssuer, 'root', 'x');
      await db.run('UPDATE absent SET x = 1');
      return { value: undefined, keep: true };
    });
    await expect(work).rejects.toMatchObject({ message: expect.stringContaining('absent') as string });
    expect(await issuers(one)).toEqual([]);
  });

  describe('an inner transaction', () => {
    const insert = (keep: boolean, name: string) => ({ name, keep });
    const nest = (
      outer: boolean,
      inner: { name: string; keep: boolean },
      innermost: { name: string; keep: boolean },
    ) =>
      one.transaction('changes', async (db, nested) => {
        await db.run(insertIssuer, '1', 'outer');
        await nested.transaction('changes', async (within, deeper) => {
          await within.run(insertIssuer, '2', inner.name);
          await deeper.transaction('changes', async (deepest) => {
            await deepest.run(insertIssuer, '3', innermost.name);
            return { value: undefined, keep: innermost.keep };
          });
          return { value: undefined, keep: inner.keep };
        });
        await db.run(insertIssuer, '4', 'after');
        return { value: undefined, keep: outer };
      });

    test.each([
      [true, true, true, ['outer', 'inner', 'innermost', 'after']],
      [true, true, false, ['outer', 'inner', 'after']],
      [true, false, true, ['outer', 'after']],
      [false, true, true, []],
    ])('is rolled back alone: outer %s, inner %s, innermost %s', async (outer, inner, innermost, kept) => {
      await nest(outer, insert(inner, 'inner'), insert(innermost, 'innermost'));
      expect(await issuers(other)).toEqual(kept);
    });

    test('that throws is rolled back alone if the outer one continues', async () => {
      await one.transaction('changes', async (db, nested) => {
        await db.run(insertIssuer, '1', 'outer');
        const inner = nested.transaction('changes', async (within) => {
          await within.run(insertIssuer, '2', 'inner');
          return { value: await within.run(insertIssuer, '1', 'twice'), keep: true };
        });
        await expect(inner).rejects.toMatchObject({ message: expect.stringMatching(/unique/i) as string });
        await db.run(insertIssuer, '3', 'after');
        return { value: undefined, keep: true };
      });
      expect(await issuers(other)).toEqual(['outer', 'after']);
    });
  });

  test('changes run one after the other', async () => {
    await run(one, "INSERT INTO setting (name, value) VALUES ('counter', '0')");
    const increment = () =>
      one.transaction('changes', async (db) => {
        const row = await db.get<{ value: string }>("SELECT value FROM setting WHERE name = 'counter'");
        await new Promise((resume) => setImmediate(resume));
        await db.run("UPDATE setting SET value = ? WHERE name = 'counter'", String(Number(row?.value) + 1));
        return { value: undefined, keep: true };
      });
    await Promise.all(Array.from({ length: 60 }, increment));
    expect(await all(one, "SELECT value FROM setting WHERE name = 'counter'")).toEqual([{ value: '60' }]);
  });

  test('what one process has committed, the other’s next transaction sees', async () => {
    for (let count = 1; count <= 20; count++) {
      const [writer, reader] = count % 2 === 0 ? [one, other] : [other, one];
      await run(writer, insertIssuer, String(count).padStart(2, '0'), String(count));
      expect((await issuers(reader)).at(-1)).toBe(String(count));
    }
  });

  test('a transaction that reads sees one moment', async () => {
    await run(one, insertIssuer, 'root', 'before');
    const count = 'SELECT issuer FROM tfa_issuer';
    const seen = await one.transaction('reads', async (db) => {
      const first = await db.all(count);
      await run(other, 'UPDATE tfa_issuer SET issuer = ?', 'after');
      await run(other, insertIssuer, 'bob', 'after');
      return { value: [first, await db.all(count)], keep: false };
    });
    expect(seen).toEqual([[{ issuer: 'before' }], [{ issuer: 'before' }]]);
    expect(await issuers(one)).toEqual(['after', 'after']);
  });

  test('the state differs after every committed change, by any process', async () => {
    const states = [await one.state()];
    expect(await one.state()).toBe(states[0]);
    for (const [at, store] of [one, other, one, other].entries()) {
      await run(store, insertIssuer, `user${at}`, 'x');
      // SQLite checks once in each round of the event loop.
      await new Promise((resume) => setImmediate(resume));
      states.push(await one.state());
    }
    expect(new Set(states).size).toBe(5);
    await issuers(one);
    await issuers(other);
    expect(await one.state()).toBe(states[4]);
  });

  test('simultaneous statements of one transaction are all executed', async () => {
    const value = await one.transaction('changes', async (db) => ({
      value: await Promise.all([
        db.run(insertIssuer, 'a', '1'),
        db.run(insertIssuer, 'b', '2'),
        db.get('SELECT count(*) AS many FROM tfa_issuer'),
      ]),
      keep: true,
    }));
    expect(value).toEqual([1, 1, { many: 2 }]);
  });
}

import { root } from '../../src/app/app.ts';
import type { Context, FreeContext } from '../../src/core/context.ts';
import type { AnyFunction } from '../../src/core/define.ts';
import { LookAgain } from '../../src/core/machine-error.ts';
import { dispatch } from '../../src/core/dispatch.ts';
import { failure } from '../../src/core/report.ts';
import type { Store } from '../../src/core/engine.ts';
import { ApiError, notFound } from '../../src/core/errors.ts';
import * as tfa from '../../src/capabilities/two-factor/rules/tfa.ts';
import { SQLITE } from '../../src/store/sqlite-code.ts';
import { Installation, reseller } from '../support/installation.ts';
import { onSqlite } from '../support/test-database.ts';

// From oathtool: the code of SECRET at 2026-03-01T12:00:10Z.
const SECRET = 'WJ73QJSKZBXCIFPZ';
const CODE = '605029';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

type Description = Partial<Omit<AnyFunction, 'handler'>>;

/** A function of the test that root and others can call. */
function make(
  name: string,
  handler: (context: Context) => unknown,
  description: Description = {},
): AnyFunction {
  return {
    name,
    since: null,
    summary: 'Try something.',
    access: 'any',
    effect: 'none',
    params: {},
    returns: null,
    examples: [{ args: {}, doc: 'An example.' }],
    ...description,
    handler: (_args: never, context: Context) => handler(context),
  };
}

/** Adds these functions to those of the installation. */
function offer(...functions: AnyFunction[]): void {
  const { find } = here.engine;
  here.overrides.find = async (command) => functions.find(({ name }) => name === command) ?? find(command);
}

/** Enables the policy: a change that another call can see. */
async function turnOn({ db }: Context): Promise<void> {
  await tfa.setPolicy(db, true);
}

async function isPolicyOn(): Promise<unknown> {
  return (await here.call('twofactorauth_policy_status')).data?.is_enabled;
}

const anyList = { list: { type: 'any' }, doc: 'The items.' } as const;

describe('the envelope', () => {
  test('contains version, reason, result and command in this order, then the data', async () => {
    expect(JSON.stringify(await here.call('gethostname'))).toBe(
      '{"metadata":{"version":1,"reason":"OK","result":1,"command":"gethostname"},' +
        '"data":{"hostname":"server.example.com"}}',
    );
  });

  test('has no data if the function returns none', async () => {
    expect(JSON.stringify(await here.call('twofactorauth_disable_policy'))).toBe(
      '{"metadata":{"version":1,"reason":"OK","result":1,"command":"twofactorauth_disable_policy"}}',
    );
  });

  test('of a failure has an error code after the command', async () => {
    expect(JSON.stringify(await here.call('twofactorauth_get_user_configs', { user: 'bob' }))).toBe(
      '{"metadata":{"version":1,"reason":"You do not have a user named “bob”.","result":0,' +
        '"command":"twofactorauth_get_user_configs","error_code":"not_found"}}',
    );
  });

  test('contains the requested metadata, then the warnings, at the end', async () => {
    const args = {
      'api.chunk.enable': '1',
      'api.chunk.size': '1',
      'api.chunk.verbose': '1',
      'api.filter.enable': '1',
      'api.filter.verbose': '1',
      'api.filter.a.field': 'app',
      'api.filter.a.arg0': 'load',
      nonsense: '1',
    };
    expect(Object.keys((await here.call('applist', args)).metadata)).toEqual([
      ...['version', 'reason', 'result', 'command', 'filter', 'chunk', 'output'],
    ]);
    expect(Object.keys((await here.call('nosuch', args, { dryRun: true })).metadata)).toEqual([
      ...['version', 'reason', 'result', 'command', 'error_code', 'dry_run'],
    ]);
  });

  test('of a call that could not start is that of a failure', () => {
    const error = new ApiError('store_insecure', 'It is open to others.');
    expect(failure({ command: 'version', args: [], dryRun: false }, error)).toEqual({
      metadata: {
        version: 1,
        reason: 'It is open to others.',
        result: 0,
        command: 'version',
        error_code: 'store_insecure',
      },
    });
  });

  test('is omitted if the function’s response is flat, but not for its failures', async () => {
    expect(await here.call('loadavg')).toEqual({
      metadata: { version: 1, reason: 'OK', result: 1, command: 'loadavg' },
      data: { one: '0.50', five: '0.12', fifteen: '12.35' },
      flat: true,
    });
    expect(await here.call('loadavg', { 'api.version': 'one' })).toEqual({
      metadata: {
        version: 1,
        reason: 'The parameter “api.version” should be 1, because this is version 1 of the API.',
        result: 0,
        command: 'loadavg',
        error_code: 'bad_param',
      },
    });
  });
});

describe('a function that does not exist', () => {
  test.each([
    'nosuch',
    'VERSION',
    'version ',
    '',
    '__proto__',
    'constructor',
    'toString',
    '../authentication/version',
    'a"b',
  ])('%j is unknown', async (command) => {
    expect((await here.call(command)).metadata).toEqual({
      version: 1,
      reason: `Unknown app ("${command}") requested for this version (1) of the API.`,
      result: 0,
      command,
      error_code: 'unknown_function',
    });
  });

  test('with an endless name is cut off in the message', async () => {
    const { metadata } = await here.call('x'.repeat(1_000_000));
    expect(metadata.command).toBe(`${'x'.repeat(127)}…`);
    expect(metadata.reason).toBe(
      `Unknown app ("${'x'.repeat(127)}…") requested for this version (1) of the API.`,
    );
  });
});

describe('a caller without the privilege', () => {
  test.each([
    [[], 'twofactorauth_enable_policy', 'Only root may call it.'],
    [['create-acct', 'all'], 'twofactorauth_enable_policy', 'Only root may call it.'],
    [['list-accts'], 'twofactorauth_get_issuer', 'It requires the privilege “create-acct”.'],
  ])('who has %j is denied %s', async (privileges, command, sentence) => {
    const { metadata } = await here.call(command, {}, { as: reseller('bob', ...privileges) });
    expect(metadata).toEqual({
      version: 1,
      reason: `You may not call “${command}”. ${sentence}`,
      result: 0,
      command,
      error_code: 'denied',
    });
  });

  test('gets no parameter errors, and the handler does not run', async () => {
    let runs = 0;
    offer(
      make('guarded', () => (runs += 1), {
        access: ['list-accts', 'kill-acct'],
        effect: 'changes',
        params: { user: { type: 'string', required: true, doc: 'A user.' } },
      }),
    );
    const store: Store = { transaction: () => Promise.reject(new Error('The store was used.')) };
    here.overrides.store = store;
    const { metadata } = await here.call(
      'guarded',
      { nonsense: '1' },
      { as: reseller('bob', 'create-acct') },
    );
    expect(metadata).toEqual({
      version: 1,
      reason: 'You may not call “guarded”. It requires the privilege “list-accts” or “kill-acct”.',
      result: 0,
      command: 'guarded',
      error_code: 'denied',
    });
    expect(runs).toBe(0);
  });

  test('can call once it has the privilege', async () => {
    const { metadata } = await here.call(
      'twofactorauth_get_issuer',
      {},
      { as: reseller('bob', 'create-acct') },
    );
    expect(metadata.result).toBe(1);
  });
});

describe('api.version', () => {
  test.each(['1', 1])('%j is accepted without a warning', async (version) => {
    expect((await here.call('version', { 'api.version': version })).metadata).toEqual({
      version: 1,
      reason: 'OK',
      result: 1,
      command: 'version',
    });
  });

  test.each(['0', '2', '01', 0, 2, '11'])('%j is answered as version 1, with a warning', async (version) => {
    expect((await here.call('version', { 'api.version': version })).metadata).toMatchObject({
      version: 1,
      result: 1,
      output: {
        warnings: [`“api.version=${Number(version)}” is treated as version 1, the version of this API.`],
      },
    });
  });

  test.each(['', '1.0', ' 1', 'one', true, null, [1], 1.5])('%j is rejected', async (version) => {
    expect((await here.call('version', { 'api.version': version })).metadata).toEqual({
      version: 1,
      reason: 'The parameter “api.version” should be 1, because this is version 1 of the API.',
      result: 0,
      command: 'version',
      error_code: 'bad_param',
    });
  });
});

describe('warnings', () => {
  const warningsOf = async (command: string, args: Parameters<Installation['call']>[1]) =>
    (await here.call(command, args)).metadata.output?.warnings;

  test.each([
    [
      'isssuer',
      '“twofactorauth_set_issuer” has no parameter “isssuer”. It was ignored. Did you mean “issuer”?',
    ],
    [
      'ISSUER',
      '“twofactorauth_set_issuer” has no parameter “ISSUER”. It was ignored. Did you mean “issuer”?',
    ],
    ['domain', '“twofactorauth_set_issuer” has no parameter “domain”. It was ignored.'],
    [
      'issuer-1',
      '“twofactorauth_set_issuer” has no parameter “issuer-1”. It was ignored. Did you mean “issuer”?',
    ],
    ['__proto__', '“twofactorauth_set_issuer” has no parameter “__proto__”. It was ignored.'],
    ['a\u001b[2J', '“twofactorauth_set_issuer” has no parameter “a\\x1b[2J”. It was ignored.'],
  ])('name the unknown parameter %j, and the nearest known one', async (name, sentence) => {
    const args = Object.fromEntries([
      ['issuer', 'Example'],
      [name, 'x'],
    ]);
    expect(await warningsOf('twofactorauth_set_issuer', args)).toEqual([sentence]);
  });

  test('name the unknown parameter that might have caused a failure', async () => {
    const { metadata } = await here.call('twofactorauth_set_issuer', { isuer: 'Example' });
    expect(metadata.error_code).toBe('missing_param');
    expect(metadata.output?.warnings).toEqual([
      '“twofactorauth_set_issuer” has no parameter “isuer”. It was ignored. Did you mean “issuer”?',
    ]);
  });

  test('name twenty unknown parameters and count the others', async () => {
    const args = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`nonsense${at}`, '1']));
    const warnings = await warningsOf('version', args);
    expect(warnings).toHaveLength(21);
    expect(warnings?.[19]).toBe('“version” has no parameter “nonsense19”. It was ignored.');
    expect(warnings?.[20]).toBe('9980 more unknown parameters were ignored.');
  });

  test('are in this order: meta-arguments, parameters, the function’s own', async () => {
    offer(
      make('careful', ({ warn }) => {
        warn('First.');
        warn('Second.');
      }),
    );
    expect(await warningsOf('careful', { nonsense: '1', 'api.sort.enable': '1' })).toEqual([
      '“careful” does not return a list, so the api.* arguments have no effect.',
      '“careful” has no parameter “nonsense”. It was ignored.',
      'First.',
      'Second.',
    ]);
  });

  test('are kept if the function fails after them', async () => {
    offer(
      make('unlucky', ({ warn }) => {
        warn('Something is odd.');
        throw notFound('There is no such thing.');
      }),
    );
    expect((await here.call('unlucky')).metadata).toEqual({
      version: 1,
      reason: 'There is no such thing.',
      result: 0,
      command: 'unlucky',
      error_code: 'not_found',
      output: { warnings: ['Something is odd.'] },
    });
  });
});

describe('meta-arguments', () => {
  const users = [
    { user: 'anna', disk: 30 },
    { user: 'bob', disk: 5 },
    { user: 'carol', disk: 100 },
  ];
  const listUsers = make('listusers', () => ({ acct: users, total: 3 }), {
    list: 'acct',
    returns: {
      acct: {
        list: {
          fields: {
            user: { type: 'string' },
            disk: { type: 'integer' },
            note: { type: 'string', optional: true },
          },
        },
        doc: 'The users.',
      },
      total: { type: 'integer', doc: 'How many.' },
    },
  });

  test('apply to the list only', async () => {
    offer(listUsers);
    expect(
      await here.call('listusers', {
        'api.filter.enable': '1',
        'api.filter.verbose': '1',
        'api.filter.a.field': 'disk',
        'api.filter.a.type': 'gt',
        'api.filter.a.arg0': '10',
        'api.sort.enable': 1,
        'api.sort.a.field': 'disk',
        'api.sort.a.method': 'numeric',
        'api.sort.a.reverse': 1,
        'api.chunk.enable': '1',
        'api.chunk.verbose': '1',
        'api.chunk.size': '1',
        'api.chunk.start': '2',
        'api.version': '1',
      }),
    ).toEqual({
      metadata: {
        version: 1,
        reason: 'OK',
        result: 1,
        command: 'listusers',
        filter: { filtered: 3 },
        chunk: { records: 2, size: 1, start: 2, current: 2, chunks: 2 },
      },
      data: { acct: [{ user: 'anna', disk: 30 }], total: 3 },
      list: 'acct',
    });
  });

  test('accept plain values for a field named like the list', async () => {
    const { data } = await here.call('applist', {
      'api.filter.enable': '1',
      'api.filter.a.field': 'app',
      'api.filter.a.type': 'begins',
      'api.filter.a.arg0': 'twofactorauth_set_tfa',
      'api.sort.enable': '1',
      'api.sort.a.field': 'app',
      'api.sort.a.reverse': '1',
    });
    expect(data).toEqual({ app: ['twofactorauth_set_tfa_config_for_user', 'twofactorauth_set_tfa_config'] });
  });

  test('accept a field that the description names, even if no record has it', async () => {
    offer(listUsers);
    const sort = (field: string) =>
      here.call('listusers', { 'api.sort.enable': '1', 'api.sort.a.field': field });
    expect((await sort('note')).data?.acct).toEqual(users);
    expect((await sort('owner')).metadata).toMatchObject({
      reason: 'api.sort.a.field “owner” is not a field of this list; use disk, note or user.',
      error_code: 'bad_meta',
    });
  });

  test('accept any field of a list whose items are not described', async () => {
    offer(make('anything', () => ({ item: users }), { list: 'item', returns: { item: anyList } }));
    const args = { 'api.columns.enable': '1', 'api.columns.a': 'user' };
    expect((await here.call('anything', args)).data).toEqual({
      item: [{ user: 'anna' }, { user: 'bob' }, { user: 'carol' }],
    });
  });

  test('have no effect if there is no list, and a warning says so', async () => {
    expect(await here.call('gethostname', { 'api.sort.enable': '1', 'api.sort.a.field': 'x' })).toEqual({
      metadata: {
        version: 1,
        reason: 'OK',
        result: 1,
        command: 'gethostname',
        output: {
          warnings: ['“gethostname” does not return a list, so the api.* arguments have no effect.'],
        },
      },
      data: { hostname: 'server.example.com' },
    });
  });

  test('that cannot be read fail before the function runs', async () => {
    let runs = 0;
    offer(make('counted', () => (runs += 1), { list: 'item', returns: { item: anyList } }));
    expect((await here.call('counted', { 'api.filter.enable': 'yes' })).metadata).toMatchObject({
      reason: 'api.filter.enable “yes” is not a flag; use 1 or 0.',
      error_code: 'bad_meta',
    });
    expect(runs).toBe(0);
  });

  test('that fail after a change undo the change', async () => {
    const change = async (context: Context) => {
      await turnOn(context);
      return { item: [{ user: 'anna' }] };
    };
    offer(make('changer', change, { effect: 'changes', list: 'item', returns: { item: anyList } }));
    const { metadata } = await here.call('changer', {
      'api.sort.enable': '1',
      'api.sort.a.field': 'owner',
    });
    expect(metadata).toMatchObject({ result: 0, error_code: 'bad_meta' });
    expect(await isPolicyOn()).toBe(0);
    expect((await here.call('changer')).metadata.result).toBe(1);
    expect(await isPolicyOn()).toBe(1);
  });
});

describe('the effect', () => {
  test('changes commits what the handler wrote', async () => {
    offer(make('changer', turnOn, { effect: 'changes' }));
    await here.call('changer');
    expect(await isPolicyOn()).toBe(1);
  });

  test('reads commits nothing', async () => {
    offer(make('reader', turnOn, { effect: 'reads' }));
    await here.call('reader');
    expect(await isPolicyOn()).toBe(0);
  });

  test.each(['reads', 'changes', 'operates'] as const)(
    '%s has no machine within its transaction',
    async (effect) => {
      const keys: string[] = [];
      offer(make('watcher', (context) => void keys.push(...Object.keys(context)), { effect }));
      for (const dryRun of [false, true]) await here.call('watcher', {}, { dryRun });
      expect(keys).toContain('db');
      expect(keys).not.toContain('machine');
    },
  );

  test.each(['none', 'looks', 'calls'] as const)('%s has no open transaction', async (effect) => {
    const keys: string[] = [];
    offer(make('watcher', (context) => void keys.push(...Object.keys(context)), { effect }));
    for (const dryRun of [false, true]) await here.call('watcher', {}, { dryRun });
    expect(keys).toContain('machine');
    expect(keys).not.toContain('db');
  });

  test.each(['none', 'looks'] as const)('%s starts no transaction', async (effect) => {
    const count = ({ transaction }: FreeContext) =>
      transaction('reads', (db) => db.get('SELECT count(*) AS count FROM setting'));
    offer(make('idle', count as never, { effect }));
    expect((await here.call('idle')).metadata.error_code).toBe('internal');
    expect(here.errors()[0]?.error).toMatch(
      /^TypeError: A function whose effect is “none” or “looks” used the store\./,
    );
  });

  test('a look starts no transaction with changes', async () => {
    const look = (_args: never, { transaction }: FreeContext) =>
      transaction('changes', (db) => db.run("INSERT INTO setting (name, value) VALUES ('a', 'b')"));
    offer(make('eager', () => undefined, { effect: 'changes', look }));
    expect((await here.call('eager')).metadata.error_code).toBe('internal');
    expect(here.errors()[0]?.error).toMatch(/^TypeError: A look only reads\./);
  });

  test.each([
    [false, undefined],
    [true, 'internal'],
  ])('a look of a function that only measures may store it (dry run: %s)', async (dryRun, error) => {
    const look = (_args: never, { transaction }: FreeContext) =>
      transaction('changes', (db) => db.run("INSERT INTO setting (name, value) VALUES ('a', 'b')"));
    offer({ ...make('measurer', () => undefined, { effect: 'reads', look }), onlyMeasures: true });
    expect((await here.call('measurer', {}, { dryRun })).metadata.error_code).toBe(error);
    const stored = await here.engine.store.transaction('reads', async (db) => ({
      value: await db.all("SELECT value FROM setting WHERE name = 'a'"),
      keep: false,
    }));
    expect(stored).toEqual(dryRun ? [] : [{ value: 'b' }]);
  });

  describe('a look', () => {
    test.each([
      ['reads', false],
      ['changes', false],
      ['changes', true],
      ['operates', false],
      ['operates', true],
    ] as const)('runs before the transaction of the effect %s (dry run: %s)', async (effect, dryRun) => {
      const order: string[] = [];
      const { store } = here.engine;
      here.overrides.store = {
        transaction: (kind, work) => {
          order.push(kind);
          return store.transaction(kind, work);
        },
      };
      const look = async ({ sought }: { sought: string }) => {
        order.push('look');
        return `found ${sought}`;
      };
      offer({
        ...make('seeker', () => undefined, { effect, returns: { item: { type: 'string' } } }),
        params: { sought: { type: 'string', doc: 'What.' } },
        look,
        handler: (_args: never, _context: never, found: never) => ({ item: found }),
      });
      const { data } = await here.call('seeker', { sought: 'it' }, { dryRun });
      expect(data).toEqual({ item: 'found it' });
      // Recovery reads the journal first, except in a dry run.
      expect(order).toEqual([...(dryRun ? [] : ['reads']), 'look', effect === 'reads' ? 'reads' : 'changes']);
    });

    test.each(['reads', 'changes', 'operates'] as const)(
      'is repeated if a function with the effect %s finds it out of date',
      async (effect) => {
        let looks = 0;
        const look = async () => ++looks;
        const handler = (_args: never, _context: never, seen: number) => {
          if (seen < 3) throw new LookAgain('It has changed.');
          return { item: String(seen) };
        };
        offer({
          ...make('seeker', () => undefined, { effect, returns: { item: { type: 'string' } } }),
          look,
          handler: handler,
        });
        expect((await here.call('seeker')).data).toEqual({ item: '3' });
      },
    );

    test('that warns and informs does so once, however often it is repeated', async () => {
      let looks = 0;
      const look = async (_args: never, { warn, inform }: FreeContext) => {
        looks += 1;
        warn(`Look ${looks}.`);
        inform(`Seen ${looks}.`);
        return looks;
      };
      const handler = (_args: never, { warn, inform }: Context, seen: number) => {
        warn('Handled.');
        inform('Done.');
        if (seen < 3) throw new LookAgain('It has changed.');
      };
      offer({ ...make('seeker', () => undefined, { effect: 'operates' }), look, handler: handler });
      expect((await here.call('seeker')).metadata.output).toEqual({
        warnings: ['Look 3.', 'Handled.'],
        messages: ['Seen 3.', 'Done.'],
      });
    });

    test('is not repeated for ever', async () => {
      const handler = () => {
        throw new LookAgain('It has changed.');
      };
      offer({ ...make('seeker', handler, { effect: 'reads' }), look: async () => undefined });
      expect((await here.call('seeker')).metadata).toMatchObject({
        result: 0,
        error_code: 'busy',
        reason: 'It has changed.',
      });
    });
  });

  test('none never opens the store', async () => {
    here.overrides.store = { transaction: () => Promise.reject(new Error('The store was used.')) };
    expect((await here.call('version')).metadata.result).toBe(1);
  });

  test('calls runs other functions as the same caller, each as a separate call', async () => {
    const callBoth = async ({ call }: FreeContext) => ({
      item: [
        await call({ command: 'twofactorauth_set_issuer', args: [{ name: 'issuer', value: 'Bob & Co' }] }),
        await call({ command: 'twofactorauth_enable_policy', args: [] }),
        await call({ command: 'twofactorauth_get_issuer', args: [] }),
      ].map(({ metadata, data }) => ({ result: metadata.result, data: data ?? null })),
    });
    offer(make('both', callBoth as never, { effect: 'calls', returns: { item: anyList } }));
    const { data } = await here.call('both', {}, { as: reseller('bob', 'create-acct') });
    expect(data).toEqual({
      item: [
        { result: 1, data: null },
        { result: 0, data: null },
        { result: 1, data: { issuer: 'Bob & Co', system_wide_issuer: 'server.example.com' } },
      ],
    });
  });
});

describe('a handler that throws', () => {
  const thrower = (error: unknown, description: Description = { effect: 'changes' }) =>
    offer(
      make(
        'thrower',
        async (context) => {
          if (description.effect === 'changes') await turnOn(context);
          throw error;
        },
        description,
      ),
    );

  test('with an ApiError returns its reason, and undoes what it wrote', async () => {
    thrower(notFound('There is no such thing.'));
    expect(await here.call('thrower')).toEqual({
      metadata: {
        version: 1,
        reason: 'There is no such thing.',
        result: 0,
        command: 'thrower',
        error_code: 'not_found',
      },
    });
    expect(await isPolicyOn()).toBe(0);
  });

  test('with an ApiError that keeps changes keeps them', async () => {
    thrower(new ApiError('tfa_invalid', 'It is wrong.', { keepsChanges: true }));
    expect((await here.call('thrower')).metadata).toEqual({
      version: 1,
      reason: 'It is wrong.',
      result: 0,
      command: 'thrower',
      error_code: 'tfa_invalid',
    });
    expect(await isPolicyOn()).toBe(1);
  });

  test.each<[string, unknown, string]>([
    ['an Error', new Error('s3cret'), 'Error: s3cret\n    at '],
    ['an Error without a stack', Object.assign(new Error('s3cret'), { stack: undefined }), 's3cret'],
    ['a text', 's3cret', 's3cret'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['an error of SQLite that is a defect', sqliteError(1), 'Error: s3cret\n    at '],
  ])('%s is an internal failure, whose details are only in the log', async (_name, error, logged) => {
    thrower(error);
    const answer = await here.call('thrower');
    expect(answer).toEqual({
      metadata: {
        version: 1,
        reason:
          'API failure: (XID xid123) An unexpected error occurred. The details are in ' +
          `“${here.state}/error.log” under that ID.`,
        result: 0,
        command: 'thrower',
        error_code: 'internal',
      },
    });
    expect(await isPolicyOn()).toBe(0);
    const [line, ...others] = here.errors();
    expect(line).toMatchObject({ xid: 'xid123', function: 'thrower' });
    expect(line?.error.startsWith(logged)).toBe(true);
    expect(others).toEqual([]);
  });

  onSqlite('with an error of the store fails as the store does', async () => {
    thrower(sqliteError(SQLITE.FULL));
    expect((await here.call('thrower')).metadata).toMatchObject({
      error_code: 'store_unavailable',
      reason:
        `“${here.state}/store.db” could not be used: the disk is full. ` +
        'Free some space and retry the call. Nothing was changed.',
    });
    expect(await isPolicyOn()).toBe(0);
  });

  test('returns the function’s failure data, whatever the failure', async () => {
    const failureData = { success: 0, text: 'no' };
    const returns = {
      success: { type: 'flag', doc: 'Whether.' },
      text: { type: 'string', doc: 'What.' },
    } as const;
    thrower(notFound('There is no such thing.'), { failureData, returns });
    expect((await here.call('thrower')).data).toEqual(failureData);
    thrower(new Error('s3cret'), { failureData, returns });
    expect((await here.call('thrower')).data).toEqual(failureData);
    thrower(undefined, { failureData, returns, access: 'root' });
    expect((await here.call('thrower', {}, { as: reseller('bob') })).data).toEqual(failureData);
  });

  test('before the function is found is an internal failure', async () => {
    here.overrides.find = () => Promise.reject(new Error('s3cret'));
    expect(await dispatch({ command: 'version', args: [], dryRun: false }, root, here.engine)).toMatchObject({
      metadata: { result: 0, error_code: 'internal' },
    });
  });

  test('says so if its details could not be written', async () => {
    offer(
      make('thrower', () => {
        throw new Error('s3cret');
      }),
    );
    here.overrides.logUnexpected = () => 'Its details could not be written to “error.log”.';
    expect((await here.call('thrower')).metadata.reason).toBe(
      'API failure: (XID xid123) An unexpected error occurred. Its details could not be written to “error.log”.',
    );
  });
});

describe('a dry run', () => {
  test('checks and runs everything, says so, and saves nothing', async () => {
    expect(await here.call('twofactorauth_set_issuer', { issuer: 'New' }, { dryRun: true })).toEqual({
      metadata: { version: 1, reason: 'OK', result: 1, command: 'twofactorauth_set_issuer', dry_run: 1 },
    });
    expect((await here.call('twofactorauth_get_issuer')).data?.issuer).toBe('server.example.com');
  });

  test('returns the response of the call', async () => {
    await here.call('twofactorauth_set_tfa_config', { secret: SECRET, tfa_token: CODE });
    const remove = (dryRun: boolean) =>
      here.call('twofactorauth_remove_user_config', { user: ['root', 'bob'] }, { dryRun });
    const data = { users_modified: ['root'], failed: { bob: 'You do not have a user named “bob”.' } };
    expect((await remove(true)).data).toEqual(data);
    expect((await here.call('twofactorauth_get_user_configs')).data).toEqual({
      root: { is_enabled: 1, primary_domain: null },
    });
    expect((await remove(false)).data).toEqual(data);
    expect((await here.call('twofactorauth_get_user_configs')).data).toEqual({});
  });

  test.each([
    ['version', {}, 1],
    ['twofactorauth_policy_status', {}, 1],
    ['nosuch', {}, 0],
    ['twofactorauth_set_issuer', { issuer: '' }, 0],
  ])('of %s with %j is marked', async (command, args, result) => {
    const { metadata } = await here.call(command, args, { dryRun: true });
    expect(metadata).toMatchObject({ result, dry_run: 1 });
  });

  test('does not count wrong codes, and does not use up correct ones', async () => {
    const enrol = (code: string, dryRun: boolean) =>
      here.call('twofactorauth_set_tfa_config', { secret: SECRET, tfa_token: code }, { dryRun });
    for (let times = 0; times < 10; times++) {
      expect((await enrol('111111', true)).metadata).toMatchObject({ error_code: 'tfa_invalid', dry_run: 1 });
    }
    expect((await enrol(CODE, true)).metadata).toMatchObject({ result: 1, dry_run: 1 });
    expect((await enrol(CODE, false)).metadata).toMatchObject({ result: 1 });
    expect((await enrol(CODE, false)).metadata).toMatchObject({ error_code: 'tfa_replayed' });
  });

  test('of a batch sees what its earlier commands stored, and saves nothing', async () => {
    const command = [
      'twofactorauth_enable_policy',
      'twofactorauth_policy_status',
      'twofactorauth_set_issuer?issuer=New',
      'twofactorauth_set_issuer?issuer=',
      'twofactorauth_get_issuer',
    ];
    const { metadata, data } = await here.call('batch', { command }, { dryRun: true });
    expect(metadata).toEqual({ version: 1, reason: 'OK', result: 1, command: 'batch', dry_run: 1 });
    const answers = data?.result as { metadata: { result: number; dry_run: number }; data: unknown }[];
    expect(answers.map((answer) => [answer.metadata.result, answer.metadata.dry_run, answer.data])).toEqual([
      [1, 1, {}],
      [1, 1, { is_enabled: 1 }],
      [1, 1, {}],
      [0, 1, {}],
      [1, 1, { issuer: 'New', system_wide_issuer: 'New' }],
    ]);
    expect(await isPolicyOn()).toBe(0);
    expect((await here.call('twofactorauth_get_issuer')).data?.issuer).toBe('server.example.com');
  });

  test('of a batch undoes what a failed command wrote before it failed', async () => {
    offer(
      make(
        'breaker',
        async (context) => {
          await turnOn(context);
          throw notFound('There is no such thing.');
        },
        { effect: 'changes' },
      ),
    );
    const { data } = await here.call(
      'batch',
      { command: ['breaker', 'twofactorauth_policy_status'] },
      { dryRun: true },
    );
    expect((data?.result as { data: unknown }[])[1]?.data).toEqual({ is_enabled: 0 });
  });
});

test('calls of one process do not see each other’s unfinished changes', async () => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const slow = async (context: Context) => {
    await turnOn(context);
    await held;
    throw notFound('There is no such thing.');
  };
  offer(make('slow', slow, { effect: 'changes' }));
  const first = here.call('slow');
  const second = here.call('twofactorauth_policy_status');
  release();
  expect((await first).metadata.result).toBe(0);
  expect((await second).data).toEqual({ is_enabled: 0 });
});

function sqliteError(errcode: number): Error {
  return Object.assign(new Error('s3cret'), { code: 'ERR_SQLITE_ERROR', errcode });
}

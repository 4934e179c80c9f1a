import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AuditKind, type AuditRecord, maskArguments } from '../../src/core/audit.ts';
import { defineFunction } from '../../src/core/define.ts';
import type { Store } from '../../src/core/engine.ts';
import { ApiError } from '../../src/core/errors.ts';
import type { Json } from '../../src/core/values.ts';
import { SqliteConnection } from '../../src/store/sqlite-connection.ts';
import { Installation, reseller } from '../support/installation.ts';
import { onSqlite } from '../support/test-database.ts';

const SECRET = 'WJ73QJSKZBXCIFPZ';
const time = '2026-03-01T12:00:10.000Z';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

describe('a line of the log', () => {
  test('has the caller, the function, the time and the outcome', async () => {
    await here.call('twofactorauth_set_issuer', { issuer: 'Example' });
    await here.call(
      'twofactorauth_get_user_configs',
      { user: 'bob' },
      { as: reseller('ann', 'create-acct') },
    );
    await here.call('version', {}, { dryRun: true });
    expect(here.audit()).toEqual([
      {
        time,
        xid: 'xid123',
        caller: 'root',
        function: 'twofactorauth_set_issuer',
        arguments: [['issuer', 'Example']],
        result: 1,
        duration_ms: 0,
      },
      {
        time,
        xid: 'xid123',
        caller: 'ann',
        function: 'twofactorauth_get_user_configs',
        arguments: [['user', 'bob']],
        result: 0,
        error_code: 'denied',
        duration_ms: 0,
      },
      {
        time,
        xid: 'xid123',
        caller: 'root',
        function: 'version',
        arguments: [],
        result: 1,
        dry_run: 1,
        duration_ms: 0,
      },
    ]);
  });

  test('is also written for rejected calls', async () => {
    await here.call('nosuch', { password: 's3cret', 'api.version': '1' });
    await here.call('twofactorauth_enable_policy', {}, { as: reseller('ann') });
    await here.call('twofactorauth_set_issuer');
    await here.call('twofactorauth_set_issuer', { issuer: 'a:b' });
    await here.call('applist', { 'api.sort.enable': 'x' });
    expect(here.audit().map((line) => [line.function, line.arguments, line.result, line.error_code])).toEqual(
      [
        [
          'nosuch',
          [
            ['password', '***'],
            ['api.version', '1'],
          ],
          0,
          'unknown_function',
        ],
        ['twofactorauth_enable_policy', [], 0, 'denied'],
        ['twofactorauth_set_issuer', [], 0, 'missing_param'],
        ['twofactorauth_set_issuer', [['issuer', 'a:b']], 0, 'bad_param'],
        ['applist', [['api.sort.enable', 'x']], 0, 'bad_meta'],
      ],
    );
  });

  test('contains the duration of the call', async () => {
    here.overrides.functions = async () => {
      here.time += 25;
      return {};
    };
    await here.call('applist');
    expect(here.audit()).toMatchObject([{ time: '2026-03-01T12:00:10.025Z', duration_ms: 25 }]);
  });

  test('contains no secret and no code, whatever the outcome', async () => {
    await here.call('twofactorauth_set_tfa_config', { secret: SECRET, tfa_token: '605029' });
    await here.call('twofactorauth_set_tfa_config', { secert: SECRET, tfa_token: '605029' });
    await here.call('twofactorauth_set_tfa_config', { secret: [SECRET], tfa_token: 605029 });
    await here.call('twofactorauth_set_tfa_config_for_user', {
      root: { primary_account: { secret: SECRET } },
      bob: SECRET,
    });
    expect(here.audit().map((line) => line.arguments)).toEqual([
      [
        ['secret', '***'],
        ['tfa_token', '***'],
      ],
      [
        ['secert', '***'],
        ['tfa_token', '***'],
      ],
      [
        ['secret', '***'],
        ['tfa_token', '***'],
      ],
      [
        ['root', '***'],
        ['bob', '***'],
      ],
    ]);
    expect(readFileSync(join(here.state, 'audit.log'), 'utf8')).not.toMatch(/WJ73|605029/);
  });
});

describe('a batch', () => {
  const command = [
    `twofactorauth_set_tfa_config?secret=${SECRET}&tfa_token=605029`,
    'twofactorauth_set_issuer?issuer=Example&colour=red',
    'nosuch?a=b',
  ];

  test('has a line for each of its calls, then its own line, which shows nothing of them', async () => {
    await here.call('batch', { command, abort_on_error: '0' });
    expect(here.audit().map((line) => [line.function, line.arguments, line.result])).toEqual([
      [
        'twofactorauth_set_tfa_config',
        [
          ['secret', '***'],
          ['tfa_token', '***'],
        ],
        1,
      ],
      [
        'twofactorauth_set_issuer',
        [
          ['issuer', 'Example'],
          ['colour', '***'],
        ],
        1,
      ],
      ['nosuch', [['a', '***']], 0],
      [
        'batch',
        [
          ['command', '***'],
          ['abort_on_error', '0'],
        ],
        1,
      ],
    ]);
    expect(readFileSync(join(here.state, 'audit.log'), 'utf8')).not.toMatch(/WJ73|605029/);
  });

  test('that is a dry run is marked in every line', async () => {
    await here.call('batch', { command }, { dryRun: true });
    expect(here.audit().map((line) => [line.function, line.result, line.dry_run])).toEqual([
      ['twofactorauth_set_tfa_config', 1, 1],
      ['twofactorauth_set_issuer', 1, 1],
      ['nosuch', 0, 1],
      ['batch', 1, 1],
    ]);
  });
});

describe('a log that cannot be written to', () => {
  test('makes a call that changes something fail, and undoes the change', async () => {
    await here.call('version');
    const log = join(here.state, 'audit.log');
    chmodSync(log, 0o644);
    expect(await here.call('twofactorauth_set_issuer', { issuer: 'New' })).toEqual({
      metadata: {
        version: 1,
        reason: `“${log}” is open to others (mode 644). Restrict it: chmod 600 '${log}'`,
        result: 0,
        command: 'twofactorauth_set_issuer',
        error_code: 'store_insecure',
      },
    });
    chmodSync(log, 0o600);
    expect((await here.call('twofactorauth_get_issuer')).data?.issuer).toBe('server.example.com');
  });

  test.each([
    ['version', {}],
    ['twofactorauth_policy_status', {}],
    ['nosuch', {}],
  ])('makes %s fail, which changes nothing', async (command, args) => {
    here.overrides.audit = () => {
      throw new ApiError('store_unavailable', 'The disk is full.');
    };
    expect(await here.call(command, args)).toEqual({
      metadata: {
        version: 1,
        reason: 'The disk is full.',
        result: 0,
        command,
        error_code: 'store_unavailable',
      },
    });
  });

  test('also makes the call fail if the reason is unexpected', async () => {
    here.overrides.audit = () => {
      throw new TypeError('s3cret');
    };
    const { metadata } = await here.call('twofactorauth_set_issuer', { issuer: 'New' });
    expect(metadata.error_code).toBe('internal');
    expect(JSON.stringify(metadata)).not.toContain('s3cret');
    delete here.overrides.audit;
    expect((await here.call('twofactorauth_get_issuer')).data?.issuer).toBe('server.example.com');
  });

  test('is the reason of a failed batch, without the claim that its commands changed nothing', async () => {
    const { audit } = here.engine;
    here.overrides.audit = async (record, kind) => {
      if (record.function === 'batch')
        throw new ApiError('store_unavailable', 'The disk is full. Nothing was changed.');
      await audit(record, kind);
    };
    expect(
      (await here.call('batch', { command: ['twofactorauth_set_issuer?issuer=New'] })).metadata,
    ).toMatchObject({
      error_code: 'store_unavailable',
      reason: 'The disk is full. Only the line of this call in the audit log is missing: what it did stays.',
    });
    const command = Array.from({ length: 2000 }, () => 'version');
    const { reason } = (await here.call('batch', { command })).metadata;
    expect(reason).toMatch(
      /A batch can have at most \d+ commands: split it into several calls\. The disk is full\.$/,
    );
    delete here.overrides.audit;
    expect((await here.call('twofactorauth_get_issuer')).data?.issuer).toBe('New');
  });

  test('makes the command in a batch fail, and the batch', async () => {
    let lines = 0;
    const { audit } = here.engine;
    here.overrides.audit = async (record, kind) => {
      lines += 1;
      if (lines > 1) throw new ApiError('store_unavailable', 'The disk is full.');
      await audit(record, kind);
    };
    const command = ['twofactorauth_set_issuer?issuer=First', 'twofactorauth_set_issuer?issuer=Second'];
    expect((await here.call('batch', { command })).metadata.error_code).toBe('store_unavailable');
    delete here.overrides.audit;
    expect((await here.call('twofactorauth_get_issuer')).data?.issuer).toBe('First');
  });
});

describe('a line', () => {
  test('is durable only if it belongs to a change, and repeatable only if it belongs to a read', async () => {
    const written: [string, AuditKind][] = [];
    here.overrides.audit = async (record, kind) => {
      written.push([record.function, kind]);
    };
    await here.call('twofactorauth_set_issuer', { issuer: 'New' });
    await here.call('twofactorauth_set_issuer', { issuer: 'New' }, { dryRun: true });
    await here.call('twofactorauth_set_issuer');
    await here.call('getpkginfo', { pkg: 'none' });
    await here.call('twofactorauth_get_issuer');
    await here.call('version');
    expect(written).toEqual([
      ['twofactorauth_set_issuer', 'change'],
      ['twofactorauth_set_issuer', 'other'],
      ['twofactorauth_set_issuer', 'other'],
      ['getpkginfo', 'other'],
      ['twofactorauth_get_issuer', 'read'],
      ['version', 'read'],
    ]);
  });

  const full = () =>
    Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 });
  const lines = () => here.audit().map((line) => [line.xid, line.function, line.result, line.error_code]);
  const setIssuer = async () => {
    let xids = 0;
    here.overrides.newXid = () => `xid${(xids += 1)}`;
    const { metadata } = await here.call('twofactorauth_set_issuer', { issuer: 'New' });
    expect(metadata).toEqual({
      version: 1,
      reason:
        `“${here.state}/store.db” could not be used: the disk is full. ` +
        'Free some space and retry the call. Nothing was changed.',
      result: 0,
      command: 'twofactorauth_set_issuer',
      error_code: 'store_unavailable',
    });
  };
  const nothingChanged = async () =>
    expect((await here.call('twofactorauth_get_issuer')).data?.issuer).toBe('server.example.com');

  onSqlite('says only that the change failed if that was known before it was written', async () => {
    const { store } = here.engine;
    const failing: Store = {
      transaction: (effect, work) =>
        store.transaction(effect, async (db, nested) => {
          const done = await work(db, nested);
          if (effect === 'reads') return done;
          throw full();
        }),
    };
    here.overrides.store = failing;
    await setIssuer();
    delete here.overrides.store;
    await nothingChanged();
    expect(lines()).toEqual([
      ['xid1', 'twofactorauth_set_issuer', 0, 'store_unavailable'],
      ['xid2', 'twofactorauth_get_issuer', 1, undefined],
    ]);
  });

  onSqlite('is corrected by a second one if its change could not be committed', async () => {
    // oxlint-disable-next-line typescript/unbound-method -- it is called with its object below.
    const { exec } = SqliteConnection.prototype;
    const commit = jest.spyOn(SqliteConnection.prototype, 'exec').mockImplementation(function (
      this: SqliteConnection,
      sql: string,
    ) {
      if (sql === 'COMMIT' && lines().length > 0) {
        commit.mockRestore();
        throw full();
      }
      exec.call(this, sql);
    });
    await setIssuer();
    await nothingChanged();
    expect(lines()).toEqual([
      ['xid1', 'twofactorauth_set_issuer', 1, undefined],
      ['xid1', 'twofactorauth_set_issuer', 0, 'store_unavailable'],
      ['xid2', 'twofactorauth_get_issuer', 1, undefined],
    ]);
  });
});

describe('arguments in the log', () => {
  const spec = defineFunction({
    name: 'x',
    since: null,
    summary: 'Be logged.',
    access: 'any',
    effect: 'none',
    params: {
      user: { type: 'string', list: true, doc: 'A user.' },
      password: { type: 'string', list: true, sensitive: true, doc: 'A password.' },
      options: { type: 'json', doc: 'Options.' },
    },
    returns: null,
    examples: [{ args: {}, doc: 'An example.' }],
    handler: () => undefined,
  });
  const mask = (name: string, value: Json): AuditRecord['arguments'] =>
    maskArguments(spec, [{ name, value }]);

  test.each<[string, Json, string, Json]>([
    ['user', 'bob', 'user', 'bob'],
    ['user-12', 'bob', 'user-12', 'bob'],
    ['user', ['ann', 'bob'], 'user', '["ann","bob"]'],
    ['user', 5, 'user', '5'],
    ['user', true, 'user', 'true'],
    ['user', null, 'user', 'null'],
    ['options', { force: 1 }, 'options', '{"force":1}'],
    ['api.filter.a.arg0', 'bob', 'api.filter.a.arg0', 'bob'],
    ['password', 's3cret', 'password', '***'],
    ['password-1', 's3cret', 'password-1', '***'],
    ['password', ['s3cret'], 'password', '***'],
    ['passwrod', 's3cret', 'passwrod', '***'],
    ['user-', 's3cret', 'user-', '***'],
    ['__proto__', 's3cret', '__proto__', '***'],
    ['toString', 's3cret', 'toString', '***'],
    ['user', 'x'.repeat(200), 'user', 'x'.repeat(200)],
    ['user', 'x'.repeat(201), 'user', `${'x'.repeat(200)}…`],
    ['user', `${'x'.repeat(199)}😀`, 'user', `${'x'.repeat(199)}\uFFFD…`],
    ['x'.repeat(1000), 's3cret', `${'x'.repeat(200)}…`, '***'],
  ])('%.20s=%.20j', (name, value, shownName, shownValue) => {
    expect(mask(name, value)).toEqual([[shownName, shownValue]]);
  });

  test('are masked if the function does not exist, except meta-arguments', () => {
    const given = [
      { name: 'user', value: 'bob' },
      { name: 'api.version', value: '1' },
    ];
    expect(maskArguments(undefined, given)).toEqual([
      ['user', '***'],
      ['api.version', '1'],
    ]);
  });

  test('are shown even if a structure is endlessly nested, up to a limit', () => {
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) as Json;
    expect(JSON.stringify(mask('user', deep)).length).toBeLessThan(300);
  });

  test('are cut off after fifty, and the line says that there were more', () => {
    const given = Array.from({ length: 60 }, (_, at) => ({ name: 'user', value: `user${at}` }));
    const shown = maskArguments(spec, given);
    expect(shown.slice(0, 50)).toEqual(given.slice(0, 50).map(({ name, value }) => [name, value]));
    expect(shown).toHaveLength(51);
  });
});

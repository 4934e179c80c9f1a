import { root } from '../../src/app/app.ts';
import { dispatch } from '../../src/core/dispatch.ts';
import type { Engine } from '../../src/core/engine.ts';
import type { Metadata } from '../../src/core/envelope.ts';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

describe('batch', () => {
  it('returns the response of each command, in order', async () => {
    const answer = await here.call('batch', {
      command: [
        'gethostname',
        'twofactorauth_set_issuer?issuer=Example+Hosting%20%26%20Co',
        'twofactorauth_get_issuer',
      ],
    });
    expect(answer).toEqual({
      metadata: { version: 1, reason: 'OK', result: 1, command: 'batch' },
      data: {
        result: [
          {
            metadata: { version: 1, reason: 'OK', result: 1, command: 'gethostname' },
            data: { hostname: 'server.example.com' },
          },
          {
            metadata: { version: 1, reason: 'OK', result: 1, command: 'twofactorauth_set_issuer' },
            data: {},
          },
          {
            metadata: { version: 1, reason: 'OK', result: 1, command: 'twofactorauth_get_issuer' },
            data: { issuer: 'Example Hosting & Co', system_wide_issuer: 'Example Hosting & Co' },
          },
        ],
      },
      list: 'result',
    });
  });

  const results = async (args: Record<string, string | string[]>) => {
    const { metadata, data } = await here.call('batch', args);
    const result = data?.result as { metadata: { command: string; result: number } }[];
    return {
      outer: metadata.result,
      inner: result.map((one) => [one.metadata.command, one.metadata.result]),
    };
  };

  it('continues after a command that failed, and still succeeds', async () => {
    expect(await results({ command: ['nosuchfunction', 'version'] })).toEqual({
      outer: 1,
      inner: [
        ['nosuchfunction', 0],
        ['version', 1],
      ],
    });
  });

  it('stops after a command that failed, if requested', async () => {
    expect(
      await results({ command: ['version', 'nosuchfunction', 'gethostname'], abort_on_error: '1' }),
    ).toEqual({
      outer: 1,
      inner: [
        ['version', 1],
        ['nosuchfunction', 0],
      ],
    });
  });

  it('accepts numbered commands', async () => {
    expect(await results({ 'command-1': 'gethostname', 'command-0': 'version' })).toEqual({
      outer: 1,
      inner: [
        ['version', 1],
        ['gethostname', 1],
      ],
    });
  });

  it('cannot contain another batch, and then runs nothing', async () => {
    const { metadata } = await here.call('batch', {
      command: ['twofactorauth_enable_policy', 'batch?command=version'],
    });
    expect(metadata).toMatchObject({
      result: 0,
      error_code: 'bad_param',
      reason: 'The parameter “command” should not name “batch”: a batch cannot contain another batch.',
    });
    expect((await here.call('twofactorauth_policy_status')).data).toEqual({ is_enabled: 0 });
  });

  it('returns the response of a flat function as its data', async () => {
    const { data } = await here.call('batch', { command: 'loadavg' });
    expect(data).toMatchObject({ result: [{ data: { one: '0.50', five: '0.12', fifteen: '12.35' } }] });
  });

  it('keeps the changes of a command when a later one fails', async () => {
    await here.call('batch', {
      command: ['twofactorauth_enable_policy', 'nosuchfunction'],
      abort_on_error: '1',
    });
    expect((await here.call('twofactorauth_policy_status')).data).toEqual({ is_enabled: 1 });
  });

  it('applies a reseller’s privileges', async () => {
    const answer = await here.call(
      'batch',
      { command: 'twofactorauth_enable_policy' },
      { as: reseller('bob') },
    );
    expect(answer.data).toMatchObject({ result: [{ metadata: { result: 0, error_code: 'denied' } }] });
  });

  it('masks the commands in the audit log', async () => {
    await here.call('batch', {
      command: 'twofactorauth_set_tfa_config?secret=WJ73QJSKZBXCIFPZ&tfa_token=605029',
    });
    expect(JSON.stringify(here.audit())).not.toMatch(/WJ73QJSKZBXCIFPZ|605029/);
    expect(here.audit().map((line) => line.function)).toEqual(['twofactorauth_set_tfa_config', 'batch']);
  });

  it('rejects more than 1,000 commands, or more than 1,000 parameters of one, and runs nothing', async () => {
    const many = await here.call('batch', {
      command: ['twofactorauth_enable_policy', ...Array<string>(1000).fill('version')],
    });
    expect(many.metadata).toMatchObject({ result: 0, error_code: 'bad_param' });
    expect(many.metadata.reason).toMatch(/is given 1001 times\. A batch can have at most 1000 commands/);
    const long = await here.call('batch', {
      command: ['twofactorauth_enable_policy', `version?${'a&'.repeat(1000)}`],
    });
    expect(long.metadata.reason).toMatch(/“command” number 2 should have at most 1000 parameters/);
    expect((await here.call('twofactorauth_policy_status')).data).toEqual({ is_enabled: 0 });
  });

  /** A function whose response has this many characters. */
  const answering = (characters: number): Pick<Engine, 'find'> => ({
    find: async (command) => {
      const fn = await here.application.engine.find(command === 'long' ? 'version' : command);
      return fn && command === 'long' ? { ...fn, handler: () => ({ version: 'x'.repeat(characters) }) } : fn;
    },
  });

  it('runs no further command once its response is too long', async () => {
    Object.assign(here.overrides, answering(9 * 2 ** 20));
    const { metadata, data } = await here.call('batch', {
      command: ['long', 'long', 'twofactorauth_enable_policy'],
    });
    expect(metadata.result).toBe(1);
    const result = data?.result as unknown as { metadata: Metadata; data: { version?: string } }[];
    expect(result.map((one) => [one.metadata.error_code, one.data.version?.length])).toEqual([
      [undefined, 9 * 2 ** 20],
      [undefined, 9 * 2 ** 20],
      ['limit_reached', undefined],
    ]);
    expect(result[2]?.metadata).toMatchObject({ result: 0, command: 'twofactorauth_enable_policy' });
    expect((await here.call('twofactorauth_policy_status')).data).toEqual({ is_enabled: 0 });
  });

  it('rejects the tenth batch of a user whose others are still running', async () => {
    // The first one runs until another one was rejected, however long the others take to arrive.
    let goOn: () => void = () => undefined;
    const isRefused = new Promise<void>((resolve) => (goOn = resolve));
    here.overrides.find = async (command) => {
      const fn = await here.application.engine.find(command);
      if (fn === undefined || command !== 'version') return fn;
      return { ...fn, handler: () => isRefused.then(() => ({ version: '1' })) };
    };
    const codes = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const { metadata } = await here.call('batch', { command: ['version', 'version'] });
        if (metadata.error_code === 'busy') goOn();
        return metadata.error_code ?? 'OK';
      }),
    );
    expect(codes.filter((code) => code === 'OK')).toHaveLength(9);
    expect(codes.filter((code) => code === 'busy')).toHaveLength(1);
  });

  it('stops when its client disconnects', async () => {
    let isGone = false;
    here.overrides.letOthersRun = async () => {
      isGone = true;
    };
    const command = ['twofactorauth_enable_policy', 'twofactorauth_set_issuer?issuer=Example'];
    const { metadata } = await dispatch(
      {
        command: 'batch',
        args: [{ name: 'command', value: command }],
        dryRun: false,
        isAbandoned: () => isGone,
      },
      root,
      here.engine,
    );
    expect(metadata).toMatchObject({ result: 0, error_code: 'abandoned' });
    expect(metadata.reason).toMatch(/1 of 2 commands were run/);
    expect((await here.call('twofactorauth_policy_status')).data).toEqual({ is_enabled: 1 });
    expect((await here.call('twofactorauth_get_issuer')).data).toMatchObject({
      system_wide_issuer: 'server.example.com',
    });
  });
});

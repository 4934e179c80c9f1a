import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => {
  here.remove();
});

describe('batch', () => {
  it('answers each command in its order', async () => {
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

  it('goes on after a command that failed, and has run all the same', async () => {
    expect(await results({ command: ['nosuchfunction', 'version'] })).toEqual({
      outer: 1,
      inner: [
        ['nosuchfunction', 0],
        ['version', 1],
      ],
    });
  });

  it('stops after a command that failed where told to', async () => {
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

  it('takes numbered commands', async () => {
    expect(await results({ 'command-1': 'gethostname', 'command-0': 'version' })).toEqual({
      outer: 1,
      inner: [
        ['version', 1],
        ['gethostname', 1],
      ],
    });
  });

  it('holds no other batch, and then runs nothing', async () => {
    const { metadata } = await here.call('batch', {
      command: ['twofactorauth_enable_policy', 'batch?command=version'],
    });
    expect(metadata).toMatchObject({
      result: 0,
      error_code: 'bad_param',
      reason: 'The parameter “command” should not name “batch”: a batch holds no other batch.',
    });
    expect((await here.call('twofactorauth_policy_status')).data).toEqual({ is_enabled: 0 });
  });

  it('gives a flat function’s numbers as its data', async () => {
    const { data } = await here.call('batch', { command: 'loadavg' });
    expect(data).toMatchObject({ result: [{ data: { one: 0.5, five: 0.12, fifteen: 12.35 } }] });
  });

  it('keeps what a command has done when a later one fails', async () => {
    await here.call('batch', {
      command: ['twofactorauth_enable_policy', 'nosuchfunction'],
      abort_on_error: '1',
    });
    expect((await here.call('twofactorauth_policy_status')).data).toEqual({ is_enabled: 1 });
  });

  it('holds a reseller to the reseller’s privileges', async () => {
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
});

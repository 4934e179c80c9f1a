import { Installation } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => {
  here.remove();
});

const isEnabled = async (role: string) => (await here.call('is_role_enabled', { role })).data?.enabled;
const codesOf = async () => {
  const { data } = await here.call('get_available_profiles');
  return (data?.profiles as { code: string }[]).map(({ code }) => code);
};

describe('get_available_profiles', () => {
  it('lists only the profiles of which this server provides a role', async () => {
    expect(await codesOf()).toEqual(['STANDARD', 'DNSNODE', 'DATABASENODE', 'WEBNODE']);
  });

  it('names every role of WHM in each, once', async () => {
    const { data } = await here.call('get_available_profiles');
    for (const profile of data?.profiles as Record<string, { module: string }[]>[]) {
      const lists = [profile.enabled_roles, profile.optional_roles, profile.disabled_roles];
      const modules = lists.flatMap((list) => (list ?? []).map(({ module }) => module));
      expect(modules).toHaveLength(16);
      expect(new Set(modules).size).toBe(16);
    }
  });
});

describe('get_current_profile', () => {
  it('is STANDARD in a sandbox from the beginning', async () => {
    const { data } = await here.call('get_current_profile');
    expect(data).toMatchObject({
      code: 'STANDARD',
      experimental: 0,
      enabled_roles: ['DNS', 'MySQL', 'MySQLClient', 'Postgres', 'PostgresClient', 'WebServer'].map(
        (module) => ({ module }),
      ),
    });
  });

  it('is none on a machine on which no profile was activated', async () => {
    here.isMachine = true;
    expect((await here.call('get_current_profile')).metadata).toMatchObject({
      result: 0,
      error_code: 'not_found',
      reason: 'No profile is active on this server. Activate one with start_profile_activation.',
    });
  });
});

describe('is_role_enabled', () => {
  it('distinguishes provided roles from others in a sandbox', async () => {
    expect([await isEnabled('DNS'), await isEnabled('MySQL'), await isEnabled('FTP')]).toEqual([1, 1, 0]);
  });

  it('returns no on a machine before a profile was activated', async () => {
    here.isMachine = true;
    expect(await isEnabled('DNS')).toBe(0);
  });

  it('recognises the names of roles only in their own case', async () => {
    expect((await here.call('is_role_enabled', { role: 'dns' })).metadata.error_code).toBe('bad_param');
  });
});

describe('start_profile_activation', () => {
  it('starts a task, and returns its ID', async () => {
    const { data, metadata } = await here.call('start_profile_activation', { code: 'DNSNODE' });
    expect(data).toEqual({ log_id: String(metadata.task) });
  });

  it('enables the role of clients with that of the server', async () => {
    await here.call('start_profile_activation', {
      code: 'DATABASENODE',
      optional: { Postgres: 1, WebServer: 0 },
    });
    const [task] = await here.engine.store.transaction('reads', async (db) => ({
      value: await db.all<{ input: string }>('SELECT input FROM task'),
      keep: false,
    }));
    expect(JSON.parse(task?.input ?? '')).toEqual({
      code: 'DATABASENODE',
      roles: ['MySQL', 'MySQLClient', 'Postgres', 'PostgresClient'],
    });
  });

  it('starts none in a dry run', async () => {
    const { metadata } = await here.call('start_profile_activation', { code: 'DNSNODE' }, { dryRun: true });
    expect([metadata.result, metadata.task]).toEqual([1, undefined]);
    const tasks = await here.engine.store.transaction('reads', async (db) => ({
      value: await db.all('SELECT * FROM task'),
      keep: false,
    }));
    expect(tasks).toEqual([]);
  });

  it.each([
    [
      { code: 'MAILNODE' },
      'The profile “MAILNODE” has no role that this server provides yet. The parameter “code” should be STANDARD, DNSNODE, DATABASENODE or WEBNODE.',
    ],
    [
      { code: 'DNSNODE', optional: { FTP: 1 } },
      'The parameter “optional” should name optional roles of the profile “DNSNODE”, which has none, and not “FTP”.',
    ],
    [
      { code: 'DNSNODE', optional: [1] },
      'The parameter “optional” should be a JSON hash of roles, such as {"DNS":1}.',
    ],
  ])('rejects %j', async (args, reason) => {
    const { metadata } = await here.call('start_profile_activation', args);
    expect(metadata).toMatchObject({ result: 0, error_code: 'bad_param', reason });
    expect(metadata.task).toBeUndefined();
  });
});

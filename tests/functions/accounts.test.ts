import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

describe('applist', () => {
  it('lists the functions by name, sorted', async () => {
    const { app } = (await here.call('applist')).data as { app: string[] };
    expect(app).toContain('twofactorauth_set_tfa_config');
    expect(app).toEqual([...app].sort());
  });

  it('lists the functions that a reseller can call for the reseller', async () => {
    const all = (await here.call('applist', {}, { as: reseller('bob') })).data;
    expect(all).toEqual({
      app: [
        ...['acctcounts', 'api_token_get_details', 'applist', 'batch', 'get_available_applications'],
        ...['get_best_ssldomain_for_service'],
        ...['get_password_strength', 'get_public_ip', 'get_shared_ip', 'get_users_features_settings'],
        ...['gethostname', 'getresellerips'],
        ...['is_role_enabled', 'is_sni_supported', 'listips', 'loadavg', 'myprivs'],
        ...['nvget', 'nvset', 'personalization_get', 'personalization_set'],
        ...['quota_enabled', 'resellerstats', 'systemloadavg', 'verify_user_has_feature', 'version'],
      ],
    });
    const more = (await here.call('applist', {}, { as: reseller('bob', 'create-acct') })).data as {
      app: string[];
    };
    expect(more.app).toContain('twofactorauth_set_tfa_config');
    expect(more.app).not.toContain('twofactorauth_enable_policy');
  });

  it('filters, sorts and pages as every list does', async () => {
    const { metadata, data } = await here.call('applist', {
      'api.filter.enable': '1',
      'api.filter.verbose': '1',
      'api.filter.a.field': 'app',
      'api.filter.a.arg0': 'policy',
      'api.sort.enable': '1',
      'api.sort.a.field': 'app',
      'api.sort.a.reverse': '1',
      'api.chunk.enable': '1',
      'api.chunk.verbose': '1',
      'api.chunk.size': '2',
      'api.chunk.start': '1',
    });
    expect(data).toEqual({ app: ['twofactorauth_policy_status', 'twofactorauth_enable_policy'] });
    expect(metadata.chunk).toEqual({ records: 5, size: 2, start: 1, current: 1, chunks: 3 });
  });
});

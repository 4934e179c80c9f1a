// uapi_cpanel and cpanel: functions of UAPI and API 2 as an account.
import { Installation, reseller } from '../support/installation.ts';

const password = 'correct horse battery staple 7';
let here: Installation;

beforeAll(async () => {
  here = new Installation();
  for (const user of ['bob', 'eve']) {
    const { metadata } = await here.call('createacct', {
      username: user,
      domain: `${user}.example`,
      password,
    });
    expect(metadata.reason).toBe('Account Creation Ok');
  }
});
afterAll(() => {
  here.remove();
});

const inner = (func: string, others = {}) => ({
  'cpanel.user': 'bob',
  'cpanel.module': 'DomainInfo',
  'cpanel.function': func,
  ...others,
});
const ofCpanel = (version: string, func: string, others = {}) => ({
  cpanel_jsonapi_user: 'bob',
  cpanel_jsonapi_module: 'DomainInfo',
  cpanel_jsonapi_func: func,
  cpanel_jsonapi_apiversion: version,
  ...others,
});

describe('uapi_cpanel', () => {
  it('returns the response of the function in “uapi”', async () => {
    const { metadata, data } = await here.call('uapi_cpanel', inner('list_domains'));
    expect(metadata).toMatchObject({ result: 1, command: 'uapi_cpanel' });
    expect(data).toEqual({
      uapi: {
        data: { main_domain: 'bob.example', addon_domains: [], parked_domains: [], sub_domains: [] },
        errors: null,
        messages: null,
        metadata: {},
        status: 1,
        warnings: null,
      },
    });
  });

  it.each([
    ['list_domainz', 'The system could not find the function “list_domainz” in the module “DomainInfo”.'],
    ['constructor', 'The system could not find the function “constructor” in the module “DomainInfo”.'],
  ])('fails inside for %s', async (func, reason) => {
    const envelope = await here.call('uapi_cpanel', inner(func));
    expect(envelope.metadata.result).toBe(1);
    expect(envelope.data?.uapi).toMatchObject({ status: 0, errors: [reason], data: null });
    expect(envelope.innerError).toBe('unknown_function');
  });

  it('says that a documented function is not provided', async () => {
    const { data } = await here.call('uapi_cpanel', {
      ...inner('create_index_file'),
      'cpanel.module': 'SetLang',
      'cpanel.function': 'setlocale',
    });
    expect(data?.uapi).toMatchObject({ status: 0 });
  });

  it.each([
    ['../../etc/passwd', 'x'],
    ['Domain::Info', 'x'],
    ['__proto__', 'toString'],
    ['DomainInfo', '../list_domains'],
    ['DomainInfo', 'list_domains\0'],
  ])('refuses the names %j and %j', async (module, func) => {
    const { metadata, data } = await here.call('uapi_cpanel', {
      'cpanel.user': 'bob',
      'cpanel.module': module,
      'cpanel.function': func,
    });
    const status = metadata.result === 1 ? (data?.uapi as { status: number }).status : 0;
    expect(status).toBe(0);
  });

  it('acts only for accounts of the caller', async () => {
    const other = reseller('ray', 'cpanel-api');
    const { metadata } = await here.call('uapi_cpanel', inner('list_domains'), { as: other });
    expect(metadata).toMatchObject({ result: 0, error_code: 'denied' });
    const without = await here.call('uapi_cpanel', inner('list_domains'), {
      as: reseller('ray', 'list-accts'),
    });
    expect(without.metadata.reason).toContain('cpanel-api');
  });

  it('logs the inner call for the caller, with the account', async () => {
    await here.call('uapi_cpanel', inner('list_domains', { token: 'geheim' }));
    const [own, outer] = here.audit().slice(-2);
    expect(own).toMatchObject({ caller: 'root', function: 'DomainInfo::list_domains' });
    expect(own?.arguments).toEqual([
      ['cpanel.user', 'bob'],
      ['token', '***'],
    ]);
    expect(outer?.function).toBe('uapi_cpanel');
    expect(outer?.arguments).toContainEqual(['token', '***']);
  });

  it('works in a batch', async () => {
    const query = new URLSearchParams(inner('list_domains')).toString();
    const { data } = await here.call('batch', { command: [`uapi_cpanel?${query}`] });
    expect(data?.result).toMatchObject([{ data: { uapi: { status: 1 } } }]);
  });

  it('checks list options before the function runs', async () => {
    const { data } = await here.call(
      'uapi_cpanel',
      inner('list_domains', { 'api.filter_column': 'a', 'api.filter_type': 'like' }),
    );
    expect((data?.uapi as unknown as { errors: string[] }).errors[0]).toContain(
      'api.filter_type “like” is not valid',
    );
  });
});

describe('cpanel', () => {
  it('returns UAPI’s response without an envelope', async () => {
    const envelope = await here.call('cpanel', ofCpanel('3', 'list_domains'));
    expect(envelope.flat).toBe(true);
    expect(envelope.data).toMatchObject({
      apiversion: 3,
      module: 'DomainInfo',
      func: 'list_domains',
      result: { status: 1, data: { main_domain: 'bob.example' } },
    });
  });

  it('returns failures of API 2 in its form', async () => {
    const { data } = await here.call('cpanel', ofCpanel('2', 'nothing'));
    const reason = 'The system could not find the function “nothing” in the module “DomainInfo”.';
    expect(data).toEqual({
      cpanelresult: {
        apiversion: 2,
        module: 'DomainInfo',
        func: 'nothing',
        data: [{ result: 0, reason }],
        error: reason,
        event: { result: 1 },
      },
    });
  });

  it.each([[undefined], ['nobody'], ['../bob']])(
    'fails in the form that clients match for the user %s',
    async (user) => {
      const envelope = await here.call('cpanel', {
        ...ofCpanel('3', 'list_domains'),
        ...(user === undefined ? { cpanel_jsonapi_user: '' } : { cpanel_jsonapi_user: user }),
      });
      const error = 'User parameter is invalid or was not supplied';
      expect(envelope.flat).toBe(true);
      expect(envelope.metadata.result).toBe(0);
      expect(envelope.data).toEqual({ data: { reason: error, result: '0' }, type: 'text', error });
    },
  );

  it('provides no function of API 1', async () => {
    const { data } = await here.call('cpanel', ofCpanel('1', 'list_domains', { 'arg-0': 'x' }));
    expect(data).toMatchObject({ apiversion: '1', type: 'event', event: { result: 0 } });
  });
});

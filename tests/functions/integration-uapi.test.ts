// uapi_cpanel and cpanel: functions of UAPI and API 2 as an account.
import type { Caller } from '../../src/core/context.ts';
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
afterAll(() => here.remove());

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

  describe('is recorded as a read only if the function is one', () => {
    const call = (module: string, func: string, others = {}) =>
      ['uapi_cpanel', { ...inner(func), 'cpanel.module': module, ...others }] as const;
    const batch = JSON.stringify(['DomainInfo', 'list_domains', {}]);

    it.each<readonly [name: string, command: readonly [string, object], dryRun: boolean, kinds: string[]]>([
      [
        'a read',
        call('DomainInfo', 'list_domains'),
        false,
        ['DomainInfo::list_domains read', 'uapi_cpanel read'],
      ],
      [
        'a read of API 2',
        [
          'cpanel',
          ofCpanel('2', 'getdocroot', { cpanel_jsonapi_module: 'DomainLookup', domain: 'bob.example' }),
        ],
        false,
        ['DomainLookup::getdocroot read', 'cpanel read'],
      ],
      [
        'a change in the store',
        call('NVData', 'set', { names: 'a', a: '1' }),
        false,
        ['NVData::set change', 'uapi_cpanel other'],
      ],
      [
        'a change in the store by API 2',
        ['cpanel', ofCpanel('2', 'set', { cpanel_jsonapi_module: 'NVData', names: 'a', a: '2' })],
        false,
        ['NVData::set change', 'cpanel other'],
      ],
      [
        'a dry run of it',
        call('NVData', 'set', { names: 'a', a: '3' }),
        true,
        ['NVData::set other', 'uapi_cpanel other'],
      ],
      [
        'a change of the machine',
        call('SubDomain', 'addsubdomain', { domain: 'shop', rootdomain: 'bob.example' }),
        false,
        ['SubDomain::addsubdomain other', 'SubDomain::addsubdomain change', 'uapi_cpanel other'],
      ],
      [
        'a read that fails',
        call('DomainInfo', 'single_domain_data', { domain: 'eve.example' }),
        false,
        ['DomainInfo::single_domain_data other', 'uapi_cpanel other'],
      ],
      [
        'a function that is not there',
        call('DomainInfo', 'list_domainz'),
        false,
        ['DomainInfo… other', 'uapi_cpanel other'],
      ],
      [
        'no function',
        call('DomainInfo', 'list_domains', { 'api.filter_type': 'x', 'api.filter_column': 'a' }),
        false,
        ['uapi_cpanel other'],
      ],
      [
        'another account',
        call('DomainInfo', 'list_domains', { 'cpanel.user': 'nobody' }),
        false,
        ['uapi_cpanel other'],
      ],
      [
        'a batch, which makes several calls',
        call('Batch', 'strict', { command: batch }),
        false,
        ['DomainInfo::list_domains read', 'Batch::strict other', 'uapi_cpanel other'],
      ],
    ])('%s', async (_name, [command, args], dryRun, kinds) => {
      const written: string[] = [];
      here.overrides.audit = async (record, kind) => {
        written.push(`${record.function} ${kind}`);
      };
      try {
        await here.call(command, args as Record<string, string>, { dryRun });
      } finally {
        delete here.overrides.audit;
      }
      expect(written).toEqual(kinds);
    });
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

  it.each([
    ['../../etc/passwd', 'x'],
    ['Domain::Info', 'x'],
    ['__proto__', 'toString'],
    ['DomainInfo', '../list_domains'],
    ['DomainInfo', 'list_domains\0'],
  ])('refuses the names %j and %j in every version', async (module, func) => {
    for (const version of ['1', '2', '3']) {
      const names = { cpanel_jsonapi_module: module, cpanel_jsonapi_func: func };
      const { metadata, data, innerError } = await here.call('cpanel', ofCpanel(version, 'x', names));
      const isRefused = metadata.result === 0 || innerError !== undefined;
      expect([version, isRefused, JSON.stringify(data ?? null)]).toEqual([
        version,
        true,
        expect.not.stringContaining('bob.example'),
      ]);
    }
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
        // No function ran. Clients test only this.
        event: { result: 0, reason },
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

  it('provides only the function of API 1 that programs still call', async () => {
    const { data } = await here.call('cpanel', ofCpanel('1', 'list_domains', { 'arg-0': 'x' }));
    expect(data).toMatchObject({ apiversion: '1', type: 'event', event: { result: 0 } });
    await here.call('modifyacct', { user: 'bob', contactemail: 'bob@elsewhere.example' });
    const getemail = ofCpanel('1', 'getemail', { cpanel_jsonapi_module: 'CustInfo' });
    const answer = await here.call('cpanel', getemail);
    expect([answer.innerError, answer.data]).toMatchObject([
      undefined,
      { apiversion: '1', data: { result: 'bob@elsewhere.example' }, event: { result: 1 } },
    ]);
  });

  it('rates passwords for root before there is an account, and does nothing else as root', async () => {
    const asRoot = (module: string, func: string, more: Record<string, string>, as?: Caller) =>
      here.call(
        'cpanel',
        {
          ...{ cpanel_jsonapi_user: 'root', cpanel_jsonapi_module: module, cpanel_jsonapi_func: func },
          ...more,
        },
        as === undefined ? {} : { as },
      );
    const strength = await asRoot('PasswdStrength', 'get_required_strength', { app: 'passwd' });
    expect(strength.data).toMatchObject({
      cpanelresult: { data: [{ strength: expect.any(Number) as number }], event: { result: 1 } },
    });
    const rating = { cpanel_jsonapi_apiversion: '3', app: 'passwd' };
    const uapi = await asRoot('PasswdStrength', 'get_required_strength', rating);
    expect(uapi.data).toMatchObject({ result: { status: 1 } });
    expect((await asRoot('Email', 'listpops', {})).metadata.result).toBe(0);
    const other = await asRoot('PasswdStrength', 'appstrengths', {}, reseller('bob', 'cpanel-api'));
    expect(other.metadata.result).toBe(0);
  });
});

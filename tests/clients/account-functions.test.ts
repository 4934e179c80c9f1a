// Clients that call functions of accounts through WHM: /json-api/cpanel and /xml-api/cpanel, without api.version.
import { Client } from './client.ts';

let client: Client;
beforeAll(async () => {
  client = await Client.start();
  const account = { username: 'bob', domain: 'bob.example', password: 'four unusual words, Xylophone' };
  await client.here.call('createacct', account);
});
afterAll(() => client.stop());

const ask = (path: string, fields: Readonly<Record<string, string>>) =>
  client.get(`${path}?${new URLSearchParams(fields).toString()}`, `WHM root:${client.token}`);

const named = (prefix: string, module: string, func: string, version?: string) => ({
  [`${prefix}_user`]: 'bob',
  [`${prefix}_module`]: module,
  [`${prefix}_func`]: func,
  ...(version === undefined ? {} : { [`${prefix}_apiversion`]: version }),
});

// github.com/mattgorle/python-cpanelapi, github.com/letsencrypt-cpanel/go-cpanel, github.com/gufy/cpanel-php
describe('JSON', () => {
  test('version 2 is the default', async () => {
    const fields = named('cpanel_jsonapi', 'DomainLookup', 'getbasedomains');
    expect((await ask('/json-api/cpanel', fields)).json()).toEqual({
      cpanelresult: {
        apiversion: 2,
        module: 'DomainLookup',
        func: 'getbasedomains',
        data: [{ domain: 'bob.example' }],
        event: { result: 1 },
      },
    });
  });

  test('version 3 is UAPI, by POST too, with the user in upper case', async () => {
    const fields = {
      ...named('cpanel_jsonapi', 'DomainInfo', 'list_domains', '3'),
      cpanel_jsonapi_user: 'Bob',
    };
    const uapi = {
      apiversion: 3,
      module: 'DomainInfo',
      result: { status: 1, data: { main_domain: 'bob.example' } },
    };
    expect((await ask('/json-api/cpanel', fields)).json()).toMatchObject(uapi);
    const posted = await client.post('/json-api/cpanel', `whm root:${client.token}`, fields);
    expect(posted.json()).toMatchObject(uapi);
  });

  test('version 1 is refused, and says so', async () => {
    const { json } = await ask('/json-api/cpanel', {
      ...named('cpanel_jsonapi', 'Mysql', 'adddb', '1'),
      'arg-0': 'wp',
    });
    expect(json()).toMatchObject({
      apiversion: '1',
      error: expect.stringContaining('cPanel API 1') as string,
      event: { result: 0, reason: expect.stringContaining('Mysql::adddb') as string },
    });
  });

  test.each([
    ['Mysql', 'nothing'],
    // Documented, but not provided.
    ['Email', 'listaliasbackups'],
  ])('a function that does not exist is no success: %s::%s', async (module, func) => {
    const { cpanelresult } = (
      await ask('/json-api/cpanel', named('cpanel_jsonapi', module, func, '2'))
    ).json();
    expect(cpanelresult).toMatchObject({
      error: expect.any(String) as string,
      event: { result: 0, reason: cpanelresult?.error },
    });
  });

  test('a missing account, and a missing function, fail in the forms that clients match', async () => {
    const wrong = {
      ...named('cpanel_jsonapi', 'DomainLookup', 'getbasedomains'),
      cpanel_jsonapi_user: 'nobody',
    };
    const error = 'User parameter is invalid or was not supplied';
    expect((await ask('/json-api/cpanel', wrong)).json()).toEqual({
      data: { reason: error, result: '0' },
      type: 'text',
      error,
    });
    const { cpanelresult } = (await ask('/json-api/cpanel', { cpanel_jsonapi_user: 'bob' })).json();
    expect(cpanelresult).toMatchObject({
      error: expect.stringContaining('cpanel_jsonapi_module') as string,
      data: { result: '0' },
    });
  });
});

// The class xmlapi in BoxBilling and TheHostingTool: `cpanel_xmlapi_` in XML, and in JSON if the program asks for it
describe('XML', () => {
  test('version 2 has the root cpanelresult, and an element for each row', async () => {
    const { status, body } = await ask(
      '/xml-api/cpanel',
      named('cpanel_xmlapi', 'DomainLookup', 'getbasedomains', '2'),
    );
    expect(status).toBe(200);
    expect(body.replaceAll(/\s*\n\s*/g, '')).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><cpanelresult><apiversion>2</apiversion>' +
        '<module>DomainLookup</module><func>getbasedomains</func><data><domain>bob.example</domain></data>' +
        '<event><result>1</result></event></cpanelresult>',
    );
  });

  test('both prefixes are accepted in both formats, and equal values count as one', async () => {
    const xml = named('cpanel_xmlapi', 'DomainInfo', 'list_domains', '3');
    const json = named('cpanel_jsonapi', 'DomainInfo', 'list_domains', '3');
    for (const fields of [xml, json, { ...xml, ...json }]) {
      expect((await ask('/json-api/cpanel', fields)).json()).toMatchObject({ result: { status: 1 } });
      expect((await ask('/xml-api/cpanel', fields)).body).toContain('<main_domain>bob.example</main_domain>');
    }
    const other = { ...xml, cpanel_jsonapi_func: 'domains_data' };
    expect((await ask('/json-api/cpanel', other)).json()).toMatchObject({
      cpanelresult: { error: expect.stringContaining('different values') as string },
    });
  });

  test('a failure has the root cpanelresult', async () => {
    const { body } = await ask('/xml-api/cpanel', named('cpanel_xmlapi', 'Mysql', 'nothing', '2'));
    expect(body).toMatch(/<cpanelresult>[^]*<error>[^]*<event>\s*<result>0<\/result>/);
    expect((await ask('/xml-api/cpanel', {})).body).toMatch(/<cpanelresult>[^]*<error>/);
  });
});

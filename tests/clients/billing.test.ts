// Openly licensed billing systems: the tests send their requests, and read from the responses what their code reads.
import { Client } from './client.ts';

const password = 'four unusual words, Xylophone';
const another = 'seven other strange words, Marimba';

let client: Client;
beforeAll(async () => {
  client = await Client.start();
  await client.here.call('addpkg', { name: 'gold', quota: '77' });
});
afterAll(() => client.stop());

const created: string[] = [];
afterEach(async () => {
  for (const username of created.splice(0)) await client.here.call('removeacct', { username });
});

// github.com/FOSSBilling/FOSSBilling, src/library/Server/Manager/Whm.php: a POST of a form, without api.version
describe('FOSSBilling', () => {
  const ask = async (action: string, fields: Record<string, string> = {}) => {
    const answer = await client.post(`/json-api/${action}`, `WHM root:${client.token}`, fields);
    expect(answer.status).toBe(200);
    return answer.json();
  };
  /** The responses that request() of that file treats as failures. */
  const isRefused = (json: Awaited<ReturnType<typeof ask>>) =>
    json.cpanelresult?.error !== undefined ||
    Number(json.result?.[0]?.status ?? 1) === 0 ||
    (json.status !== undefined && Number(json.status) !== 1);

  test('reads the packages, and creates a missing one from a form with empty fields', async () => {
    const { package: packages } = await ask('listpkgs');
    expect(packages?.map(({ name }) => String(name))).toContain('gold');
    expect(packages?.[0]).toMatchObject({
      FRONTPAGE: 'n',
      HASSHELL: 'n',
      IP: 'n',
      CGI: 'y',
      CPMOD: 'jupiter',
    });
    const fields = { name: 'root_new', quota: '5', bwlimit: '', maxsub: 'unlimited', cgi: '', cpmod: '' };
    expect(isRefused(await ask('addpkg', fields))).toBe(false);
  });

  test('creates, synchronises, changes, suspends and removes an account', async () => {
    created.push('example5');
    const account = {
      username: 'example5',
      domain: 'example5.org',
      password,
      contactemail: 'a@b.example',
      plan: 'gold',
    };
    const { result } = await ask('createacct', { ...account, useregns: '0' });
    expect(result?.[0]).toMatchObject({ status: 1 });
    const { acct } = await ask('accountsummary', { user: 'example5' });
    expect(acct?.[0]).toMatchObject({ suspended: 0, domain: 'example5.org', user: 'example5' });
    const { passwd } = await ask('passwd', { user: 'example5', pass: another, db_pass_update: '1' });
    expect(passwd?.[0]).toMatchObject({ status: 1 });
    for (const [action, fields] of [
      ['suspendacct', { reason: 'Unpaid' }],
      ['unsuspendacct', {}],
      ['changepackage', { pkg: 'default' }],
      ['modifyacct', { domain: 'example6.org' }],
      ['removeacct', { keepdns: '0' }],
    ] as const) {
      expect([action, isRefused(await ask(action, { user: 'example5', ...fields }))]).toEqual([
        action,
        false,
      ]);
    }
  });

  test('creates a reseller: createacct reseller=1, then setupreseller and setacls', async () => {
    created.push('example7');
    const account = { username: 'example7', domain: 'example7.org', password, plan: 'gold', reseller: '1' };
    expect(isRefused(await ask('createacct', account))).toBe(false);
    expect(isRefused(await ask('setupreseller', { user: 'example7', makeowner: '0' }))).toBe(false);
    await client.here.call('saveacllist', { acllist: 'few', 'acl-passwd': '1' });
    expect(isRefused(await ask('setacls', { reseller: 'example7', acllist: 'few' }))).toBe(false);
  });

  test('recognises a rejection and an unknown function as failures', async () => {
    expect(isRefused(await ask('suspendacct', { user: 'nobody' }))).toBe(true);
    expect(isRefused(await ask('setsiteip_of_long_ago'))).toBe(true);
  });
});

// github.com/Paymenter/Paymenter, extensions/Servers/CPanel/CPanel.php: GET, `whm`, mixed-case usernames, modifyacct plan=
describe('Paymenter', () => {
  const ask = async (path: string, data: Record<string, string> = {}) =>
    (
      await client.get(`/json-api${path}?${new URLSearchParams(data).toString()}`, `whm root:${client.token}`)
    ).json();

  test('lists packages, and creates, upgrades, suspends and removes a server', async () => {
    const { package: packages } = await ask('/listpkgs');
    expect(packages?.map(({ name }) => String(name))).toContain('gold');
    const user = 'abcdefghijklmno9';
    created.push(user);
    const account = {
      'api.version': '1',
      username: 'AbCdEfGhIjKlMnO9',
      contactemail: 'a@b.example',
      domain: 'Pay.example',
    };
    expect((await ask('/createacct', { ...account, plan: 'default' })).metadata).toMatchObject({ result: 1 });
    for (const [path, more] of [
      ['/suspendacct', {}],
      ['/unsuspendacct', {}],
      ['/modifyacct', { plan: 'gold' }],
    ] as const) {
      const { metadata } = await ask(path, { 'api.version': '1', user, ...more });
      expect([path, Number(metadata?.result)]).toEqual([path, 1]);
    }
    const { data } = await client.here.call('accountsummary', { user });
    expect(data?.acct).toMatchObject([{ plan: 'gold', disklimit: '77M' }]);
    expect((await ask('/removeacct', { 'api.version': '1', user })).metadata).toMatchObject({ result: 1 });
  });
});

// github.com/clientexec/cpanel-server, CpanelApi.php and PluginCpanel.php: GET with everything in the query, `WHM`
describe('Clientexec', () => {
  const ask = async (name: string, params: Record<string, string> = {}) =>
    (
      await client.get(
        `/json-api/${name}?${new URLSearchParams(params).toString()}`,
        `WHM root:${client.token}`,
      )
    ).json();

  test('creates an account with ip=yes and a specific address, changes the password, and reads listsuspended', async () => {
    created.push('clientex');
    const account = { username: 'clientex', domain: 'clientex.example', plan: 'gold', password };
    const { result } = await ask('createacct', {
      ...account,
      contactemail: 'a@b.example',
      ip: 'yes',
      customip: '192.0.2.3',
    });
    expect(result?.[0]).toMatchObject({ status: 1 });
    expect((await ask('accountsummary', { user: 'clientex' })).acct?.[0]).toMatchObject({
      ip: '192.0.2.3',
      suspended: 0,
    });
    const { passwd } = await ask('passwd', { user: 'clientex', pass: another });
    expect(passwd?.[0]).toMatchObject({ status: 1 });
    expect((await ask('changepackage', { user: 'clientex', pkg: 'default' })).result?.[0]).toMatchObject({
      status: 1,
    });
    await ask('suspendacct', { user: 'clientex' });
    expect((await ask('listsuspended')).accts?.map(({ user }) => String(user))).toEqual(['clientex']);
    expect(String((await ask('version')).version)).not.toBe('');
  });

  test('sets up a reseller twice, with its limits', async () => {
    created.push('clientrs');
    await ask('createacct', { username: 'clientrs', domain: 'clientrs.example', password });
    for (const [name, params] of [
      ['setupreseller', { makeowner: '1' }],
      ['setupreseller', { makeowner: '1' }],
      ['setresellerlimits', { enable_account_limit: '1', account_limit: '5' }],
      ['suspendreseller', {}],
      ['unsuspendreseller', {}],
      ['unsetupreseller', { makeowner: '1' }],
    ] as const) {
      const { result } = await ask(name, { user: 'clientrs', ...params });
      expect([name, Number(result?.[0]?.status)]).toEqual([name, 1]);
    }
  });

  test('recognises status 0 as a failure', async () => {
    expect(await ask('accountsummary', { user: 'nobody' })).toMatchObject({ status: 0 });
  });
});

// github.com/boxbilling/boxbilling, src/bb-library/Server/Manager/Whm.php, which has xmlapi.php inside: passwd as PHP's false
describe('BoxBilling', () => {
  test('changes a password and reads passwd[0]', async () => {
    created.push('boxbill');
    await client.here.call('createacct', { username: 'boxbill', domain: 'boxbill.example' });
    const fields = { user: 'boxbill', pass: another, db_pass_update: '0' };
    const { passwd } = (await client.post('/json-api/passwd', `WHM root:${client.token}`, fields)).json();
    expect(passwd?.[0]).toMatchObject({ status: 1 });
  });
});

// github.com/TheHostingTool/TheHostingTool, includes/servers/whm.php: GET of XML, usernames in any case
describe('TheHostingTool', () => {
  const ask = async (path: string) => (await client.get(path, `WHM root:${client.token}`)).body;

  test('signs up, suspends twice, changes the password and terminates', async () => {
    created.push('hostuser');
    const query = `username=HostUser&password=${encodeURIComponent(password)}&domain=host.example&plan=gold&contactemail=a@b.example`;
    expect(await ask(`/xml-api/createacct?${query}`)).toMatch(/<createacct>\s*<result>\s*<status>1</);
    const suspended = /<suspendacct>\s*<result>\s*<status>1</;
    expect(await ask('/xml-api/suspendacct?user=hostuser')).toMatch(suspended);
    expect(await ask('/xml-api/suspendacct?user=hostuser&reason=not%20paid')).toMatch(suspended);
    expect(await ask('/xml-api/unsuspendacct?user=hostuser')).toMatch(/<status>1</);
    const changed = await ask(`/xml-api/passwd?user=HostUser&pass=${encodeURIComponent(another)}`);
    expect(changed).toMatch(/<passwd>\s*<passwd>\s*<status>1</);
    expect(await ask('/xml-api/version')).toMatch(/<version>\s*<version>[^<]+</);
    expect(await ask('/xml-api/listaccts')).toContain('<user>hostuser</user>');
    expect(await ask('/xml-api/removeacct?user=hostuser')).toMatch(/<status>1</);
  });

  test('shows the statusmsg of a failure', async () => {
    expect(await ask('/xml-api/createacct?username=root&domain=x.example')).toMatch(
      /<statusmsg>[^<]*is a reserved username/,
    );
  });
});

// github.com/mgufrone/cpanel-php, src/Gufy/CpanelPhp: a POST with everything in the query and no body (Guzzle)
describe('gufy/cpanel-php', () => {
  const ask = async (action: string, query: Record<string, string> = {}) =>
    (
      await client.send(`POST /json-api/${action}?${new URLSearchParams(query).toString()}`, [
        `Authorization: WHM root:${client.token}`,
        'Content-Length: 0',
      ])
    ).json();

  test('lists, creates and destroys accounts', async () => {
    created.push('gufy');
    const account = { username: 'gufy', domain: 'gufy.example', password, plan: 'gold' };
    expect((await ask('createacct', account)).result?.[0]).toMatchObject({ status: 1 });
    expect((await ask('listaccts')).acct?.map(({ user }) => String(user))).toContain('gufy');
    expect((await ask('removeacct', { username: 'gufy' })).result?.[0]).toMatchObject({ status: 1 });
  });
});

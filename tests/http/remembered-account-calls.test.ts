// Remembered responses of calls that pass their arguments on to a function of an account: uapi_cpanel and cpanel.
import { expirePasswords } from '../../src/changes/expire-passwords.ts';
import { ApiError } from '../../src/core/errors.ts';
import { processesOf } from '../../src/machine/processes.ts';
import { callerNamed } from '../support/accounts.ts';
import { TestServer, type Reply } from '../support/server.ts';

const version1 = 'api.version=1';
const uapi = (module: string, func: string, others = '') =>
  `/json-api/uapi_cpanel?${version1}&cpanel.user=bob&cpanel.module=${module}&cpanel.function=${func}${others}`;
const cpanel = (version: string, module: string, func: string, others = '') =>
  `/json-api/cpanel?${version1}&cpanel_jsonapi_user=bob&cpanel_jsonapi_apiversion=${version}` +
  `&cpanel_jsonapi_module=${module}&cpanel_jsonapi_func=${func}${others}`;
const domains = uapi('DomainInfo', 'list_domains');

let server: TestServer;
/** Each call that was run and not served from the cache. */
let made: string[];

beforeEach(async () => {
  server = await TestServer.start();
  const { here } = server;
  await done('createacct', { username: 'bob', domain: 'bob.example' });
  const { find } = here.application.engine;
  made = [];
  here.overrides.find = (command) => {
    made.push(command);
    return find(command);
  };
});
afterEach(() => server.stop());

async function done(command: string, args: Record<string, string> = {}): Promise<void> {
  const { metadata } = await server.here.call(command, args);
  expect([command, metadata.result, metadata.result === 1 || metadata.reason]).toEqual([command, 1, true]);
}

async function tokenOf(user = 'root', name = 'test', acl?: string): Promise<string> {
  const as = await callerNamed(server.here, user);
  const args = { token_name: name, ...(acl !== undefined && { acl }) };
  const { data } = await server.here.call('api_token_create', args, { as });
  return `whm ${user}:${data?.token as string}`;
}

const ask = (authorization: string, path: string): Promise<Reply> =>
  server.ask(path, { headers: { authorization } });

/** The response, and whether the call was run for it. */
async function asked(authorization: string, path: string): Promise<{ text: string; isMade: boolean }> {
  const before = made.length;
  const { text } = await ask(authorization, path);
  return { text, isMade: made.length > before };
}

/** Asks until the response is remembered, and returns it. */
async function remembered(authorization: string, path: string): Promise<string> {
  const first = await asked(authorization, path);
  const second = await asked(authorization, path);
  expect([first.isMade, second]).toEqual([true, { text: first.text, isMade: false }]);
  return first.text;
}

describe('a repeated read', () => {
  test.each([
    ['uapi_cpanel', domains],
    ['with an argument', uapi('DomainInfo', 'single_domain_data', '&domain=bob.example')],
    ['with list options', uapi('SubDomain', 'listsubdomains', '&api.sort=1&api.sort_column=domain')],
    ['that requires a feature', uapi('AddonDomain', 'listaddondomains')],
    ['cpanel with UAPI', cpanel('3', 'DomainInfo', 'list_domains')],
    ['cpanel with API 2', cpanel('2', 'DomainLookup', 'getdocroot', '&domain=bob.example')],
  ])('%s gets the same response, without being run again', async (_what, path) => {
    const text = await remembered(await tokenOf(), path);
    expect(text).toMatch(/"status":1|"result":1/);
  });

  test('has the lines of both functions in the audit log', async () => {
    const token = await tokenOf();
    const { here } = server;
    await ask(token, domains);
    const ofCall = here.audit().slice(-2);
    here.time += 1000;
    expect(await asked(token, domains)).toMatchObject({ isMade: false });
    const again = here.audit().slice(-2);
    expect(again.map((line) => line.function)).toEqual(['DomainInfo::list_domains', 'uapi_cpanel']);
    again.forEach((line, at) => {
      const { time, xid, ...others } = line;
      expect(ofCall[at]).toMatchObject({ ...others, authentication: 'token test', address: '127.0.0.1' });
      expect(time).not.toBe(ofCall[at]?.time);
      expect(xid).toEqual(expect.any(String));
    });
    expect(again[0]?.arguments).toContainEqual(['cpanel.user', 'bob']);
  });

  test('many times is counted for both functions', async () => {
    const token = await tokenOf();
    const { here } = server;
    const before = here.audit().length;
    for (let time = 0; time < 40; time++) await ask(token, domains);
    await here.application.writeSummaries();
    const counts = new Map<string, number>();
    for (const { function: name, calls = 1 } of here.audit().slice(before))
      counts.set(name, (counts.get(name) ?? 0) + calls);
    expect(Object.fromEntries(counts)).toEqual({ 'DomainInfo::list_domains': 40, uapi_cpanel: 40 });
    expect(here.audit().length - before).toBeLessThan(80);
  });

  test('of the disk usage is remembered as long as the measurement is valid', async () => {
    const token = await tokenOf();
    const path = uapi('Quota', 'get_local_quota_info');
    await ask(token, path);
    expect((await asked(token, path)).isMade).toBe(false);
    server.here.time += 60_001;
    expect((await asked(token, path)).isMade).toBe(true);
  });
});

describe('a change ends it at once', () => {
  test.each([
    [
      'a further domain',
      'create_subdomain',
      { domain: 'shop.bob.example', document_root: 'public_html/shop' },
      'shop.bob',
    ],
    ['a suspension', 'suspendacct', { user: 'bob' }, '"status":1'],
    ['the end of the account', 'removeacct', { username: 'bob' }, 'You do not have a user named “bob”.'],
    ['another main domain', 'modifyacct', { user: 'bob', domain: 'bobs.example' }, 'bobs.example'],
  ])('%s', async (_what, command, args, expected) => {
    const token = await tokenOf();
    await remembered(token, domains);
    await done(command, args);
    const { text, isMade } = await asked(token, domains);
    expect([isMade, text.includes(expected) || text]).toEqual([true, true]);
  });

  test('another feature list, and a change of a feature list', async () => {
    await done('create_featurelist', { featurelist: 'poor', addondomains: '0' });
    await done('addpkg', { name: 'poor', featurelist: 'poor' });
    const token = await tokenOf();
    const path = uapi('AddonDomain', 'listaddondomains');
    expect(await remembered(token, path)).toContain('"status":1');
    await done('changepackage', { user: 'bob', pkg: 'poor' });
    expect((await ask(token, path)).text).toContain('it requires the feature “addondomains”');
    await done('update_featurelist', { featurelist: 'poor', addondomains: '1' });
    expect(await remembered(token, path)).toContain('"status":1');
    await done('update_featurelist', { featurelist: 'poor', addondomains: '0' });
    expect((await ask(token, path)).text).toContain('it requires the feature “addondomains”');
  });

  describe('for a reseller', () => {
    let token: string;
    beforeEach(async () => {
      for (const user of ['anna', 'otto']) {
        await done('createacct', { username: user, domain: `${user}.example` });
        await done('setupreseller', { user, makeowner: '0' });
        const acls = { 'acl-cpanel-api': '1', 'acl-manage-api-tokens': '1' };
        await done('setacls', { reseller: user, ...acls });
      }
      await done('modifyacct', { user: 'bob', owner: 'anna' });
      token = await tokenOf('anna');
      expect(await remembered(token, domains)).toContain('"main_domain":"bob.example"');
    });

    test('another owner', async () => {
      await done('modifyacct', { user: 'bob', owner: 'otto' });
      expect((await ask(token, domains)).text).toContain('You do not have access to an account named “bob”.');
      expect(await remembered(await tokenOf('otto'), domains)).toContain('"main_domain":"bob.example"');
    });

    test('a lost privilege', async () => {
      await done('setacls', { reseller: 'anna', 'acl-manage-api-tokens': '1' });
      expect((await ask(token, domains)).text).toContain('It requires the privilege “cpanel-api”.');
    });

    test('a removed token', async () => {
      const as = await callerNamed(server.here, 'anna');
      await server.here.call('api_token_revoke', { token_name: 'test' }, { as });
      expect(await ask(token, domains)).toMatchObject({ status: 403 });
    });

    test('nobody else gets the response', async () => {
      const other = await tokenOf('otto');
      const narrow = await tokenOf('anna', 'narrow', 'manage-api-tokens');
      for (let time = 0; time < 2; time++) {
        expect((await ask(other, domains)).text).toContain(
          'You do not have access to an account named “bob”.',
        );
        expect((await ask(narrow, domains)).text).toContain('It requires the privilege “cpanel-api”.');
      }
    });
  });
});

describe('is run again each time:', () => {
  const clock = '&domain=bob.example&return_https_redirect_status=1';
  test.each([
    ['a change', uapi('NVData', 'set', '&names=a&a=b')],
    ['a function that reads files', uapi('NVData', 'get', '&names=a')],
    ['what also depends on the month', uapi('ResourceUsage', 'get_usages')],
    ['what also depends on the time', uapi('DomainInfo', 'single_domain_data', clock)],
    ['a function that fails', uapi('DomainInfo', 'single_domain_data', '&domain=eve.example')],
    ['an unknown function', uapi('DomainInfo', 'list_domainz')],
    ['a dry run', `${domains}&api.dry_run=1`],
    ['calls of a batch', uapi('Batch', 'strict', '&command=%5B%22DomainInfo%22%2C%22list_domains%22%5D')],
    ['API 1', cpanel('1', 'DomainInfo', 'list_domains')],
  ])('%s', async (_what, path) => {
    const token = await tokenOf();
    const made3 = [await asked(token, path), await asked(token, path), await asked(token, path)];
    expect(made3.map(({ isMade }) => isMade)).toEqual([true, true, true]);
  });

  test.each([['DomainInfo::list_domains'], ['uapi_cpanel']])(
    'a call whose audit line of %s could not be written',
    async (name) => {
      const token = await tokenOf();
      const { audit } = server.here.engine;
      let failures = 0;
      server.here.overrides.audit = async (record, ...others) => {
        if (record.function === name && failures++ === 0)
          throw new ApiError('store_unavailable', 'The disk is full.');
        return audit(record, ...others);
      };
      const failed = await asked(token, domains);
      expect([failures, failed.text]).toEqual([1, expect.stringContaining('The disk is full.')]);
      const { text, isMade } = await asked(token, domains);
      expect([isMade, text]).toEqual([true, expect.stringContaining('"main_domain":"bob.example"')]);
    },
  );

  test('a read while an operation is in the journal', async () => {
    const { engine } = server.here;
    const token = await tokenOf();
    const another = processesOf({ pid: process.ppid, kill: () => true }).own();
    const about = { process: another, xid: 'left', caller: 'root' };
    await engine.store.transaction('changes', async (db) => {
      await engine.journal.open(db, { ...expirePasswords(['bob']), steps: [] }, about);
      return { value: undefined, keep: true };
    });
    await ask(token, domains);
    expect((await asked(token, domains)).isMade).toBe(true);
  });
});

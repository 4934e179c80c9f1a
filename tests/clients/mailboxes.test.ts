// Openly licensed programs that manage mailboxes: the tests send their requests, and read from the responses what they read.
import { basic, TestServer, type Reply } from '../support/server.ts';

const password = 'four unusual words, Xylophone';
let server: TestServer;
let token: string;

beforeAll(async () => {
  server = await TestServer.startWithAccounts();
  await server.here.call('createacct', { username: 'bob', domain: 'bob.example', password });
  const created = await server.here.uapi('bob', 'Tokens::create_full_access', { name: 'mail' });
  token = (created.data as { token: string }).token;
});
afterAll(() => server.stop());

interface Answer {
  readonly status: number;
  readonly errors: readonly string[] | null;
  readonly data: unknown;
}
const read = ({ status, text }: Reply): Answer => {
  expect(status).toBe(200);
  return JSON.parse(text) as Answer;
};

// github.com/kztmk/node-cpanel-client, cpanel.js: a password, and both APIs with a query
describe('node-cpanel-client', () => {
  const authorization = basic('bob', password);
  const query = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
  const get = async (path: string) => server.askAccounts(path, { headers: { authorization } });
  /** It throws if `errors` is there. */
  const uapi = async (func: string, fields: Record<string, string> = {}) => {
    const { errors, data } = read(await get(`/execute/Email/${func}?${query(fields)}`));
    expect([func, errors]).toEqual([func, null]);
    return data;
  };
  /** It throws if `cpanelresult.error` is there. */
  const api2 = async (func: string, fields: Record<string, string> = {}) => {
    const named = {
      ...{ cpanel_jsonapi_user: 'bob', cpanel_jsonapi_module: 'Email', cpanel_jsonapi_func: func },
      ...{ cpanel_jsonapi_apiversion: '2', ...fields },
    };
    const { text } = await get(`/json-api/cpanel?${query(named)}`);
    const { cpanelresult } = JSON.parse(text) as { cpanelresult: { error?: string; data: unknown } };
    expect([func, cpanelresult.error]).toEqual([func, undefined]);
    return cpanelresult.data;
  };

  test('creates, lists, changes and removes a mailbox with a forwarder', async () => {
    const box = { email: 'sales', domain: 'bob.example' };
    expect(await uapi('add_pop', { ...box, password, quota: '100' })).toBe('sales+bob.example');
    expect(await uapi('list_pops_with_disk', { domain: 'bob.example' })).toMatchObject([
      { email: 'sales@bob.example', diskquota: expect.anything() as unknown },
    ]);
    await uapi('edit_pop_quota', { ...box, quota: '200' });
    await uapi('passwd_pop', { ...box, password: `${password} 2` });
    await uapi('add_forwarder', { ...box, fwdopt: 'fwd', fwdemail: 'ann@world.example' });
    expect(await uapi('list_forwarders', { domain: 'bob.example' })).toMatchObject([
      { dest: 'sales@bob.example', forward: 'ann@world.example' },
    ]);
    await uapi('delete_forwarder', { address: 'sales@bob.example', forwarder: 'ann@world.example' });
    expect(await api2('listpopswithdisk', { domain: 'bob.example' })).toMatchObject([{ user: 'sales' }]);
    await api2('delpop', box);
    expect(await api2('listpops')).toMatchObject([{ email: 'bob' }]);
  });
});

// github.com/CpanelInc/cpanel-node-api: a token, and the arguments of a POST in its body, as JSON or as a form
describe('cpanel-node-api', () => {
  const post = async (func: string, type: string, body: string) =>
    read(
      await server.askAccounts(`/execute/Email/${func}`, {
        ...{ method: 'POST', body },
        headers: { authorization: `cpanel bob:${token}`, 'content-type': type },
      }),
    );

  test.each([
    ['application/json', (fields: Record<string, string>) => JSON.stringify(fields)],
    [
      'application/x-www-form-urlencoded',
      (fields: Record<string, string>) => new URLSearchParams(fields).toString(),
    ],
  ])('sends %s', async (type, write) => {
    const box = { email: 'info', domain: 'bob.example' };
    const added = await post(
      'add_pop',
      type,
      write({ ...box, password, quota: '0', send_welcome_email: '0' }),
    );
    expect(added).toMatchObject({ status: 1, errors: null });
    const again = await post('add_pop', type, write({ ...box, password }));
    expect(again).toMatchObject({ status: 0, errors: [expect.stringContaining('info@bob.example')] });
    const listed = await post('list_pops', type, write({ regex: 'info@' }));
    expect(listed.data).toMatchObject([{ email: 'info@bob.example', login: 'info@bob.example' }]);
    expect(await post('delete_pop', type, write({ email: 'info@bob.example' }))).toMatchObject({ status: 1 });
  });
});

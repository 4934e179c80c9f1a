// Request bodies of real clients: forms with any content type or none, multipart, and JSON. Also bodies that are
// expensive to read.
import { password, TestServer } from '../support/server.ts';
import { watchPasswords } from '../support/watched-passwords.ts';

let server: TestServer;
let authorization: string;
beforeAll(async () => {
  server = await TestServer.start();
  const { data } = await server.here.call('api_token_create', { token_name: 'test' });
  authorization = `whm root:${data?.token as string}`;
  watchPasswords(server.here);
});
afterAll(() => server.stop());

/** A body of bytes, to which fetch adds no content type. */
const bytes = (text: string) => new TextEncoder().encode(text);
const post = (path: string, body: string | FormData, type?: string) =>
  server.ask(path, {
    method: 'POST',
    body: typeof body === 'string' ? bytes(body) : body,
    headers: { authorization, ...(type === undefined ? {} : { 'content-type': type }) },
  });
const issuer = async () =>
  (await server.here.call('twofactorauth_get_issuer')).data?.issuer as string | undefined;

const types = [
  undefined,
  'application/octet-stream',
  'text/plain',
  'text/plain; charset=utf-8',
  'application/x-www-form-urlencoded; charset=UTF-8',
  'application/vnd.example',
];

describe.each(types)('with the content type %s', (type) => {
  test('a form is read as a form', async () => {
    const value = `Form+of+${(type ?? 'none').replaceAll(/\W/g, '')}`;
    const reply = await post('/json-api/twofactorauth_set_issuer', `api.version=1&issuer=${value}`, type);
    expect(JSON.parse(reply.text)).toMatchObject({ metadata: { result: 1 } });
    expect(await issuer()).toBe(value.replaceAll('+', ' '));
  });

  test('JSON is read as JSON', async () => {
    const value = `JSON of ${type ?? 'none'}`;
    const body = JSON.stringify({ 'api.version': 1, issuer: value });
    const reply = await post('/json-api/twofactorauth_set_issuer', body, type);
    expect(JSON.parse(reply.text)).toMatchObject({ metadata: { result: 1 } });
    expect(await issuer()).toBe(value);
  });

  test('a login is accepted', async () => {
    const body = new URLSearchParams({ user: 'root', pass: password, login_only: '1' }).toString();
    expect((await post('/login', body, type)).status).toBe(200);
  });
});

function formData(fields: Readonly<Record<string, string>>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}

test('multipart is read, for calls and for a login', async () => {
  const value = 'Ünusual & "quoted" = + % 100';
  const reply = await post(
    '/json-api/twofactorauth_set_issuer',
    formData({ 'api.version': '1', issuer: value }),
  );
  expect(JSON.parse(reply.text)).toMatchObject({ metadata: { result: 1 } });
  expect(await issuer()).toBe(value);
  expect((await post('/login', formData({ user: 'root', pass: password, login_only: '1' }))).status).toBe(
    200,
  );
});

test('a file is the value of its field', async () => {
  const setting = async () => {
    const { data } = await server.here.call('get_tweaksetting', { key: 'chkservd_check_interval' });
    return (data?.tweaksetting as { value: string }).value;
  };
  const form = formData({ 'api.version': '1', module: 'Main' });
  const text = `${'# a comment — of WHM\n'.repeat(10_000)}chkservd_check_interval=77\n`;
  form.append('file', new Blob([text]), 'cpanel.config');
  const reply = await post('/json-api/restore_config_from_upload', form);
  expect(JSON.parse(reply.text)).toMatchObject({ metadata: { result: 1 } });
  expect(await setting()).toBe('77');
});

describe('is rejected with a reason, and nothing is changed', () => {
  const path = '/json-api/twofactorauth_set_issuer?api.version=1&issuer=Changed';
  const withFiles = formData({ a: 'b' });
  for (let at = 0; at < 17; at++) withFiles.append('file', new Blob(['x']), 'x.txt');
  const withBytes = formData({ a: 'b' });
  withBytes.append('file', new Blob([Uint8Array.of(0xff, 0xfe)]), 'x.bin');
  const cutInFile =
    '--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\nContent-Type: text/plain\r\n\r\nb';
  const cut = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb';
  test.each<[string, string | FormData, string | undefined, number, string]>([
    ['17 files', withFiles, undefined, 400, 'more than 16 files'],
    ['a file that is not text', withBytes, undefined, 400, 'not valid UTF-8'],
    [
      'multipart that breaks off in a file',
      cutInFile,
      'multipart/form-data; boundary=x',
      400,
      'not valid multipart/form-data',
    ],
    [
      'multipart that breaks off',
      cut,
      'multipart/form-data; boundary=x',
      400,
      'not valid multipart/form-data',
    ],
    ['multipart without a boundary', cut, 'multipart/form-data', 400, 'not valid multipart/form-data'],
    [
      '1,001 parts',
      formData(Object.fromEntries(Array.from({ length: 1001 }, (_, at) => [`k${at}`, '']))),
      undefined,
      400,
      'more than 1000 fields',
    ],
    ['XML', '<a b="c">d=e</a>', 'text/xml', 415, 'A body must be a form'],
    ['500,000 parameters', 'a&'.repeat(500_000), undefined, 400, 'more than 10000 parameters'],
    ['500,000 levels of JSON', '['.repeat(500_000), 'application/json', 400, 'more than 64 levels'],
    [
      '100,000 values of JSON',
      `{"a":[${'1,'.repeat(100_000)}1]}`,
      'application/json',
      400,
      'more than 20000 values',
    ],
    [
      '15,000 members of JSON',
      `{${Array.from({ length: 15_000 }, (_, at) => `"k${at}":1`).join(',')}}`,
      'text/plain',
      400,
      'more than 10000 parameters',
    ],
    ['escapes that are not UTF-8', 'a=%ff', undefined, 400, 'not valid UTF-8'],
  ])('%s', async (_what, body, type, status, reason) => {
    const before = await issuer();
    const reply = await post(path, body, type);
    expect([reply.status, (JSON.parse(reply.text) as { error: string }).error]).toEqual([
      status,
      expect.stringContaining(reason),
    ]);
    expect(await issuer()).toBe(before);
  });
});

test('U+FFFD that was sent as such is not an error', async () => {
  const reply = await post('/json-api/twofactorauth_set_issuer', 'api.version=1&issuer=a%EF%BF%BDb\uFFFDc');
  expect(JSON.parse(reply.text)).toMatchObject({ metadata: { result: 1 } });
});

// Reading ends at the first limit. `npm run bench -- --only=attack` measures the effect of such bodies on other
// clients.
describe('a hostile body of a mebibyte', () => {
  const mebibyte = 1_048_000;
  test.each<[string, string, string | undefined, number, string]>([
    ['spaces', `a=${'+'.repeat(mebibyte)}`, undefined, 200, '"result":1'],
    ['broken escapes', `a=${'%zz'.repeat(mebibyte / 3)}`, undefined, 200, '"result":1'],
    ['escapes that are not UTF-8', `a=${'%ff'.repeat(mebibyte / 3)}`, undefined, 400, 'not valid UTF-8'],
    [
      'JSON objects',
      `{"a":[${'{"b":1},'.repeat(mebibyte / 9)}1]}`,
      'application/json',
      400,
      'more than 20000 values',
    ],
    [
      'parts',
      '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'.repeat(mebibyte / 52),
      'multipart/form-data; boundary=x',
      400,
      'more than 1000 fields',
    ],
  ])('of %s gets a response', async (_what, body, type, status, text) => {
    const reply = await post('/json-api/version?api.version=1', body, type);
    expect([reply.status, reply.text]).toEqual([status, expect.stringContaining(text)]);
  });
});

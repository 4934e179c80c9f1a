// Webmail: who can log in, and what its pages show of a real Maildir. Bob and eve are accounts.
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOptions } from '../../src/http/options.ts';
import { codeAt } from '../../src/capabilities/two-factor/rules/totp.ts';
import { basic, sessionOf, TestServer, type Reply } from '../support/server.ts';

const bobs = 'correct horse battery staple 7';
const eves = 'another horse battery staple 8';
let server: TestServer;

beforeAll(async () => {
  server = await TestServer.startWithWebmail();
  const { here } = server;
  await here.call('createacct', { username: 'bob', domain: 'bob.example', password: bobs });
  await here.call('createacct', { username: 'eve', domain: 'eve.example', password: eves });
});
afterAll(() => server.stop());

const at = (...parts: string[]) => join(server.here.state, 'root/home/bob', ...parts);

function makeMaildir(...folder: string[]): void {
  for (const part of ['cur', 'new', 'tmp']) mkdirSync(at('mail', ...folder, part), { recursive: true });
}

/** @param path below `mail`. */
function deliver(path: string, lines: readonly string[]): void {
  writeFileSync(at('mail', path), lines.join('\r\n'));
}

function logIn(user: string, pass: string, more: Record<string, string> = {}): Promise<Reply> {
  return server.askWebmail('/login', { method: 'POST', body: new URLSearchParams({ user, pass, ...more }) });
}

async function linkFor(user: string): Promise<string> {
  const { data } = await server.here.call('create_user_session', { service: 'webmaild', user });
  const { pathname, search } = new URL(data?.url as string);
  return pathname + search;
}

/** Reads pages in a session of its own. */
async function reader(user = 'bob', pass = bobs): Promise<(path: string) => Promise<Reply>> {
  const { cookie, path } = sessionOf(await logIn(user, pass));
  return (page) => server.askWebmail(path + page, { headers: { cookie } });
}

const query = (fields: Record<string, string>) => new URLSearchParams(fields).toString();

/** The texts of the subjects in a list of messages, without the mark of unread ones. */
function subjectsIn({ text }: Reply): string[] {
  return [...text.matchAll(/<td class="subject">\s*<a [^>]*>([^<]*)<\/a\s*>/g)].map(
    ([, subject = '']) => subject,
  );
}

const SIMPLE = [
  'From: Amy <amy@example.org>',
  'To: bob@bob.example',
  'Subject: Lunch',
  'Date: Tue, 03 Mar 2026 11:00:00 +0100',
  '',
  'At noon?',
  '',
];

describe('a login', () => {
  test('by a link opens the account’s mailbox once, and nowhere else', async () => {
    const link = await linkFor('bob');
    expect((await server.ask(link)).status).toBe(401);
    expect((await server.askAccounts(link)).status).toBe(401);
    const { cookie, path } = sessionOf(await server.askWebmail(link));
    expect(cookie).toMatch(/^webmailsession=/);
    const page = await server.askWebmail(`${path}/`, { headers: { cookie } });
    expect([page.status, page.text.includes('This server does not send mail.')]).toEqual([200, true]);
    expect((await server.askWebmail(link)).status).toBe(401);
    // Neither the session of webmail at the other doors, nor the other way round.
    const renamed = cookie.replace('webmailsession', 'cpsession');
    const api = `${path}/execute/DomainInfo/list_domains`;
    expect((await server.askAccounts(api, { headers: { cookie: renamed } })).status).toBe(401);
    const body = new URLSearchParams({ user: 'bob', pass: bobs });
    const other = sessionOf(await server.askAccounts('/login', { method: 'POST', body }));
    const asWebmail = other.cookie.replace('cpsession', 'webmailsession');
    const refused = await server.askWebmail(`${other.path}/`, { headers: { cookie: asWebmail } });
    expect([refused.status, refused.headers.get('location')]).toEqual([303, '/']);
  });

  test('by password needs the password, and both parts of the session', async () => {
    expect((await logIn('bob', 'wrong')).status).toBe(401);
    expect((await logIn('root', 'wrong')).status).toBe(401);
    const { cookie, path } = sessionOf(await logIn('bob', bobs));
    expect((await server.askWebmail(`${path}/`, { headers: { cookie } })).status).toBe(200);
    expect((await server.askWebmail(`${path}/`)).status).toBe(303);
    expect((await server.askWebmail('/cpsess0123456789/', { headers: { cookie } })).status).toBe(303);
    await server.askWebmail(`${path}/logout`, { headers: { cookie } });
    expect((await server.askWebmail(`${path}/`, { headers: { cookie } })).status).toBe(303);
  });

  test('is no door to the API', async () => {
    const headers = { authorization: basic('bob', bobs) };
    for (const path of ['/execute/DomainInfo/list_domains', '/json-api/version', '/openapi.json'])
      expect([path, (await server.askWebmail(path, { headers })).status]).toEqual([path, 404]);
  });

  test('ends with a new password, a suspension and the loss of the feature', async () => {
    const { here } = server;
    const open = async () => {
      const read = await reader('eve', eves);
      return async () => (await read('/')).status;
    };
    let status = await open();
    expect(await status()).toBe(200);
    await here.call('passwd', { user: 'eve', password: eves });
    expect(await status()).toBe(303);
    status = await open();
    await here.call('suspendacct', { user: 'eve' });
    expect([await status(), (await logIn('eve', eves)).status]).toEqual([303, 401]);
    await here.call('unsuspendacct', { user: 'eve' });
    status = await open();
    await here.call('add_override_features_for_user', { user: 'eve', features: '{"webmail":0}' });
    expect([await status(), (await logIn('eve', eves)).status]).toEqual([303, 401]);
    await here.call('remove_override_features_for_user', { user: 'eve', features: '["webmail"]' });
    expect(await status()).toBe(200);
  });

  test('needs the code of an account with a second factor', async () => {
    const { here } = server;
    await here.call('twofactorauth_enable_policy');
    const secret = 'WJ73QJSKZBXCIFPZ';
    await here.uapi('eve', 'TwoFactorAuth::set_user_configuration', {
      secret,
      tfa_token: codeAt(secret, here.time),
    });
    expect(JSON.parse((await logIn('eve', eves)).text)).toMatchObject({ error_code: 'tfa_required' });
    here.time += 30_000;
    expect((await logIn('eve', eves, { tfa_token: codeAt(secret, here.time) })).status).toBe(200);
    await here.call('twofactorauth_remove_user_config', { user: ['eve'] });
  });
});

describe('the list of messages', () => {
  beforeEach(() => {
    rmSync(at('mail'), { recursive: true, force: true });
    makeMaildir();
  });

  test('of a mailbox that does not exist is empty', async () => {
    rmSync(at('mail'), { recursive: true });
    const { status, text } = await (await reader())('/');
    expect([status, text.includes('There are no messages in this folder.')]).toEqual([200, true]);
  });

  test('shows the newest first, with sender, size and whether they are unread', async () => {
    deliver('cur/1770000000.M1.host:2,S', SIMPLE);
    deliver('cur/1770000002.M1.host:2,R', SIMPLE.with(2, 'Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?='));
    deliver('new/1770000001.M1.host', SIMPLE.with(2, 'X: 1'));
    deliver('tmp/1770000003.M1.host', SIMPLE);
    const page = await (await reader())('/');
    expect(subjectsIn(page)).toEqual(['Grüße', '(no subject)', 'Lunch']);
    expect(page.text.match(/<tr class="unread">/g)).toHaveLength(2);
    expect(page.text).toContain('Amy &lt;amy@example.org&gt;');
    expect(page.text).toContain('2026-02-02 02:40 UTC');
    expect(page.text).toContain(`${SIMPLE.join('\r\n').length} B`);
  });

  test('has folders, whose names people can read', async () => {
    for (const folder of ['.Sent', '.Junk.old', '.Entw&APw-rfe']) makeMaildir(folder);
    mkdirSync(at('mail/bob.example'));
    deliver('.Junk.old/cur/1770000000.M1.host:2,', SIMPLE);
    const read = await reader();
    const { text } = await read('/');
    const titles = [...text.matchAll(/<li>\s*<a href="[^"]*\?folder=[^"]*"[^>]*>([^<]*)<\/a\s*>/g)].map(
      ([, title]) => title,
    );
    expect(titles).toEqual(['Entwürfe', 'Junk/old', 'Sent']);
    const junk = await read(`/?${query({ folder: '.Junk.old' })}`);
    expect(subjectsIn(junk)).toEqual(['Lunch']);
    expect(junk.text).toContain('<h1>Junk/old</h1>');
  });

  test('has 50 messages on a page', async () => {
    for (let n = 0; n < 120; n++)
      deliver(
        `${n < 5 ? 'new' : 'cur'}/${1770000000 + n}.M1.host${n < 5 ? '' : ':2,S'}`,
        SIMPLE.with(2, `Subject: ${n}`),
      );
    const read = await reader();
    const first = await read('/');
    expect(first.text).toContain('Page 1 of 3, 120 messages');
    const numbers = (count: number, from: number) =>
      Array.from({ length: count }, (_one, index) => String(from - index));
    expect(subjectsIn(first)).toEqual(numbers(50, 119));
    expect(subjectsIn(await read('/?page=2'))).toEqual(numbers(50, 69));
    expect(subjectsIn(await read('/?page=3'))).toEqual(numbers(20, 19));
    expect(subjectsIn(await read('/?page=999999'))).toEqual([]);
    expect(subjectsIn(await read('/?page=-1'))).toEqual(numbers(50, 119));
  });

  test('contains only files below the Maildir', async () => {
    writeFileSync(at('secret'), 'Subject: A secret\n\n');
    symlinkSync(at('secret'), at('mail/cur/1770000000.M1.host:2,S'));
    symlinkSync('/etc', at('mail/.Etc'));
    mkdirSync(at('mail/cur/1770000001.M1.host:2,S'));
    execFileSync('mkfifo', [at('mail/new/1770000002.M1.host')]);
    const read = await reader();
    const { text } = await read('/');
    expect([text.includes('A secret'), text.includes('Etc'), text.includes('message?')]).toEqual([
      false,
      false,
      false,
    ]);
    for (const name of ['1770000000.M1.host:2,S', '1770000002.M1.host', '../../secret', '..', '', 'a\0'])
      expect([name, (await read(`/message?${query({ name })}`)).status]).toEqual([name, 404]);
    for (const folder of ['..', '.Etc', '/etc', '.a/../..', '.x\0']) {
      const { text: answer } = await read(`/?${query({ folder })}`);
      expect([folder, /message\?|root:/.test(answer)]).toEqual([folder, false]);
    }
  });

  test('says why a Maildir cannot be read', async () => {
    rmSync(at('mail'), { recursive: true });
    symlinkSync('/tmp', at('mail'));
    const { status, text } = await (await reader())('/');
    expect([status, /role="alert">[^<]*home directory/.test(text)]).toEqual([200, true]);
  });
});

describe('a message', () => {
  beforeEach(() => {
    rmSync(at('mail'), { recursive: true, force: true });
    makeMaildir();
  });

  const NAME = '1770000000.M1.host';
  const own = query({ name: NAME });

  test('shows its header and text, and is found after a mail program has moved it', async () => {
    deliver(
      `new/${NAME}`,
      SIMPLE.with(1, 'To: bob@bob.example, "Eve, E." <eve@eve.example>\r\nCc: x@y.example'),
    );
    const read = await reader();
    const { text } = await read(`/message?${own}`);
    for (const part of [
      'At noon?',
      'amy@example.org',
      'Eve, E. &lt;eve@eve.example&gt;',
      'x@y.example',
      'Lunch',
    ])
      expect([part, text.includes(part)]).toEqual([part, true]);
    expect(text).toContain('2026-03-03 10:00 UTC');
    renameSync(at(`mail/new/${NAME}`), at(`mail/cur/${NAME}:2,S`));
    expect((await read(`/message?${own}`)).text).toContain('At noon?');
    rmSync(at(`mail/cur/${NAME}:2,S`));
    expect((await read(`/message?${own}`)).status).toBe(404);
  });

  const EVIL = '<script>alert(1)</script><img src=x onerror=alert(2)>"\'';
  const word = (text: string) => `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;

  test('cannot bring its own HTML into the page', async () => {
    deliver(`cur/${NAME}:2,S`, [
      `From: ${word(EVIL)} <a@b.example>`,
      `To: "${EVIL.replaceAll('"', '')}" <c@d.example>`,
      `Subject: ${word(`${EVIL}\u202egpj.exe\r\nSet-Cookie: a=b`)}`,
      `Date: ${EVIL}`,
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      '',
      EVIL,
      '--b',
      `Content-Type: text/x-${EVIL.replaceAll(/[ "']/g, '')}`,
      `Content-Disposition: attachment; filename="${word(`../${EVIL}\r\nX: y`)}"`,
      '',
      EVIL,
      '--b--',
    ]);
    const read = await reader();
    const list = await read('/');
    const page = await read(`/message?${query({ name: `${NAME}:2,S` })}`);
    for (const { text } of [list, page]) {
      expect(text.match(/<script[^>]*>/g)).toEqual([
        expect.stringMatching(/^<script type="module" src="\/[^"]*">$/),
      ]);
      expect([text.includes('<img src=x'), text.includes('\u202e')]).toEqual([false, false]);
      expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    }
    const file = await read(`/attachment?${query({ name: `${NAME}:2,S`, index: '0' })}`);
    expect([file.status, file.text.trim()]).toEqual([200, EVIL]);
    const { headers } = file;
    expect([headers.get('content-type'), headers.get('x-content-type-options')]).toEqual([
      'application/octet-stream',
      'nosniff',
    ]);
    expect(headers.get('content-disposition')).toMatch(
      /^attachment; filename="attachment"; filename\*=UTF-8''[\w.%~!-]+$/,
    );
    expect((await read(`/attachment?${query({ name: `${NAME}:2,S`, index: '1' })}`)).status).toBe(404);
  });

  test('in HTML is shown as text', async () => {
    const markup =
      '<head><style>p { x: y }</style></head><h1>Offers</h1><p>1 &lt; 2</p><script>alert(1)</script><img src="//x.example">';
    const head = ['Subject: Offers', 'Content-Type: text/html; charset=utf-8', ''];
    deliver(`cur/${NAME}:2,S`, [...head, markup]);
    const read = await reader();
    const { text } = await read(`/message?${own}`);
    expect(/<pre class="message-text">([^<]*)<\/pre>/.exec(text)?.[1]?.split(/\s+/)).toEqual([
      'Offers',
      '1',
      '&lt;',
      '2',
    ]);
    expect(text).toContain('This is the text of a message in HTML, without its pictures.');
    // More than is converted.
    deliver(`cur/${NAME}:2,S`, [...head, '<p>again</p>'.repeat(50_000)]);
    expect((await read(`/message?${own}`)).text).toContain('The message is longer than this page shows.');
  });

  test('that is too large is refused, and listed by its header', async () => {
    deliver(`cur/${NAME}:2,S`, SIMPLE);
    truncateSync(at(`mail/cur/${NAME}:2,S`), 1024 ** 3);
    const read = await reader();
    const list = await read('/');
    expect([subjectsIn(list), list.text.includes('1.0 GiB')]).toEqual([['Lunch'], true]);
    const { status, text } = await read(`/message?${own}`);
    expect([status, /role="alert">[^<]*26214400/.test(text)]).toEqual([422, true]);
  });

  test.each([
    ['nothing', []],
    ['a header that never ends', Array.from({ length: 50_000 }, (_one, n) => `X-${n}: y`)],
    [
      'a part in a part in a part',
      Array.from(
        { length: 500 },
        (_one, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}`,
      ),
    ],
    ['bytes', [String.fromCharCode(...Array.from({ length: 256 }, (_one, n) => n))]],
  ])('can be malformed: %s', async (_what, lines) => {
    deliver(`cur/${NAME}:2,S`, lines);
    const read = await reader();
    const [list, page] = [await read('/'), await read(`/message?${own}`)];
    expect([list.status, [200, 422].includes(page.status)]).toEqual([200, true]);
  });
});

test('the port for webmail is 2096 if WHM’s port is 2087, unless it is disabled', () => {
  const portOf = (...argv: string[]) => readOptions(argv, {}).webmailPort;
  expect([portOf(), portOf('--port', '1234'), portOf('--no-webmail')]).toEqual([2096, undefined, undefined]);
  expect(portOf('--port', '1234', '--webmail-port', '5678')).toBe(5678);
  expect(() => readOptions(['--bind', '192.0.2.1', '--webmail-http-port', '2095'], {})).toThrow('Plain HTTP');
  expect(() => readOptions(['--port', '1', '--webmail-http-port', '2'], {})).toThrow('needs --webmail-port');
  expect(() => readOptions(['--no-webmail', '--webmail-port', '2096'], {})).toThrow('exclude each other');
});

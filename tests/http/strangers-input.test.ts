// What strangers have parsed before anybody knows them: no text takes much more of the processor than a harmless one of
// the same length. The figures are ratios of one run, so a slow machine does not matter.
import { connect } from 'node:net';
import { cpuUsage } from 'node:process';
import { MailPolicy } from '../../src/http/mail-policy.ts';
import { TestServer } from '../support/server.ts';

/** The lengths of bodies, and of headers and paths, which have at most 16 KiB together. */
const SIZES = { body: [8192, 65_536], head: [1900, 15_200] } as const;
type Place = keyof typeof SIZES;
/** The least of these runs counts: other work of this machine can only prolong one. */
const RUNS = 2;
/** How many times the processor time of the harmless request is allowed. */
const MOST = 24;
/** What takes less is not told apart from the rest of a request. */
const LEAST_USUAL_MS = 5;

let server: TestServer;
let policy: MailPolicy;
let policyUrl: string;
beforeAll(async () => {
  server = await TestServer.startWithWebmail();
  policy = new MailPolicy(server.here.application);
  policyUrl = `http://127.0.0.1:${await policy.start(0)}`;
});
afterAll(async () => {
  await policy.close();
  await server.stop();
});

/** A request as bytes, without what all have. */
interface Asked {
  readonly line: string;
  readonly headers?: readonly string[];
  readonly body?: string;
}

/** @returns the status, and the milliseconds of processor time that this process took. */
async function ask(url: string, { line, headers = [], body = '' }: Asked): Promise<[number, number]> {
  const all = [`${line} HTTP/1.1`, ...headers];
  if (!headers.some((one) => one.startsWith('Host:'))) all.push('Host: x');
  if (!headers.some((one) => /^content-length:/i.test(one)))
    all.push(`Content-Length: ${Buffer.byteLength(body)}`);
  const bytes = Buffer.from([...all, 'Connection: close', '', body].join('\r\n'));
  const before = cpuUsage();
  const text = await new Promise<string>((resolve) => {
    const pieces: Buffer[] = [];
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (piece: Buffer) => pieces.push(piece));
    // A request that is refused early can end with a reset.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Buffer.concat(pieces).toString('latin1')));
  });
  const { user, system } = cpuUsage(before);
  return [Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), (user + system) / 1000];
}

async function leastOf(url: string, asked: Asked): Promise<number> {
  let least = Infinity;
  for (let run = 0; run < RUNS; run++) {
    const [, ms] = await ask(url, asked);
    least = Math.min(least, ms);
  }
  return least;
}

/** `one` again and again, up to `size` characters. */
function filled(size: number, one: string | ((at: number) => string)): string {
  const pieces: string[] = [];
  for (let at = 0, length = 0; length < size; at++) {
    const piece = typeof one === 'string' ? one : one(at);
    length += piece.length;
    pieces.push(piece);
  }
  return pieces.join('').slice(0, size);
}

type Make = (size: number) => Asked;

const post =
  (path: string, body: (size: number) => string, ...headers: string[]): Make =>
  (size) => ({ line: `POST ${path}`, headers, body: body(size) });
const get =
  (head: (size: number) => string): Make =>
  (size) => ({ line: 'GET /', headers: [head(size)] });

const FORM = 'Content-Type: application/x-www-form-urlencoded';
const JSON_TYPE = 'Content-Type: application/json';
const MULTIPART = 'Content-Type: multipart/form-data; boundary=x';
const part = (name: string, value = '') =>
  `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const multipart = (text: string) => `${text}\r\n--x--\r\n`;

/** Bodies that `/login` reads of anybody. */
const bodies: Readonly<Record<string, Make>> = {
  'a form of ampersands': post('/login', (size) => filled(size, '&'), FORM),
  'a form of equals signs': post('/login', (size) => filled(size, '='), FORM),
  'a form of fields': post('/login', (size) => filled(size, (at) => `a${at}&`), FORM),
  'a form of one field, again and again': post('/login', (size) => filled(size, 'user=a&'), FORM),
  'a form of escapes': post('/login', (size) => `a=${filled(size, '%41')}`, FORM),
  'a form of half escapes': post('/login', (size) => `a=${filled(size, '%')}`, FORM),
  'a form of replaced characters': post('/login', (size) => `a=${filled(size, '%EF%BF%BD')}`, FORM),
  'a form of plus signs': post('/login', (size) => `a=${filled(size, '+')}`, FORM),
  'a form without a type': post('/login', (size) => filled(size, '{ ')),
  'a form of blanks': post('/login', (size) => filled(size, ' \t')),
  'a long user': post('/login', (size) => `pass=b&user=${filled(size, 'a')}`, FORM),
  'a long password': post('/login', (size) => `user=root&pass=${filled(size, 'a')}`, FORM),
  'a long code': post('/login', (size) => `user=root&pass=a&tfa_token=${filled(size, ' ')}`, FORM),
  'a user of at signs': post('/login', (size) => `pass=b&user=${filled(size, '@')}`, FORM),
  'JSON of lists': post('/login', (size) => filled(size, '['), JSON_TYPE),
  'JSON of objects': post('/login', (size) => filled(size, '{"a":'), JSON_TYPE),
  'JSON of escapes': post('/login', (size) => `{"a":"${filled(size, '\\u0041')}"}`, JSON_TYPE),
  'JSON of backslashes': post('/login', (size) => `{"a":"${filled(size, '\\')}`, JSON_TYPE),
  'JSON of a long number': post('/login', (size) => `{"a":${filled(size, '9')}}`, JSON_TYPE),
  'JSON of a long fraction': post('/login', (size) => `{"a":0.${filled(size, '0')}1e9}`, JSON_TYPE),
  'JSON of numbers as names': post(
    '/login',
    (size) => `{${filled(size - 20, (at) => `"${at * 4_000_037}":1,`).replace(/[^,]*$/, '')}"a":1}`,
    JSON_TYPE,
  ),
  'JSON of one name, again and again': post(
    '/login',
    (size) => `{${filled(size - 20, '"user":1,').replace(/[^,]*$/, '')}"a":1}`,
    JSON_TYPE,
  ),
  'multipart of parts': post('/login', (size) => multipart(filled(size, (at) => part(`a${at}`))), MULTIPART),
  'multipart of almost boundaries': post(
    '/login',
    (size) => multipart(part('a', filled(size, '\r\n--'))),
    MULTIPART,
  ),
  'multipart of line ends': post('/login', (size) => multipart(part('a', filled(size, '\r\n'))), MULTIPART),
  'multipart with a long boundary': (size) => {
    const line = filled(60, '-');
    return {
      line: 'POST /login',
      headers: [`Content-Type: multipart/form-data; boundary=${line}x`],
      body: filled(size, `\r\n--${line}`),
    };
  },
  'multipart of header lines': post(
    '/login',
    (size) => `--x\r\n${filled(size, 'a: b\r\n')}\r\n\r\n\r\n--x--`,
    MULTIPART,
  ),
  'multipart with a long name': post('/login', (size) => multipart(part(filled(size, 'a'))), MULTIPART),
  'multipart with a name of quotes': post(
    '/login',
    (size) => multipart(part(filled(size, '\\"'))),
    MULTIPART,
  ),
  'multipart with a name of semicolons': post(
    '/login',
    (size) => `--x\r\nContent-Disposition: form-data${filled(size, ';a=%')}\r\n\r\n\r\n--x--`,
    MULTIPART,
  ),
  'multipart of files': post(
    '/login',
    (size) => multipart(filled(size, part('a').replace('name="a"', 'name="a"; filename="a"'))),
    MULTIPART,
  ),
};

const heads: Readonly<Record<string, Make>> = {
  cookies: get((size) => `Cookie: ${filled(size, (at) => `a${at}=;`)}`),
  'cookies of equals signs': get((size) => `Cookie: ${filled(size, '=')}`),
  'cookies of semicolons': get((size) => `Cookie: ${filled(size, '; ')}`),
  'cookies of escapes': get((size) => `Cookie: whostmgrsession=${filled(size, '%41')}`),
  'cookies of half escapes': get((size) => `Cookie: whostmgrsession=${filled(size, '%E0')}`),
  'a cookie of blanks': get((size) => `Cookie: a${filled(size, ' ')}=b`),
  'a list of codings': (size) => ({
    line: 'GET /openapi.json',
    headers: [`Accept-Encoding: ${filled(size, 'a;q=1,')}`, 'If-None-Match: *'],
  }),
  'a list of languages': get((size) => `Accept-Language: ${filled(size, 'a-b;q=0.1,')}`),
  'a list of types': get((size) => `Accept: ${filled(size, 'text/html,')}`),
  ranges: get((size) => `Range: bytes=${filled(size, '0-,')}`),
  'a date': get((size) => `If-Modified-Since: ${filled(size, 'Mon, ')}`),
  tags: (size) => ({
    line: 'GET /openapi.json',
    headers: [`If-None-Match: ${filled(size - 2, 'W/"",').replace(/[^,]*$/, '')}*`],
  }),
  'a host': get((size) => `Host: ${filled(size, 'a.')}`),
  'forwarded addresses': get((size) => `X-Forwarded-For: ${filled(size, '1.1.1.1, ')}`),
  'a scheme': get((size) => `Authorization: ${filled(size, 'a')}`),
  'a scheme of blanks': get((size) => `Authorization: a${filled(size, ' \t')}`),
  'a type': (size) => ({
    line: 'POST /login',
    headers: [`Content-Type: ${filled(size, 'a/b;')}`],
    body: 'a=b',
  }),
  'a type of quotes': (size) => ({
    line: 'POST /login',
    headers: [`Content-Type: multipart/form-data; boundary="${filled(size, '\\"')}`],
    body: '--x--',
  }),
  'a type of parameters': (size) => ({
    line: 'POST /login',
    headers: [`Content-Type: multipart/form-data; ${filled(size, "a*0*=utf-8''%41;")}boundary=x`],
    body: '--x--',
  }),
  'header lines': get((size) => filled(size - 10, (at) => `a${at}: b\r\n`).replace(/\r\n[^\n]*$/, '')),
  'one header, again and again': get((size) => filled(size, 'Accept: a\r\n').replace(/\r\n[^\n]*$/, '')),
  'a path of slashes': (size) => ({ line: `GET /${filled(size, '/')}` }),
  'a path of dots': (size) => ({ line: `GET /${filled(size, '../')}` }),
  'a path of escapes': (size) => ({ line: `GET /${filled(size, '%41')}` }),
  'a path of escaped slashes': (size) => ({ line: `GET /cpsess0123456789/${filled(size, '%2f')}` }),
  'a path of digits': (size) => ({ line: `GET /cpsess${filled(size, '1')}/` }),
  'a function': (size) => ({ line: `GET /json-api/${filled(size, 'a')}` }),
  'a query of ampersands': (size) => ({ line: `POST /login?${filled(size, '&')}` }),
  'a query of escapes': (size) => ({ line: `POST /login?a=${filled(size, '%41')}` }),
  'a query of half escapes': (size) => ({ line: `POST /login?a=${filled(size, '%f')}` }),
  'a query of question marks': (size) => ({ line: `GET /?${filled(size, '?')}` }),
  'a link': (size) => ({ line: `GET /cpsess0123456789/login/?session=${filled(size, 'a:')}` }),
  'a state': (size) => ({ line: `GET /openid_connect_callback/a?state=${filled(size, 'a&state=')}` }),
};

const xml = (text: (size: number) => string) =>
  post('/autodiscover/autodiscover.xml', (size) => text(Math.min(size, 8192)), 'Content-Type: text/xml');
/** Bodies of at most 8 KiB, so longer ones are no case. */
const discoveries: Readonly<Record<string, Make>> = {
  'nested tags': xml((size) => filled(size, '<a>')),
  'tags beside each other': xml((size) => `<a>${filled(size - 7, '<b/>').replace(/<[^>]*$/, '')}</a>`),
  attributes: xml((size) => `<a ${filled(size - 9, (at) => `a${at}="" `).replace(/\S*$/, '')}/>`),
  namespaces: xml((size) => `<a ${filled(size - 9, (at) => `xmlns:a${at}="a" `).replace(/\S*$/, '')}/>`),
  prefixes: xml(
    (size) => `<a:b xmlns:a="a" ${filled(size - 40, (at) => `a:a${at}="" `).replace(/\S*$/, '')}/>`,
  ),
  entities: xml((size) => `<a>${filled(size - 7, '&#65;').replace(/&[^;]*$/, '')}</a>`),
  ampersands: xml((size) => `<a>${filled(size - 7, '&')}</a>`),
  instructions: xml((size) => filled(size, '<?a b?>')),
  'an open instruction': xml((size) => `<?${filled(size - 2, 'a')}`),
  'a long name': xml((size) => `<${filled(size - 3, 'a')}/>`),
  'a name of colons': xml((size) => `<${filled(size - 3, ':')}/>`),
  blanks: xml((size) => `<a${filled(size - 4, ' ')}/>`),
  'an open attribute': xml((size) => `<a b="${filled(size - 6, ' ')}`),
};

/** No secret comes with them. */
const atLoopback: Readonly<Record<string, Make>> = {
  'lists for Dovecot’s policy': post('/?command=allow', (size) => filled(size, '['), JSON_TYPE),
  'fields for a token': post('/token', (size) => filled(size, 'client_id=a&'), FORM),
  'escapes for a token': post('/token', (size) => filled(size, '%41'), FORM),
  'a long password': (size) => ({
    line: 'POST /introspect',
    headers: [`Authorization: Basic ${filled(Math.min(size, 3000), 'QUFB')}`],
  }),
  'a path': (size) => ({ line: `GET /${filled(Math.min(size, 3000), '?command=')}` }),
};

/** The harmless request of each place. */
const harmless = {
  body: post('/login', (size) => `a=${filled(size - 2, 'a')}`, FORM),
  head: get((size) => `X-A: ${filled(size, 'a')}`),
} satisfies Record<Place, Make>;

interface Figures {
  readonly name: string;
  readonly usual: number;
  readonly short: number;
  readonly long: number;
}

/** Those that take too long. */
async function tooLong(url: string, place: Place, cases: Readonly<Record<string, Make>>): Promise<string[]> {
  const [small, large] = SIZES[place];
  // Compiled before it is measured.
  await leastOf(url, harmless[place](large));
  const usual = await leastOf(url, harmless[place](large));
  const found: Figures[] = [];
  for (const [name, make] of Object.entries(cases)) {
    const short = await leastOf(url, make(small));
    found.push({ name, usual, short, long: await leastOf(url, make(large)) });
  }
  return found.filter(isTooLong).map(told);
}

const isTooLong = ({ usual, short, long }: Figures): boolean =>
  Math.max(short, long) > MOST * Math.max(usual, LEAST_USUAL_MS);
const told = ({ name, usual, short, long }: Figures): string =>
  `${name}: ${short.toFixed(1)} ms, ${long.toFixed(1)} ms; a harmless one ${usual.toFixed(1)} ms`;

test('bodies', async () => expect(await tooLong(server.url, 'body', bodies)).toEqual([]));
test('headers, paths and queries', async () => expect(await tooLong(server.url, 'head', heads)).toEqual([]));

test.each(['0', '1'])('autodiscover, with the setting %s', async (value) => {
  await server.here.call('set_tweaksetting', { key: 'autodiscover_proxy_subdomains', value });
  expect(await tooLong(server.webmailUrl, 'body', discoveries)).toEqual([]);
});

test('the ports of the loopback, without their secrets', async () => {
  expect(await tooLong(policyUrl, 'body', atLoopback)).toEqual([]);
  expect(await tooLong(server.tokenUrl, 'body', atLoopback)).toEqual([]);
});

// One remote server: what is sent, how its responses are read, and the exit status.
import { parse } from 'yaml';
import { Person, TOKEN } from './person.ts';
import { makeCertificate, ok, OwnServer, ScriptedServer, type Certificate, type Script } from './servers.ts';

let certificate: Certificate;
let server: ScriptedServer;
let person: Person;
beforeAll(async () => {
  certificate = await makeCertificate();
});
beforeEach(async () => {
  server = await ScriptedServer.start(certificate);
  person = new Person();
});
afterEach(async () => {
  await server.stop();
  person.remove();
});

const call = (...words: string[]) =>
  person.run('--host', server.host, '--pin', certificate.pin, '--output=json', ...words);
const answering = (script: Script) => (server.script = script);
const json = (text: string) => JSON.parse(text) as { metadata: Record<string, unknown>; data?: unknown };

describe('what is sent', () => {
  test('is a form with the token in a header, and no arguments in the URL', async () => {
    const { status, stdout, stderr } = await call('some_new_function', 'user=a%20b', 'user=c&d', 'ok=ü');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(json(stdout).metadata).toMatchObject({ result: 1, version: 1, reason: 'OK' });
    const [{ path, headers, body } = { path: '', headers: {}, body: '' }] = server.requests;
    expect(path).toBe('/json-api/some_new_function');
    expect(headers.authorization).toBe(`whm root:${TOKEN}`);
    expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect([...new URLSearchParams(body)]).toEqual([
      ['api.version', '1'],
      ['user', 'a b'],
      ['user', 'c&d'],
      ['ok', 'ü'],
    ]);
  });

  test('is JSON if an argument is more than a text', async () => {
    person.stdin = '{"bob":{"primary_account":{"secret":"S"}},"flag":true,"list":[1,2]}';
    await call('--input=json', 'another_function', 'list=3');
    const [{ headers, body } = { headers: {}, body: '' }] = server.requests;
    expect(headers['content-type']).toBe('application/json');
    expect(JSON.parse(body)).toEqual({
      'api.version': 1,
      bob: { primary_account: { secret: 'S' } },
      flag: true,
      list: '3',
    });
  });

  test('has flags as 1 and 0 in a form, and omits null', async () => {
    person.stdin = '{"yes":true,"no":false,"none":null,"many":[1,"b",true]}';
    await call('--input=json', 'another_function', 'api.version=0');
    expect(server.requests[0]?.body).toBe('yes=1&no=0&many=1&many=b&many=1&api.version=0');
  });

  test('is checked against the description before', async () => {
    const { status, stdout, stderr } = await call('twofactorauth_set_tfa_config', 'secret=1');
    expect(status).toBe(1);
    expect(json(stdout).metadata).toMatchObject({ result: 0, error_code: 'bad_param' });
    expect(stderr).toContain('--help explains the parameters');
    expect(server.requests).toEqual([]);
  });

  test('can have parameters that only the server knows, with a warning', async () => {
    const { status, stderr } = await call('accountsummary', 'user=bob', 'usr=bob');
    expect(status).toBe(0);
    expect(stderr).toBe(
      'whmapi1: “accountsummary” has no parameter “usr” here; it was sent all the same. Did you mean “user”?\n',
    );
    expect(server.requests[0]?.body).toBe('api.version=1&user=bob&usr=bob');
  });

  test('never contains --user', async () => {
    const { status, stdout, stderr } = await call('--user', 'bob', 'version');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('Use a token of that reseller');
    expect(server.requests).toEqual([]);
  });
});

test.each(['yaml', 'json', 'jsonpretty', 'xml'])('a response is printed as %s', async (format) => {
  answering(() => ok({ acct: [{ user: 'bob', suspended: false, more: [[1], null] }] }, { result: 1 }));
  const { status, stdout } = await call(`--output=${format}`, 'listaccts');
  expect(status).toBe(0);
  if (format === 'xml') expect(stdout).toContain('<suspended>0</suspended>');
  else {
    expect(parse(stdout)).toEqual({
      metadata: { version: 1, reason: 'OK', result: 1, command: 'anything' },
      data: { acct: [{ user: 'bob', suspended: 0, more: [[1], null] }] },
    });
  }
});

describe('a response', () => {
  test.each<[string, string | Record<string, unknown>, number, Record<string, unknown>]>([
    ['with result 1', ok({ a: 1 }, { result: 1 }), 0, { result: 1 }],
    ['with result "1"', ok({ a: 1 }, { result: '1' }), 0, { result: 1 }],
    ['with result "0"', ok(undefined, { result: '0', reason: 'No.' }), 1, { result: 0, reason: 'No.' }],
    ['with a reason of its own', ok({}, { reason: 'Created session' }), 0, { reason: 'Created session' }],
    ['with more metadata', ok({}, { output: { raw: 'x' } }), 0, { output: { raw: 'x' } }],
    ['with a code of this program', ok({}, { result: 0, error_code: 'store_unavailable' }), 3, {}],
    ['with an unknown code', ok({}, { result: 0, error_code: 'toString' }), 1, { error_code: 'toString' }],
    ['without a reason', { metadata: { result: 0 } }, 1, { reason: 'The server gave no reason.' }],
  ])('%s', async (_, answer, expected, metadata) => {
    answering(() => answer);
    const { status, stdout } = await call('some_function');
    expect(status).toBe(expected);
    expect(json(stdout).metadata).toMatchObject(metadata);
  });

  test.each<[string, Record<string, unknown>, number]>([
    ['loadavg', { one: '0.1', five: '0.2', fifteen: '0.3' }, 0],
    ['listaccts', { acct: [{ user: 'a' }], status: 1, statusmsg: 'Ok' }, 0],
    ['createacct', { result: [{ status: 1, statusmsg: 'Account Creation Ok', rawout: '' }] }, 0],
    ['removeacct', { result: [{ status: 0, statusmsg: 'Account does not exist' }] }, 1],
    ['accountsummary', { status: 0, statusmsg: 'Account does not exist' }, 1],
    ['systemloadavg', { error: 'Unknown App Requested: systemloadavg' }, 1],
    ['cpanel', { apiversion: 3, func: 'f', module: 'M', result: { status: 1, errors: null, data: [] } }, 0],
    ['cpanel', { apiversion: 3, func: 'f', module: 'M', result: { status: 0, errors: ['No.'] } }, 1],
    ['cpanel', { cpanelresult: { apiversion: 2, event: { result: 1 }, data: [{ a: 'b' }] } }, 0],
    ['cpanel', { cpanelresult: { apiversion: 2, event: { result: 0 }, error: 'No.' } }, 1],
    ['cpanel', { data: { reason: 'User parameter is invalid', result: '0' }, type: 'text', error: 'x' }, 1],
  ])('without an envelope (%s %j) is printed unchanged', async (command, answer, expected) => {
    answering(() => answer);
    const { status, stdout } = await person.run(
      ...['--host', server.host, '--pin', certificate.pin, '--output=json', 'x_function', `c=${command}`],
    );
    expect(status).toBe(expected);
    expect(stdout).toBe(`${JSON.stringify(answer)}\n`);
  });
});

const denied =
  '{"cpanelresult":{"apiversion":"2","error":"Access denied","data":{"reason":"Access denied","result":"0"},"type":"text"}}';

describe('no response:', () => {
  test.each<[string, number, string, number, string, RegExp]>([
    [
      'a rejection',
      403,
      denied,
      1,
      'login_refused',
      /did not accept the login \(Access denied\)\. The call was not made/,
    ],
    ['a rejection with status 200', 200, denied, 1, 'login_refused', /Access denied/],
    ['a login page', 200, '<html><form id="login_form">', 1, 'login_refused', /it showed its login page/],
    ['a login page', 401, '<html><form id="login_form">', 1, 'login_refused', /did not accept the login\. /],
    [
      'a form for a code',
      200,
      '<!DOCTYPE html><div id="tfa_login_form">',
      1,
      'login_refused',
      /authentication code/,
    ],
    ['another place', 307, '', 1, 'login_refused', /sent the call elsewhere \(307\)/],
    ['a page', 200, '<html>Welcome to nginx</html>', 1, 'bad_answer', /a page, not with an answer/],
    ['nothing there', 404, '{"error":"Nothing."}', 1, 'bad_answer', /status 404, “Nothing\.”/],
    [
      'a mistake',
      400,
      '{"error":"The body is no JSON."}',
      1,
      'bad_answer',
      /status 400, “The body is no JSON/,
    ],
    ['half of JSON', 200, '{"metadata":{"resu', 1, 'bad_answer', /invalid or incomplete JSON/],
    ['a list', 200, '[1]', 1, 'bad_answer', /JSON that is not an object/],
    ['a fault', 500, '{"error":"(XID abc) Oh."}', 3, 'remote_unreachable', /status 500, “\(XID abc\) Oh/],
    ['deep nesting', 200, `{"a":${'['.repeat(500)}${']'.repeat(500)}}`, 1, 'bad_answer', /nested/],
  ])('%s (%i) for a call that reads', async (_, code, text, expected, error, sentence) => {
    answering((_request, reply) => {
      reply.statusCode = code;
      return text;
    });
    const { status, stdout } = await call('listaccts');
    const { metadata } = json(stdout);
    expect({ status, code: metadata.error_code }).toEqual({ status: expected, code: error });
    expect(metadata.reason).toMatch(sentence);
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    [403, denied, 1, 'login_refused'],
    [400, '{"error":"No."}', 1, 'bad_answer'],
    [429, 'slower', 3, 'remote_unreachable'],
    [200, '{"metadata":{"resu', 3, 'unknown_outcome'],
    [502, '<html>', 3, 'unknown_outcome'],
    [503, '<html>', 3, 'unknown_outcome'],
  ])('%i %j for a call that changes something', async (code, text, expected, error) => {
    answering((_request, reply) => {
      reply.statusCode = code;
      return text;
    });
    const { status, stdout } = await call('killpkg', 'pkgname=gold');
    const { metadata } = json(stdout);
    expect({ status, code: metadata.error_code }).toEqual({ status: expected, code: error });
    if (error === 'unknown_outcome') {
      expect(metadata.reason).toMatch(
        /is not known: the call was sent, and then .* Look there \(with listpkgs/,
      );
    }
    expect(server.requests).toHaveLength(1);
  });

  test('that is too large', async () => {
    answering((_request, reply) => {
      const piece = Buffer.alloc(1024 * 1024, ' ');
      const more = () => {
        while (!reply.destroyed && reply.write(piece));
        if (!reply.destroyed) reply.once('drain', more);
      };
      more();
      return undefined;
    });
    const { status, stdout } = await call('listaccts');
    expect(status).toBe(1);
    expect(json(stdout).metadata).toMatchObject({ error_code: 'bad_answer' });
    expect(stdout).toContain('larger than 64 MiB');
  });
});

describe('a server of this program', () => {
  let own: OwnServer;
  beforeAll(async () => {
    own = await OwnServer.start(certificate);
  });
  afterAll(() => own.stop());
  const there = async (...words: string[]) => {
    person.environment.WHMAPI1_TOKEN = await own.token();
    return person.run('--host', own.host, '--pin', certificate.pin, '--output=json', ...words);
  };

  test('returns the same as the local command', async () => {
    const { status, stdout } = await there('batch', 'command=twofactorauth_get_issuer', 'command=version');
    expect(status).toBe(0);
    expect(json(stdout)).toEqual(
      JSON.parse(
        JSON.stringify(await own.here.call('batch', { command: ['twofactorauth_get_issuer', 'version'] }), [
          'metadata',
          'data',
          'result',
          'version',
          'reason',
          'command',
          'issuer',
          'system_wide_issuer',
        ]),
      ),
    );
    const filtered = await there(
      ...['applist', 'api.filter.enable=1', 'api.filter.a.field=app', 'api.filter.a.arg0=ersion'],
    );
    expect(filtered.stdout).toContain('"version"');
    expect(filtered.stdout).not.toContain('listaccts');
  });

  test('saves nothing in a dry run', async () => {
    const { status, stdout } = await there('--dry-run', 'twofactorauth_set_issuer', 'issuer=Dry');
    expect(status).toBe(0);
    expect(json(stdout).metadata).toMatchObject({ result: 1, dry_run: 1 });
    expect((await own.here.call('twofactorauth_get_issuer')).data?.issuer).not.toBe('Dry');
  });

  test('suggests names like the local command', async () => {
    const { status, stderr } = await there('versoin');
    expect(status).toBe(1);
    expect(stderr).toContain('Did you mean version');
  });

  test('rejects a wrong token', async () => {
    person.environment.WHMAPI1_TOKEN = 'WRONG';
    const { status, stdout, stderr } = await person.run(
      '--host',
      own.host,
      '--pin',
      certificate.pin,
      'version',
    );
    expect(status).toBe(1);
    expect(stdout).toContain('error_code: login_refused');
    expect(stdout + stderr).not.toContain('WRONG');
  });
});

test('a dry run is not sent to a server that would execute the call', async () => {
  const { status, stdout } = await call('--dry-run', 'removeacct', 'username=bob');
  expect(status).toBe(1);
  expect(json(stdout).metadata).toMatchObject({ error_code: 'no_dry_run' });
  expect(server.requests.map(({ path }) => path)).toEqual(['/json-api/version']);
});

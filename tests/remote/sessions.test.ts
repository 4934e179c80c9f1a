// Logs in with a password and a code, and stores the session.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { codeAt } from '../../src/capabilities/two-factor/rules/totp.ts';
import { password } from '../support/server.ts';
import { Person } from './person.ts';
import { makeCertificate, ok, OwnServer, ScriptedServer, type Certificate } from './servers.ts';

let certificate: Certificate;
let person: Person;
beforeAll(async () => {
  certificate = await makeCertificate();
});
beforeEach(() => {
  person = new Person();
  delete person.environment.WHMAPI1_TOKEN;
});
afterEach(() => person.remove());

const sessions = () => join(person.home, '.cache/whmapi1/sessions');

describe('a server of this program', () => {
  let own: OwnServer;
  beforeAll(async () => {
    own = await OwnServer.start(certificate);
    await (await own.here.engine.machine.users()).setPassword('root', password);
  });
  afterAll(() => own.stop());
  const there = (...words: string[]) =>
    person.run('--host', own.host, '--pin', certificate.pin, '--output=json', ...words);

  test('gets the password once, and then the session', async () => {
    person.answers = [password, ''];
    const first = await there('version');
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(person.questions).toEqual([
      `Password of root at ${own.host}: `,
      'Code of the authenticator app (empty where there is none): ',
    ]);
    const [name = ''] = readdirSync(sessions());
    expect(statSync(join(sessions(), name)).mode & 0o777).toBe(0o600);
    expect(statSync(sessions()).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(sessions(), name), 'utf8')).not.toContain(password);
    person.answers = undefined;
    expect((await there('version')).status).toBe(0);
  });

  test('gets the password again if it no longer knows the session', async () => {
    person.answers = [password, ''];
    await there('version');
    own.here.time += 30 * 86_400_000;
    person.answers = [password, ''];
    expect((await there('version')).status).toBe(0);
    expect(person.answers).toEqual([]);
  });

  test('rejects a wrong password, which is in no output', async () => {
    person.answers = ['Quagmire', ''];
    const { status, stdout, stderr } = await there('version');
    expect(status).toBe(1);
    expect(stdout).toContain('"error_code":"login_refused"');
    expect(stdout + stderr).not.toContain('Quagmire');
  });

  test('requires a code of users who have a second factor', async () => {
    const { here } = own;
    await here.call('twofactorauth_enable_policy');
    const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
    await here.call('twofactorauth_set_tfa_config', { secret, tfa_token: codeAt(secret, here.time) });
    here.time += 60_000;
    person.answers = [password, ''];
    const without = await there('version');
    expect(without.status).toBe(1);
    expect(without.stdout).toContain('login_refused');
    person.answers = [password, codeAt(secret, here.time)];
    expect((await there('version')).status).toBe(0);
  });
});

describe('a server of WHM', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await ScriptedServer.start(certificate);
  });
  afterEach(() => server.stop());
  const there = (...words: string[]) =>
    person.run('--host', server.host, '--pin', certificate.pin, '--output=json', ...words);

  test.each([
    ['JSON', { security_token: '/cpsess0123456789', status: 1 }, {}],
    ['a header', {}, { location: '/cpsess0123456789/scripts/x' }],
  ])('returns the session in %s', async (_, body, headers) => {
    server.script = ({ path }, reply) => {
      if (!path.startsWith('/login')) return ok({});
      reply.setHeader('set-cookie', [
        'whostmgrrelogin=no; HttpOnly; expires=Thu, 01-Jan-1970 00:00:01 GMT; path=/; port=2087; secure',
        'whostmgrsession=abc; HttpOnly; secure',
        'other=1; path=/',
      ]);
      for (const [name, value] of Object.entries(headers)) reply.setHeader(name, value);
      return body;
    };
    person.answers = ['Secret&1', '123456'];
    expect((await there('version')).status).toBe(0);
    const [login, call] = server.requests;
    expect(login?.path).toBe('/login/?login_only=1');
    expect(login?.body).toBe('user=root&pass=Secret%261&login_only=1&tfa_token=123456');
    expect(call?.path).toBe('/cpsess0123456789/json-api/version');
    expect(call?.headers).toMatchObject({ cookie: 'whostmgrsession=abc; other=1' });
    expect(call?.headers.authorization).toBeUndefined();
  });

  test.each([
    [401, '{"status":0,"message":"see_login_log"}', 'the password or the code is wrong'],
    [200, '<div id="tfa_login_form">', 'asks for a two-factor authentication code'],
    [200, '<html>', 'the password or the code is wrong'],
  ])('rejects with %i %s', async (code, body, sentence) => {
    server.script = (_request, reply) => {
      reply.statusCode = code;
      return body;
    };
    person.answers = ['x', ''];
    const { status, stdout } = await there('version');
    expect(status).toBe(1);
    expect(stdout).toContain(sentence);
    expect(server.requests).toHaveLength(1);
  });

  test('gets no password if it is one of several servers', async () => {
    person.answers = ['x', '', 'x', ''];
    const hosts = `${server.host},localhost:${server.port}`;
    const { status, stdout } = await person.run('--host', hosts, '--pin', certificate.pin, 'version');
    expect(status).toBe(1);
    expect(stdout).toContain('log in there first: whmapi1 --host localhost');
    expect(person.questions).toEqual([]);
  });
});

// Profiles, WHMAPI1_HOST, and how --configure writes and shows them.
import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Person, TOKEN } from './person.ts';
import { makeCertificate, ScriptedServer, type Certificate } from './servers.ts';

let certificate: Certificate;
let server: ScriptedServer;
let person: Person;
beforeAll(async () => {
  certificate = await makeCertificate();
});
beforeEach(async () => {
  server = await ScriptedServer.start(certificate);
  person = new Person();
  delete person.environment.WHMAPI1_TOKEN;
});
afterEach(async () => {
  await server.stop();
  person.remove();
});

const path = () => join(person.home, '.config/whmapi1/config');
const profiles = (text: string) => person.write('.config/whmapi1/config', text);
const at = (name: string) => server.address(name.charCodeAt(0));
const called = () => server.requests.map(({ headers }) => headers.host).sort();
const logins = () => [...new Set(server.requests.map(({ headers }) => headers.authorization))];
const fleet = (more = '') => `
[default]
hosts = ["${at('a')}"]
pins = ["${certificate.pin}"]
token = "OFDEFAULT"
groups.eu = ["${at('b')}", "${at('c')}"]
groups.us = ["${at('d')}"]

[prod]
login = "ann"
hosts = ["${at('x')}"]
pins = ["${certificate.pin}"]
token-command = ["sh", "-c", "echo 'OF COMMAND'; echo more"]
${more}`;

describe('a profile', () => {
  test('defines servers, their certificate, and a command that prints the token', async () => {
    profiles(fleet());
    expect((await person.run('--profile', 'prod', 'version')).status).toBe(0);
    expect(called()).toEqual([at('x')]);
    expect(logins()).toEqual(['whm ann:OFCOMMAND']);
  });

  test.each([
    ['@eu', ['b', 'c']],
    ['@eu,@us', ['b', 'c', 'd']],
    ['@all', ['a', 'b', 'c', 'd']],
  ])('has groups: %s', async (group, names) => {
    profiles(fleet());
    expect((await person.run('--host', group, 'version')).status).toBe(0);
    expect(called()).toEqual(names.map(at).sort());
    expect(logins()).toEqual(['whm root:OFDEFAULT']);
  });

  test('that is used by default sends its token to no other servers', async () => {
    profiles(fleet());
    await person.run('--host', at('z'), '--pin', certificate.pin, 'version');
    expect(server.requests).toEqual([]);
    await person.run('--profile', 'default', '--host', at('z'), 'version');
    expect(logins()).toEqual(['whm root:OFDEFAULT']);
  });

  test('has lower precedence than the command line, and higher than the environment', async () => {
    profiles(fleet());
    person.environment.WHMAPI1_TOKEN = TOKEN;
    await person.run('--profile', 'prod', '--login', 'bob', 'version');
    expect(logins()).toEqual(['whm bob:OFCOMMAND']);
    const file = person.write('token', 'OFFILE');
    await person.run('--profile', 'prod', '--token-file', file, 'version');
    expect(logins()[1]).toBe('whm ann:OFFILE');
  });

  test('whose token command fails is reported, without the output of the command', async () => {
    profiles('[p]\nhosts = ["a"]\ntoken-command = ["sh", "-c", "echo SECRETWORD; exit 3"]\n');
    const { status, stderr } = await person.run('--profile', 'p', 'version');
    expect(status).toBe(2);
    expect(stderr).toContain('The command “sh”, which should print the token, failed (status 3).');
    expect(stderr).not.toContain('SECRETWORD');
  });

  test.each([
    ['[p]\nhosts = "a"', 'hosts should be a list of texts'],
    ['[p]\nhots = ["a"]', 'has the key “hots”; known are login, hosts,'],
    ['[p]\ntoken = "SECRETWORD"\ntoken-file = "x"', 'has token and token-file: one is enough'],
    ['[p]\ntoken = SECRETWORD', 'is not TOML: line 2, column'],
    ['token = "SECRETWORD"', 'should hold tables, one for each profile'],
    ['[p]\ngroups = ["SECRETWORD"]', 'groups should be a table'],
  ])('%j is rejected', async (text, sentence) => {
    profiles(text);
    const { status, stdout, stderr } = await person.run('--profile', 'p', 'version');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain('SECRETWORD');
  });

  test('that others can read is rejected', async () => {
    chmodSync(profiles(fleet()), 0o640);
    const { status, stderr } = await person.run('--profile', 'prod', 'version');
    expect(status).toBe(2);
    expect(stderr).toContain(`can be reached by other users. Run: chmod 600 ${path()}`);
  });

  test('is in the folder of XDG_CONFIG_HOME', async () => {
    profiles(fleet());
    person.environment.XDG_CONFIG_HOME = join(person.home, '.config');
    person.environment.HOME = '/nowhere';
    expect((await person.run('--profile', 'prod', 'version')).status).toBe(0);
  });
});

test('WHMAPI1_HOST names a server, or none if it is empty', async () => {
  person.environment.WHMAPI1_TOKEN = TOKEN;
  person.environment.WHMAPI1_HOST = server.host;
  expect((await person.run('--pin', certificate.pin, '--output=json', 'version')).stdout).toMatch(
    /^\{"metadata"/,
  );
  expect(server.requests).toHaveLength(1);
  person.environment.WHMAPI1_HOST = '';
  expect((await person.run('version')).status).toBe(0);
  expect(server.requests).toHaveLength(1);
});

describe('--configure', () => {
  test('writes a profile from the command line', async () => {
    const file = person.write('token', 'OFFILE');
    const words = ['--configure', '--profile', 'prod', '--host', `${at('a')},${at('b')}`];
    const more = ['--pin', certificate.pin, '--token-file', file, '--parallel', '4'];
    expect((await person.run(...words, ...more)).status).toBe(0);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect((await person.run('--profile', 'prod', 'version')).status).toBe(0);
    expect(called()).toEqual([at('a'), at('b')]);
    expect(logins()).toEqual(['whm root:OFFILE']);
  });

  test('asks at a terminal, and keeps the existing profiles', async () => {
    profiles(fleet());
    person.answers = ['new', at('n'), 'bob', '', ' PASTED TOKEN ', certificate.pin];
    const { status, stdout, stderr } = await person.run('--configure');
    expect(status).toBe(0);
    expect(person.questions).toHaveLength(6);
    expect(stdout + stderr).not.toMatch(/PASTED|OFDEFAULT/);
    expect((await person.run('--profile', 'new', 'version')).status).toBe(0);
    expect(logins()).toEqual(['whm bob:PASTEDTOKEN']);
    expect((await person.run('--host', '@eu', 'version')).status).toBe(0);
  });

  test('splits the command like a shell, and runs no shell', async () => {
    person.answers = ['p', 'a', '', `pass show 'whm prod'`, ''];
    await person.run('--configure');
    expect(readFileSync(path(), 'utf8')).toContain('token-command = [ "pass", "show", "whm prod" ]');
  });

  test.each([
    ['a pin', ['--pin', 'sha256:123'], '--pin requires sha256: and the 64 hexadecimal digits'],
    ['both kinds of pins', ['--pin', 'first-use', '--pin', `sha256:${'a'.repeat(64)}`], 'exclude each other'],
    ['a file of certificates', ['--cacert', '/nonexistent.pem'], '/nonexistent.pem'],
  ])('stores no profile with %s that no call could use', async (_what, words, reason) => {
    const given = ['--configure', '--profile', 'prod', '--host', at('a')];
    const { status, stderr } = await person.run(...given, ...words);
    expect(status).toBe(2);
    expect(stderr).toContain(reason);
    expect(existsSync(path())).toBe(false);
  });

  test('lists them, without tokens', async () => {
    profiles(fleet());
    const { status, stdout } = await person.run('--configure');
    expect(status).toBe(0);
    expect(stdout).toContain(
      `default:\n  login: root\n  servers: ${['a', 'b', 'c', 'd'].map(at).join(' ')}\n`,
    );
    expect(stdout).toContain('  token: kept in the profile\n');
    expect(stdout).toContain('prod:\n  login: ann\n');
    expect(stdout).not.toContain('OFDEFAULT');
  });

  test('says so if there are none', async () => {
    expect((await person.run('--configure')).stdout).toBe(`There are no profiles yet in ${path()}.\n`);
  });
});

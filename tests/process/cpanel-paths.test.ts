// The scripts of the package whmapi1-cpanel-paths: which call of whmapi1 each makes. In place of whmapi1, a program prints its
// arguments and its input.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const scripts = resolve(__dirname, '../../share/cpanel-paths/scripts');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'whmapi1-paths-'));
  const whmapi1 = join(folder, 'whmapi1');
  writeFileSync(whmapi1, '#!/bin/sh\nfor word; do printf "<%s>" "$word"; done\ncat\nexit 7\n');
  for (const name of readdirSync(scripts)) {
    const text = readFileSync(join(scripts, name), 'utf8').replaceAll('/usr/bin/whmapi1', whmapi1);
    writeFileSync(join(folder, name), text);
  }
  for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o755);
  for (const name of ['restartsrv_httpd', 'restartsrv_bind']) symlinkSync('restartsrv', join(folder, name));
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (name: string, ...words: string[]) => {
  const { status, stdout, stderr } = spawnSync(join(folder, name), words, { encoding: 'utf8', input: '' });
  return { status, stdout, stderr };
};

test.each([
  ['suspendacct', ['bob'], '<suspendacct><user=bob>'],
  [
    'suspendacct',
    ['bob', 'not; paid $(id)', '1'],
    '<suspendacct><user=bob><reason=not; paid $(id)><disallowun=1>',
  ],
  ['unsuspendacct', ['bob'], '<unsuspendacct><user=bob>'],
  ['removeacct', ['bob'], '<removeacct><username=bob><keepdns=0>'],
  ['removeacct', ['--force', '--keepdns', 'bob'], '<removeacct><username=bob><keepdns=1>'],
  ['killdns', ['bob.example'], '<killdns><domain=bob.example>'],
  ['restartsrv_httpd', [], '<restartservice><service=httpd>'],
  ['restartsrv_bind', ['--restart'], '<restartservice><service=named>'],
  ['restartsrv_httpd', ['--status'], '<servicestatus><service=httpd>'],
  ['restartsrv', ['postgres'], '<restartservice><service=postgresql>'],
])('%s %j', (name, words, called) => {
  // The exit status is the one of whmapi1.
  expect(run(name, ...words)).toEqual({ status: 7, stdout: called, stderr: '' });
});

test('whoowns prints the account of a domain, or nothing', () => {
  const program = join(folder, 'getdomainowner');
  const text = readFileSync(join(scripts, 'whoowns'), 'utf8').replaceAll('/usr/bin/whmapi1', program);
  writeFileSync(join(folder, 'whoowns'), text);
  chmodSync(join(folder, 'whoowns'), 0o755);
  const answers = (data: string, status: number) => {
    const line = `{"metadata":{"result":1,"command":"getdomainowner"},"data":${data}}`;
    writeFileSync(
      program,
      `#!/bin/sh\necho '${line}'\n[ "$*" = '--output=json getdomainowner domain=bob.example' ] && exit ${status}\n`,
    );
    chmodSync(program, 0o755);
    return run('whoowns', 'bob.example');
  };
  expect(answers('{"user":"bob"}', 0)).toEqual({ status: 0, stdout: 'bob\n', stderr: '' });
  expect(answers('{"user":null}', 0)).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(answers('{}', 1)).toEqual({ status: 1, stdout: '', stderr: '' });
  expect(run('whoowns').status).toBe(2);
});

test('wwwacct sends the password through a pipe', () => {
  const called = '<createacct><domain=bob.example><username=bob><--file><password=-><quota=500>';
  const password = 'a "b" $c `d`';
  expect(run('wwwacct', 'bob.example', 'bob', password, '500')).toEqual({
    ...{ status: 7, stdout: called + password, stderr: '' },
  });
});

test.each([
  ['suspendacct', []],
  ['suspendacct', ['--all']],
  ['suspendacct', ['bob', 'why', '1', 'more']],
  ['unsuspendacct', ['bob', 'eve']],
  ['removeacct', ['--unknown', 'bob']],
  ['removeacct', ['bob', 'eve']],
  ['removeacct', ['--force']],
  ['killdns', ['']],
  ['wwwacct', ['bob.example', 'bob']],
  ['wwwacct', ['bob.example', 'bob', 'password', '0', 'theme']],
  ['restartsrv', []],
  ['restartsrv_httpd', ['--stop']],
])('%s %j is refused with its usage, and calls nothing', (name, words) => {
  expect(run(name, ...words)).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringMatching(/^Usage: /) as string,
  });
});

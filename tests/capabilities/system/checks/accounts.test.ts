// The check of --doctor for accounts: what the server lacks of them, and that --rebuild is the command for it.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Terminal } from '../../../support/terminal.ts';

let terminal: Terminal;
beforeAll(async () => {
  terminal = new Terminal();
  for (const name of ['ann', 'bob'])
    await terminal.run('createacct', `username=${name}`, `domain=${name}.example`);
});
// Each test creates again what it removes.
afterAll(() => terminal.remove());

const place = (path: string) => join(terminal.environment.WHMAPI1_STATE_DIR ?? '', 'root', path);

/** The findings, as `severity message command`. */
async function findings(): Promise<string[]> {
  const { stdout } = await terminal.run('--doctor', '--output=json');
  const { findings: all } = JSON.parse(stdout) as {
    findings: { check: string; severity: string; message: string; command?: string }[];
  };
  return all
    .filter(({ check }) => check === 'accounts')
    .map(({ severity, message, command = '' }) => `${severity} ${message} ${command}`);
}

const well = ['ok 2 accounts: each has its user and its home, and no home is left over. '];

test.each([
  [
    'the user',
    () => {
      const path = place('etc/passwd');
      writeFileSync(path, readFileSync(path, 'utf8').replace(/^bob:.*\n/m, ''));
    },
    /^problem The account “bob” has no user in the passwd file\..* whmapi1 --rebuild bob$/,
  ],
  [
    'the home',
    () => rmSync(place('home/bob'), { recursive: true }),
    /^problem The home “.*bob” of the account “bob” is missing\..* whmapi1 --rebuild bob$/,
  ],
  [
    'the virtual hosts',
    () => rmSync(place('etc/apache2/whmapi1/accounts/bob.conf')),
    /^problem The server lacks something of the account “bob”: the virtual hosts\. whmapi1 --rebuild bob$/,
  ],
])('without %s, --rebuild creates what is missing, and nothing else is found', async (_, lose, message) => {
  expect(await findings()).toEqual(well);
  lose();
  expect(await findings()).toEqual([expect.stringMatching(message) as string]);
  expect(await terminal.run('--rebuild', 'bob')).toMatchObject({ status: 0 });
  expect(await findings()).toEqual(well);
});

test('a zone that is missing is a note, because killdns removes zones too', async () => {
  await terminal.run('killdns', 'domain=bob.example');
  expect(await findings()).toEqual([
    expect.stringMatching(
      /^note .*the DNS zone “bob\.example”\. Ignore this.* whmapi1 --rebuild bob$/,
    ) as string,
    ...well,
  ]);
  expect(await terminal.run('--rebuild', 'bob')).toMatchObject({ status: 0 });
  expect(existsSync(place('var/lib/bind/whmapi1/bob.example.db'))).toBe(true);
  expect(await findings()).toEqual(well);
});

// Activates a profile from the command line, as an administrator does. This is in a sandbox, which installs nothing,
// but writes the same files.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { call, freshFolder, run } from '../support/command.ts';

const folder = freshFolder();
const whmapi1 = (...words: string[]) => run(words, { state: folder.state });
const local = () => join(folder.state, 'root/etc/bind/named.conf.local');
const logOf = async (id: string) => (await whmapi1('--tasks', id)).stdout;

test('--wait follows the activation, which can be repeated and keeps edits by hand', async () => {
  const { status, stdout } = await whmapi1(
    '--output=json',
    '--wait',
    'start_profile_activation',
    'code=DNSNODE',
  );
  expect(status).toBe(0);
  const { data } = JSON.parse(stdout) as { data: { log_id: string } };
  const { data: current } = await call(['get_current_profile'], { state: folder.state });
  expect(current).toMatchObject({ code: 'DNSNODE', enabled_roles: [{ module: 'DNS' }] });

  const included = readFileSync(local(), 'utf8');
  expect(included).toContain('whmapi1.conf');
  const log = await logOf(data.log_id);
  expect(log).toContain('A sandbox installs no packages and runs no services.');
  expect(log).toMatch(/\+include .*whmapi1\.conf/);
  expect(log).toContain('The profile DNSNODE is active.');

  // Someone adds a zone of their own.
  const own = 'zone "own.example" { type primary; file "/etc/bind/own.db"; };\n';
  writeFileSync(local(), own + included);
  // An account from before the web server gets a certificate with it.
  await call(['createacct', 'username=bob', 'domain=bob.example'], { state: folder.state });
  const certificates = () => join(folder.state, 'root/etc/ssl/whmapi1/sites');
  expect(existsSync(certificates())).toBe(false);
  const again = await whmapi1('--output=json', '--wait', 'start_profile_activation', 'code=STANDARD');
  expect(again.status).toBe(0);
  const second = (JSON.parse(again.stdout) as { data: { log_id: string } }).data.log_id;
  expect(await logOf(second)).toContain('BIND already includes the zones of whmapi1.');
  expect(readFileSync(local(), 'utf8')).toBe(own + included);
  const [certificate = '', ...others] = readdirSync(certificates());
  expect([certificate, others]).toEqual([expect.stringMatching(/^bob\.example-[0-9a-f]{16}\.pem$/), []]);
  const ofBob = readFileSync(join(folder.state, 'root/etc/apache2/whmapi1/accounts/bob.conf'), 'utf8');
  expect(ofBob).toContain(certificate);
});

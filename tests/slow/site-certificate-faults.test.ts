// SIGKILL after every operation that changes something while an account takes the certificate from its website: the next call finishes or undoes it, and
// at no time does Apache’s configuration name a file that does not exist.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { accountWorker } from '../support/account-worker.ts';
import { call, freshFolder } from '../support/command.ts';

jest.setTimeout(240_000);

const here = freshFolder();
const worker = accountWorker();
const root = () => join(here.state, 'root');

function work(moment: string, name: string, args: Record<string, string>): Promise<[string | null, string]> {
  const given = { 'cpanel.user': 'bob', 'cpanel.module': 'SSL', 'cpanel.function': name, ...args };
  const argv = [worker.path, here.state, moment, 'uapi_cpanel', JSON.stringify(given)];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  return new Promise((done) => child.on('close', (_status, signal) => done([signal, output])));
}

const configuration = () => readFileSync(join(root(), 'etc/apache2/whmapi1/accounts/bob.conf'), 'utf8');
const named = () => [...configuration().matchAll(/SSLCertificateFile "(.+)"/g)].map(([, path = '']) => path);
const stored = async () => {
  const { data } = await call(['fetch_ssl_vhosts'], { state: here.state });
  return (data as unknown as { vhosts: unknown[] }).vhosts.length;
};

it('SSL::delete_ssl', async () => {
  const created = await call(
    ['createacct', 'username=bob', 'domain=bob.example', 'password=correct horse battery staple 7'],
    { state: here.state },
  );
  expect(created.metadata.result).toBe(1);
  let killed = 0;
  for (let at = 1; ; at++) {
    const [signal] = await work(`work ${at}`, 'delete_ssl', { domain: 'bob.example' });
    for (const path of named()) expect([at, existsSync(path)]).toEqual([at, true]);
    if (signal === null) break;
    killed += 1;
    // Any change finds the interrupted one first.
    expect((await call(['nvset', 'key=a', 'value=1'], { state: here.state })).metadata.result).toBe(1);
    const count = await stored();
    const files = readdirSync(join(root(), 'etc/ssl/whmapi1/sites'));
    expect([at, named().length, files.length]).toEqual([at, count, count]);
    if (count === 0) break;
  }
  expect(killed).toBeGreaterThan(4);
});

// SIGKILL while a service gets another certificate: the next call restores the former one, and no key is left behind.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Authority, type Issued } from '../support/certificates.ts';
import { accountWorker } from '../support/account-worker.ts';
import { call, freshFolder } from '../support/command.ts';
import { sixth } from '../support/sixth.ts';

const here = freshFolder();
const worker = accountWorker();
let authority: Authority;
beforeAll(async () => {
  authority = await Authority.root('Test Root');
});
const issue = (): Promise<Issued> => {
  const until = new Date(Date.now() + 86_400_000).toISOString();
  return authority.issue({ domains: ['server.example.com'], until });
};

/** @returns the signal that ended the process. */
function install(service: string, { crt, key }: Issued, moment: string): Promise<string | null> {
  const args = JSON.stringify({ service, crt, key });
  const argv = [worker.path, here.state, moment, 'install_service_ssl_certificate', args];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'inherit'] });
  return new Promise((done) => child.on('close', (_status, signal) => done(signal)));
}

/** The files of the state directory that contain the key. */
function placesOf({ key }: Issued): string[] {
  const secret = key.split('\n')[1] ?? '';
  return readdirSync(here.state, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(here.state, name)).isFile())
    .filter((name) => readFileSync(join(here.state, name)).includes(secret));
}

const changes = ['before journal.note', 'after journal.note', 'before journal.close'];

it.each([
  'after journal.open',
  'before journal.close',
  'before certificate.install',
  'after certificate.install',
])('whmapi1d: killed %s', async (moment) => {
  const [former, next] = [await issue(), await issue()];
  expect(await install('cpanel', former, 'never')).toBeNull();
  expect(await install('cpanel', next, moment)).toBe('SIGKILL');
  await call(['version'], { state: here.state });
  expect((await call(['servicestatus'], { state: here.state })).metadata.result).toBe(1);
  // Any change finds the interrupted one first.
  expect((await call(['nvset', 'key=a', 'value=1'], { state: here.state })).metadata.result).toBe(1);
  expect([placesOf(former), placesOf(next)]).toEqual([['server.pem'], []]);
  expect(await install('cpanel', next, 'never')).toBeNull();
  expect(placesOf(next)).toEqual(['server.pem']);
});

it.each(
  sixth([
    ...changes,
    'after journal.note, time 2',
    'after files.write',
    'after files.commit',
    'before files.remove',
    'after files.remove',
  ]),
)('Dovecot: killed %s', async (moment) => {
  const [former, next] = [await issue(), await issue()];
  const folder = join(here.state, 'root/etc/ssl/whmapi1/services');
  const configured = () => {
    const text = readFileSync(join(here.state, 'root/etc/dovecot/conf.d/99-whmapi1-tls.conf'), 'utf8');
    return /^ssl_server_cert_file = (.+)$/m.exec(text)?.[1] ?? '';
  };
  expect(await install('dovecot', former, 'never')).toBeNull();
  const before = configured();
  expect(await install('dovecot', next, moment)).toBe('SIGKILL');
  // At every moment, Dovecot has a certificate and its key.
  expect(existsSync(configured())).toBe(true);
  expect((await call(['nvset', 'key=a', 'value=1'], { state: here.state })).metadata.result).toBe(1);
  expect(configured()).toBe(before);
  expect(readFileSync(before, 'utf8')).toContain(former.crt);
  expect(readdirSync(folder).map((name) => join(folder, name))).toEqual([before]);
  expect(await install('dovecot', next, 'never')).toBeNull();
  expect(readFileSync(configured(), 'utf8')).toContain(next.crt);
});

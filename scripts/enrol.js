// Sets up two-factor authentication from a checkout, step by step: `npm run enrol`. Everything is done by calls of
// bin/whmapi1; the secret goes over standard input, never into the list of processes.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { renderUnicodeCompact } from 'uqr';

const whmapi1 = join(import.meta.dirname, '../bin/whmapi1');

/** @returns the answer's data; ends the program where the call failed. */
function call(name, args = {}) {
  const { stdout, status, error } = spawnSync(whmapi1, ['--output=json', '--input=json', name], {
    input: JSON.stringify(args),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (error !== undefined) throw error;
  if (status === 0) return JSON.parse(stdout).data;
  console.error(stdout === '' ? `${name} ended with status ${status}.` : JSON.parse(stdout).metadata.reason);
  process.exit(status ?? 1);
}

const { secret, otpauth_str: uri } = call('twofactorauth_generate_tfa_config');
console.log(`Scan this with an authenticator app, or type the secret into it:\n`);
if (process.stdout.isTTY) console.log(`${renderUnicodeCompact(uri, { border: 2 })}\n`);
console.log(`secret: ${secret}\n`);

const terminal = createInterface({ input: process.stdin, output: process.stdout });
const code = await terminal.question('Code that the app shows: ');
terminal.close();

call('twofactorauth_set_tfa_config', { secret, tfa_token: code.trim() });
call('twofactorauth_enable_policy');
console.log('Two-factor authentication is on.');

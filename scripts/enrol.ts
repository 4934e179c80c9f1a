// Sets up two-factor authentication from a checkout, step by step: `npm run enrol`. Everything is done by calls of
// bin/whmapi1; the secret goes over standard input, never into the list of processes.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { drawQrCode } from '../src/cli/qr-code.ts';

const whmapi1 = join(import.meta.dirname, '../bin/whmapi1');

/** Answers the call's data; ends the program where the call failed. */
function call(name: string, args: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { stdout, status, error } = spawnSync(whmapi1, ['--output=json', '--input=json', name], {
    input: JSON.stringify(args),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (error !== undefined) throw error;
  const { metadata, data } = JSON.parse(stdout === '' ? '{}' : stdout) as {
    metadata?: { reason: string };
    data?: Record<string, string>;
  };
  if (status === 0) return data ?? {};
  console.error(metadata?.reason ?? `${name} ended with status ${status ?? 'unknown'}.`);
  process.exit(status ?? 1);
}

const { secret = '', otpauth_str: uri = '' } = call('twofactorauth_generate_tfa_config');
console.log('Scan this with an authenticator app, or type the secret into it:\n');
if (process.stdout.isTTY) console.log(drawQrCode(uri));
console.log(`secret: ${secret}\n`);

const terminal = createInterface({ input: process.stdin, output: process.stdout });
const code = await terminal.question('Code that the app shows: ');
terminal.close();

call('twofactorauth_set_tfa_config', { secret, tfa_token: code.trim() });
call('twofactorauth_enable_policy');
console.log('Two-factor authentication is on.');

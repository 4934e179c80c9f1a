// whmapi1 --enrol: sets up two-factor authentication at the terminal, for root or for the reseller in --user.
import { createApplication, root, type Application } from '../app/app.ts';
import type { Caller } from '../core/context.ts';
import { dispatch } from '../core/dispatch.ts';
import type { Envelope } from '../core/envelope.ts';
import { ApiError, errorKinds } from '../core/errors.ts';
import { writeStderr, type Io } from './io.ts';
import type { CommandLine } from './options.ts';
import { drawQrCode } from './qr-code.ts';
import { UsageError } from './usage-error.ts';

type Ask = NonNullable<Io['ask']>;
type CallFunction = (command: string, args?: Readonly<Record<string, string>>) => Promise<Envelope>;

/** Errors after which another code can be tried. */
const RETRIED: readonly string[] = [
  'tfa_invalid',
  'tfa_replayed',
  'tfa_locked',
  'bad_param',
  'missing_param',
];

/** @returns the exit status. @throws UsageError if there is no terminal. */
export async function enrol(line: CommandLine, io: Io): Promise<number> {
  const { ask } = io;
  if (ask === undefined || !io.stdout.isTerminal()) {
    throw new UsageError(
      '--enrol asks for a code, so it needs a terminal. In a script, call twofactorauth_generate_tfa_config and ' +
        'twofactorauth_set_tfa_config.',
    );
  }
  let application: Application | undefined;
  try {
    application = createApplication(io.environment);
    const caller = line.user === undefined ? root : await application.callerOf(line.user);
    return await setUp(application, caller, ask, io);
  } catch (error) {
    if (error instanceof UsageError) {
      writeStderr(io, 'Two-factor authentication was not set up: nothing was changed.\n');
      return 1;
    }
    if (!(error instanceof ApiError)) throw error;
    writeStderr(io, `whmapi1: ${error.message}\n`);
    return errorKinds[error.code].exit;
  } finally {
    application?.close();
  }
}

async function setUp(
  { engine, installation }: Application,
  caller: Caller,
  ask: Ask,
  io: Io,
): Promise<number> {
  const call: CallFunction = (command, args = {}) => {
    const given = Object.entries(args).map(([name, value]) => ({ name, value }));
    return dispatch({ command, args: given, dryRun: false }, caller, engine);
  };
  const kind = installation.isSandbox ? 'a sandbox' : 'this server';
  io.stdout.write(`Installation: ${installation.stateDirectory} (${kind})\nUser:         ${caller.user}\n\n`);
  const { [caller.user]: config } = dataOf(
    await call('twofactorauth_get_user_configs', { user: caller.user }),
  );
  if ((config as { is_enabled?: number } | undefined)?.is_enabled === 1) {
    const question = `“${caller.user}” already has two-factor authentication. Replace its secret? [y/N]`;
    if (!(await isYes(ask, question, false))) {
      io.stdout.write('Nothing was changed.\n');
      return 0;
    }
  }
  const made = dataOf(await call('twofactorauth_generate_tfa_config'));
  const { secret, otpauth_str: uri } = made as { secret: string; otpauth_str: string };
  io.stdout.write(
    'Scan this QR code with an authenticator app, or type the secret into the app:\n\n' +
      `${drawQrCode(uri)}\nsecret: ${secret}\n\n`,
  );
  await confirm(secret, call, ask, io);
  io.stdout.write(`Two-factor authentication is set up for “${caller.user}”.\n`);
  await enforce(caller, call, io);
  await offerRecoveryCodes(call, ask, io);
  return 0;
}

/** Asks for codes of the same secret until one is accepted. */
async function confirm(secret: string, call: CallFunction, ask: Ask, io: Io): Promise<void> {
  for (let wrong = 0; ;) {
    const code = (await ask('Code that the app shows:', false)).trim();
    if (code === '') continue;
    const { metadata } = await call('twofactorauth_set_tfa_config', { secret, tfa_token: code });
    if (metadata.result === 1) return;
    if (!RETRIED.includes(metadata.error_code ?? '')) throw toError(metadata);
    writeStderr(io, `${metadata.reason}\n`);
    if (metadata.error_code === 'tfa_invalid') {
      wrong += 1;
      writeStderr(
        io,
        `Wrong code ${wrong}. Five wrong codes within five minutes lock further attempts for five minutes.\n`,
      );
    }
    writeStderr(io, 'Type the code that the app shows now. Ctrl-C ends this without a change.\n');
  }
}

/** Logins require codes only while the policy is enabled, and only root can enable it. */
async function enforce(caller: Caller, call: CallFunction, io: Io): Promise<void> {
  const { is_enabled: isEnabled } = dataOf(await call('twofactorauth_policy_status'));
  if (isEnabled === 1) {
    io.stdout.write('Logins of this user now require a code.\n');
  } else if (caller.user === root.user) {
    dataOf(await call('twofactorauth_enable_policy'));
    io.stdout.write(
      'The policy is now enabled: logins require a code from every user who has set up two-factor authentication.\n',
    );
  } else {
    io.stdout.write(
      'The policy is disabled, so logins do not require codes yet. root can enable it with twofactorauth_enable_policy.\n',
    );
  }
}

async function offerRecoveryCodes(call: CallFunction, ask: Ask, io: Io): Promise<void> {
  io.stdout.write('\nA recovery code logs you in once when you do not have your phone.\n');
  try {
    if (!(await isYes(ask, 'Create ten recovery codes now? They replace earlier ones. [Y/n]', true))) return;
  } catch (error) {
    if (error instanceof UsageError) return;
    throw error;
  }
  const { recovery_codes: codes } = dataOf(await call('twofactorauth_generate_recovery_codes'));
  io.stdout.write(`\n${(codes as string[]).map((code) => `  ${code}\n`).join('')}\n`);
  io.stdout.write('Print these codes or save them in a password manager. They are not shown again.\n');
}

async function isYes(ask: Ask, question: string, standard: boolean): Promise<boolean> {
  const answer = (await ask(question, false)).trim().toLowerCase();
  return answer === '' ? standard : answer.startsWith('y');
}

/** @throws ApiError if the call failed. */
function dataOf({ metadata, data }: Envelope): NonNullable<Envelope['data']> {
  if (metadata.result !== 1) throw toError(metadata);
  return data ?? {};
}

function toError({ error_code: code, reason }: Envelope['metadata']): ApiError {
  return new ApiError(code ?? 'internal', reason);
}

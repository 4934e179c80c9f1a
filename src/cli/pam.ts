// whmapi1 --pam-prompt and --pam-check: two lines of a PAM service run them through pam_exec(8). docs/SYSTEM-LOGINS.md
// has the lines. The exit status 0 lets the login continue. PAM shows standard output to the user.
import { isIP } from 'node:net';
import { ApiError, errorKinds } from '../core/errors.ts';
import { visible } from '../core/quote.ts';
import { setUpSentence, SystemLoginsDesk, type SystemLogin } from '../administration/system-logins.ts';
import { writeStderr, type Io } from './io.ts';
import { UsageError } from './usage-error.ts';

const PROMPT = 'As the next password, type the security code of your authenticator app, or a recovery code.';
const UNAVAILABLE =
  'The security code cannot be checked now, so the login is refused. root can log in at the console.';
/** pam_exec passes at most 511 bytes. */
const MAX_CODE_BYTES = 512;

/** @returns 0 if the login needs no code, 1 if it needs one, 3 if this is unknown. @throws UsageError, WriteError */
export async function pamPrompt(io: Io): Promise<number> {
  const login = loginOf(io);
  return withDesk(io, async (desk) => {
    const requirement = await desk.requirementFor(login);
    if (requirement === 'none') return 0;
    io.stdout.write(`${requirement === 'code' ? PROMPT : visible(setUpSentence(login.user))}\n`);
    return 1;
  });
}

/** Reads the code from standard input, up to a NUL. @returns 0 if the login is accepted. @throws UsageError */
export async function pamCheck(io: Io): Promise<number> {
  const login = loginOf(io);
  const code = readCode(io);
  return withDesk(io, async (desk) => {
    const verdict = await desk.check(login, code);
    for (const sentence of 'problem' in verdict ? [verdict.reason] : verdict.warnings) {
      io.stdout.write(`${visible(sentence)}\n`);
    }
    return 'problem' in verdict ? 1 : 0;
  });
}

function loginOf(io: Io): SystemLogin {
  const { PAM_TYPE: type, PAM_USER: user = '', PAM_SERVICE: service = '' } = io.environment;
  if (type !== 'auth' || user === '' || service === '') {
    throw new UsageError('--pam-prompt and --pam-check are for “auth” lines of PAM with pam_exec.so.');
  }
  return { user, service, address: addressOf(io) };
}

/** @throws UsageError for a hostname, because its owner could choose any name. */
function addressOf({ environment }: Io): string | undefined {
  const { PAM_RHOST: host = '' } = environment;
  if (host === '') return undefined;
  if (isIP(host) !== 0) return host;
  throw new UsageError('PAM_RHOST should be an IP address. For sshd, set “UseDNS no” in sshd_config.');
}

function readCode(io: Io): string {
  const bytes = io.readStdin();
  if (bytes.length > MAX_CODE_BYTES) return 'too long';
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end === -1 ? bytes : bytes.subarray(0, end)).trim();
}

/** Every failure refuses the login: a store that cannot be read must not let anybody in. */
async function withDesk(io: Io, work: (desk: SystemLoginsDesk) => Promise<number>): Promise<number> {
  let desk: SystemLoginsDesk | undefined;
  try {
    desk = new SystemLoginsDesk(io.environment);
    return await work(desk);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    io.stdout.write(`${UNAVAILABLE}\n`);
    writeStderr(io, `whmapi1: ${visible(error.message)}\n`);
    return errorKinds[error.code].exit;
  } finally {
    desk?.close();
  }
}

// Hands mail to the mail system by its program sendmail, which every mail system of Debian provides. A sandbox stores the
// messages instead.
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MachineError } from '../../core/machine-error.ts';
import type { MachineMailer, OutboundMail } from '../../core/machine-outbound.ts';
import type { Run } from '../linux/run.ts';

const LIMIT_MS = 60_000;
/**
 * Runs a program in a unit of its own, with standard input and output. A process that cannot gain privileges, such as
 * the confined server, cannot run the set-group-ID programs with which mail systems reach their queues.
 */
const APART = [
  'systemd-run',
  '--quiet',
  '--pipe',
  '--wait',
  '--collect',
  '--description=whmapi1 sends mail',
  '--',
];
/** No option, no control character, no quoting. */
const ADDRESS = /^[A-Za-z0-9][\w.!#$%&'*+/=?^`{|}~-]*@[A-Za-z0-9.-]+$|^[a-z_][a-z0-9_-]{0,31}$/;

export class Sendmail implements MachineMailer {
  readonly isSupported = true;
  readonly storedIn = undefined;
  readonly #run: Run;
  readonly #program: string;

  constructor(run: Run, program = 'sendmail') {
    this.#run = run;
    this.#program = program;
  }

  async send({ from, to, content }: OutboundMail): Promise<void> {
    assertAddresses([from, ...to]);
    // -i: a line with a single dot does not end the message.
    const sendmail = [this.#program, '-i', '-f', from, '--', ...to];
    const [program = '', ...words] = (await hasNoNewPrivileges()) ? [...APART, ...sendmail] : sendmail;
    await this.#run(program, words, { input: content, limitMs: LIMIT_MS });
  }
}

export class StoredMail implements MachineMailer {
  readonly isSupported = false;
  readonly storedIn: string;
  readonly #now: () => number;

  constructor(directory: string, now: () => number) {
    this.storedIn = directory;
    this.#now = now;
  }

  async send({ from, to, content }: OutboundMail): Promise<void> {
    assertAddresses([from, ...to]);
    const name = `${this.#now()}-${randomUUID()}.eml`;
    try {
      await mkdir(this.storedIn, { recursive: true, mode: 0o700 });
      await writeFile(join(this.storedIn, name), content, { mode: 0o600, flag: 'wx' });
    } catch (cause) {
      throw new MachineError('failed', `Mail could not be stored in “${this.storedIn}”.`, { cause });
    }
  }
}

/** True if the kernel ignores set-user-ID and set-group-ID for this process: prctl(2), PR_SET_NO_NEW_PRIVS. */
async function hasNoNewPrivileges(): Promise<boolean> {
  return /^NoNewPrivs:\s*1$/m.test(await readFile('/proc/self/status', 'utf8').catch(() => ''));
}

function assertAddresses(addresses: readonly string[]): void {
  if (!addresses.every((address) => ADDRESS.test(address))) throw new TypeError('Invalid email address.');
}

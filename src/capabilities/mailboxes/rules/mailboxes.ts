// Where the mailboxes of an account are, as cPanel lays them out: its own in `~/mail`, and those of its domains in
// `~/mail/DOMAIN/LOGIN`, with their logins in `~/etc/DOMAIN/passwd` and the hashes of their passwords in
// `~/etc/DOMAIN/shadow`.
import type { Machine } from '../../../core/machine.ts';
import type { MachineUserFiles } from '../../../core/machine-user-files.ts';

/** A mailbox whose mail a session can read. */
export interface Mailbox {
  /** The account to which it belongs. */
  readonly user: string;
  /** The mailbox of a domain. Undefined: the account’s own. */
  readonly of?: MailboxOfDomain | undefined;
}

/** `login@domain` */
export interface MailboxOfDomain {
  readonly login: string;
  readonly domain: string;
}

/** One line of a file of logins is much shorter, and a domain has at most some thousands of them. */
const MAX_FILE = 4 * 2 ** 20;

/** Undefined unless it can be the address of a mailbox. Its parts become names of directories. */
export function readAddress(address: string): MailboxOfDomain | undefined {
  const [, login, domain] =
    /^([a-z0-9][a-z0-9_.&+'~=-]{0,63})@([a-z0-9][a-z0-9.-]{0,252})$/.exec(address) ?? [];
  return login === undefined || domain === undefined ? undefined : { login, domain };
}

/**
 * The hash of a mailbox’s password. Undefined if there is no such mailbox, or it is suspended.
 * @throws MachineError if the files cannot be read.
 */
export async function passwordHash(
  machine: Pick<Machine, 'userFiles'>,
  user: string,
  { login, domain }: MailboxOfDomain,
): Promise<string | undefined> {
  const home = await machine.userFiles(user);
  if ((await rowOf(home, 'passwd', { login, domain })) === undefined) return undefined;
  const [, hash = ''] = (await rowOf(home, 'shadow', { login, domain })) ?? [];
  return hash.startsWith('$') ? hash : undefined;
}

/** The fields of the login’s line in a file of the domain. */
async function rowOf(
  home: MachineUserFiles,
  name: 'passwd' | 'shadow',
  { login, domain }: MailboxOfDomain,
): Promise<string[] | undefined> {
  const content = (await home.below(`etc/${domain}`).read(name, MAX_FILE))?.content ?? [];
  const lines = Buffer.from(content).toString('utf8').split('\n');
  return lines.map((line) => line.split(':')).find(([first]) => first === login);
}

/**
 * The files of its Maildir, which need not exist. They are read as the account’s user. The line of a login says where its
 * mail is: it stays there if the domain is renamed.
 */
export async function openMaildir(machine: Machine, { user, of }: Mailbox): Promise<MachineUserFiles> {
  const home = await machine.userFiles(user);
  if (of === undefined) return home.below('mail');
  const [, , , , , folder = ''] = (await rowOf(home, 'passwd', of)) ?? [];
  const below = folder.startsWith(`${home.home}/mail/`) ? folder.slice(home.home.length + 1) : undefined;
  return home.below(below ?? `mail/${of.domain}/${of.login}`);
}

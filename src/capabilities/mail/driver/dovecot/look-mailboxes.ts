// The folders of a mailbox, and the messages in them, as doveadm(1) shows them. It works with the rights of the account.
import type { Machine } from '../../../../core/machine.ts';
import { MachineError } from '../../../../core/machine-error.ts';

export interface MailFolder {
  /** INBOX, INBOX.Sent */
  readonly name: string;
  readonly guid: string;
  readonly messages: number;
  /** In bytes, as clients download them. */
  readonly size: number;
}

/** A folder of a mailbox. */
export type FolderName = { readonly name: string } | { readonly guid: string };

const OK = 0;
/** sysexits.h, as doveadm uses it. */
const USAGE = 64;
const UNKNOWN_USER = 67;
const UNKNOWN_FOLDER = 68;
const REFUSED = 75;
const LIMIT_MS = 600_000;

type DoveadmMachine = Pick<Machine, 'services' | 'tools'>;

/** @param user a mailbox, or the name of an account. @throws MachineError `not_found`, `failed`. */
export async function lookAtFolders(machine: DoveadmMachine, user: string): Promise<MailFolder[]> {
  const words = [
    '-f',
    'json',
    'mailbox',
    'status',
    '-u',
    user,
    '--',
    'messages vsize guid',
    'INBOX',
    'INBOX.*',
  ];
  const rows = JSON.parse((await doveadm(machine, user, words)) || '[]') as Record<string, string>[];
  return rows.map(({ mailbox = '', guid = '', messages, vsize }) => ({
    ...{ name: mailbox, guid, messages: Number(messages), size: Number(vsize) },
  }));
}

/**
 * Checks that doveadm would accept a query for a folder that exists.
 * @param query words. @throws MachineError `invalid`, `not_found`, `failed`.
 */
export async function assertQuery(
  machine: DoveadmMachine,
  user: string,
  folder: FolderName,
  query: readonly string[],
): Promise<void> {
  const folders = await lookAtFolders(machine, user);
  const isThere = folders.some((one) =>
    'name' in folder ? one.name === folder.name : one.guid === folder.guid,
  );
  if (!isThere) {
    throw new MachineError(
      'not_found',
      `“${user}” has no mailbox “${'name' in folder ? folder.name : folder.guid}”. ` +
        'get_mailbox_status_list shows those that it has.',
    );
  }
  await doveadm(machine, user, ['search', '-u', user, '--', ...criterion(folder), ...query]);
}

/** Removes the messages for good. @throws MachineError. */
export async function expunge(
  machine: DoveadmMachine,
  user: string,
  folder: FolderName,
  query: readonly string[],
): Promise<void> {
  await doveadm(machine, user, ['expunge', '-u', user, '--', ...criterion(folder), ...query]);
}

const criterion = (folder: FolderName) =>
  'name' in folder ? ['mailbox', folder.name] : ['mailbox-guid', folder.guid];

async function doveadm(machine: DoveadmMachine, user: string, words: readonly string[]): Promise<string> {
  if (!(await machine.services()).isSupported)
    throw new MachineError('failed', 'A sandbox runs no Dovecot, which would read the mailbox.');
  const tools = await machine.tools([{ name: 'doveadm' }]);
  const accept = [OK, USAGE, UNKNOWN_USER, UNKNOWN_FOLDER, REFUSED];
  const { status, stdout, stderr } = await tools.run('doveadm', words, { accept, limitMs: LIMIT_MS });
  if (status === OK) return stdout;
  if (status === UNKNOWN_USER) throw new MachineError('not_found', `Dovecot knows no mailbox of “${user}”.`);
  // Anything else that goes wrong has another word before it.
  const refusal = /^(?:doveadm: )?Fatal: (.*)$/m.exec(stderr)?.[1];
  if (refusal !== undefined && !stderr.includes('Error: '))
    throw new MachineError('invalid', `Dovecot does not accept the query: ${refusal}.`);
  throw new MachineError('failed', `doveadm ended with ${status}: ${stderr.trim()}`);
}

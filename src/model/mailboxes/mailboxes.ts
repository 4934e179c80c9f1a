// Where the mailboxes of an account are, as cPanel lays them out.
import type { Machine } from '../../core/machine.ts';
import type { MachineUserFiles } from '../../core/machine-user-files.ts';

/** A mailbox whose mail a session can read. */
export interface Mailbox {
  /** The account to which it belongs. */
  readonly user: string;
}

/** The files of its Maildir, which need not exist. They are read as the account’s user. */
export async function openMaildir(
  machine: Pick<Machine, 'userFiles'>,
  { user }: Mailbox,
): Promise<MachineUserFiles> {
  return (await machine.userFiles(user)).below('mail');
}

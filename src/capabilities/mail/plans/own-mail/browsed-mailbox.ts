// The files of a mailbox of the account that calls, folder by folder.
import type { Context, FreeContext } from '../../../../core/context.ts';
import type { Fields } from '../../../../core/define.ts';
import { badParam } from '../../../../core/errors.ts';
import { quote } from '../../../../core/quote.ts';
import { lookAtFolder, type ListedFolder } from '../../driver/mailboxes/look-folder.ts';
import { getMailbox, ownAddress, ownMail } from '../../rules/email-form.ts';
import { readState } from '../../rules/state.ts';

export const browsedFields = {
  file: { type: 'string', doc: 'Its name.' },
  path: { type: 'string', doc: 'The directory that it is in.' },
  fullpath: { type: 'string', doc: 'Its absolute path.' },
  relpath: { type: 'string', doc: 'Its path below the mailbox.' },
  depth: { type: 'integer', doc: 'How many directories below the mailbox it is.' },
  type: { type: 'string', doc: 'file, dir, or another kind of file.' },
  isleaf: { type: 'flag', doc: '1: it has no directories in it.' },
  ismailbox: { type: 'flag', doc: '1: it is a folder of mail.' },
  mtime: { type: 'integer', doc: 'When it was last changed, in seconds since 1970-01-01.' },
} as const satisfies Fields;

/**
 * The directory of a mailbox, or of the account’s own, below the home.
 * @throws ApiError `bad_param`, `not_found`.
 */
export async function mailFolder(
  context: Pick<Context, 'db' | 'caller'>,
  account: string | undefined,
): Promise<string> {
  const owner = await ownMail(context);
  const { username } = owner.account;
  if (account === undefined || account === '' || account === username) return 'mail';
  const state = await readState(context.db, username);
  return `mail/${getMailbox(state, ownAddress(owner, { email: account })).folder}`;
}

interface Browsed extends ListedFolder {
  /** Below the home. */
  readonly mailbox: string;
  /** Below the mailbox. */
  readonly dir: string;
}

/** @throws ApiError `bad_param`, `not_found`. @throws MachineError. */
export async function browse(
  { machine, transaction, caller }: FreeContext,
  { account, dir = '' }: { readonly account: string | undefined; readonly dir: string | undefined },
): Promise<Browsed> {
  const mailbox = await transaction('reads', (db) => mailFolder({ db, caller }, account));
  const parts = dir.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..'))
    throw badParam(`The parameter “dir” should be a directory below the mailbox, not ${quote(dir)}.`);
  const listed = await lookAtFolder(machine, caller.user, [mailbox, ...parts].join('/'));
  return { ...listed, mailbox, dir: parts.join('/') };
}

/** Folders of mail are always listed, although their names begin with a dot. */
export function browsedRows({ home, mailbox, dir, entries }: Browsed, showsHidden: boolean) {
  const base = `${home}/${mailbox}`;
  const path = dir === '' ? base : `${base}/${dir}`;
  return entries
    .filter(({ file, isMailbox }) => showsHidden || isMailbox || !file.name.startsWith('.'))
    .map(({ file: { name, kind, modifiedAt }, isLeaf, isMailbox }) => {
      const relpath = dir === '' ? name : `${dir}/${name}`;
      return {
        ...{ file: name, path, fullpath: `${path}/${name}`, relpath, depth: relpath.split('/').length - 1 },
        type: kind === 'directory' ? 'dir' : kind,
        ...{
          isleaf: isLeaf ? (1 as const) : (0 as const),
          ismailbox: isMailbox ? (1 as const) : (0 as const),
        },
        mtime: Math.floor(modifiedAt / 1000),
      };
    });
}

// The messages in the queue of Exim, also in the queues of accounts whose mail is held.
import type { MachineFiles } from '../../../../core/machine-daemons.ts';
import type { Machine } from '../../../../core/machine.ts';
import { setImmediate as othersHaveRun } from 'node:timers/promises';
import type { FreeContext } from '../../../../core/context.ts';
import type {
  PageOfNames,
  PageOfQueue,
  QueuedMessage,
  QueuedName,
} from '../../rules/queue/queued-message.ts';
import { readSpoolHeader } from './spool-header.ts';

export const SPOOL = '/var/spool/exim4';
/** The queue of an account, or of one of its mailboxes. */
const HELD = /^held-[a-z][a-z0-9_-]{0,31}(?:-[0-9A-F]{12})?$/;
const HEADER = /^([A-Za-z0-9]{6}-(?:[A-Za-z0-9]{6}-[A-Za-z0-9]{2}|[A-Za-z0-9]{11}-[A-Za-z0-9]{4}))-H$/;
/** The headers of a message: Exim’s own limit is 1 MiB. Recipients come on top of that. */
const MAX_HEADER = 16 * 1024 * 1024;

/** Each takes a tenth of a millisecond, most of it in the kernel. */
const READ_AT_ONCE = 20;

/**
 * Reads what a call needs of the queue, the oldest message first: all messages, or those of its page if the names of the
 * files tell which these are. A message that Exim delivers or takes over meanwhile may be missing.
 * @throws MachineError `failed`.
 */
export async function readQueue(
  { machine, leaveIfLong }: Pick<FreeContext, 'machine' | 'leaveIfLong'>,
  pageOf: (names: readonly QueuedName[]) => PageOfNames | undefined,
): Promise<PageOfQueue> {
  const files = await machine.files([SPOOL]);
  const held = (await files.list(SPOOL)).filter((name) => HELD.test(name));
  const names: QueuedName[] = [];
  for (const folder of [SPOOL, ...held.map((name) => `${SPOOL}/${name}`)])
    names.push(...(await listFolder(files, `${folder}/input`)));
  // An ID begins with its time.
  names.sort((one, other) => (one.msgid < other.msgid ? -1 : 1));
  const page = pageOf(names);
  const wanted = page?.names ?? names;
  leaveIfLong(wanted.length);
  return { messages: await readMessages(files, wanted), counts: page?.counts };
}

/** Without the queues for held mail. */
export async function readOrdinaryQueue(machine: Pick<Machine, 'files'>): Promise<QueuedMessage[]> {
  const files = await machine.files([SPOOL]);
  return readMessages(files, await listFolder(files, `${SPOOL}/input`));
}

async function listFolder(files: MachineFiles, folder: string): Promise<QueuedName[]> {
  const all = new Set(await files.list(folder));
  return [...all].flatMap((name) => {
    const msgid = HEADER.exec(name)?.[1];
    // Exim has finished with it meanwhile, or has not yet received all of it.
    return msgid === undefined || !all.has(`${msgid}-D`) ? [] : [{ folder, msgid }];
  });
}

async function readMessages(files: MachineFiles, names: readonly QueuedName[]): Promise<QueuedMessage[]> {
  const found: QueuedMessage[] = [];
  for (const [at, { folder, msgid }] of names.entries()) {
    if (at % READ_AT_ONCE === READ_AT_ONCE - 1) await othersHaveRun();
    const bytes = await files.read(`${folder}/${msgid}-H`, MAX_HEADER);
    const header = bytes && readSpoolHeader(Buffer.from(bytes).toString('latin1'));
    const data = await files.facts(`${folder}/${msgid}-D`);
    if (header === undefined || data === undefined) continue;
    // The file of the body begins with its own name. An empty line comes before the body.
    const body = data.size - `${msgid}-D\n`.length;
    const { headerSize, ...known } = header;
    found.push({ ...known, msgid, size: headerSize + 1 + body });
  }
  return found;
}

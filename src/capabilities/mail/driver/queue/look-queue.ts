// The messages in the queue of Exim, also in the queues of accounts whose mail is held.
import type { MachineFiles } from '../../../../core/machine-daemons.ts';
import type { Machine } from '../../../../core/machine.ts';
import type { QueuedMessage } from '../../rules/queue/queued-message.ts';
import { readSpoolHeader } from './spool-header.ts';

export const SPOOL = '/var/spool/exim4';
/** The queue of an account, or of one of its mailboxes. */
const HELD = /^held-[a-z][a-z0-9_-]{0,31}(?:-[0-9A-F]{12})?$/;
const HEADER = /^([A-Za-z0-9]{6}-(?:[A-Za-z0-9]{6}-[A-Za-z0-9]{2}|[A-Za-z0-9]{11}-[A-Za-z0-9]{4}))-H$/;
/** The headers of a message: Exim’s own limit is 1 MiB. Recipients come on top of that. */
const MAX_HEADER = 16 * 1024 * 1024;

/**
 * Reads the queue, the oldest message first. A message that Exim delivers or takes over meanwhile may be missing.
 * @throws MachineError `failed`.
 */
export async function readQueue(machine: Machine): Promise<QueuedMessage[]> {
  const files = await machine.files([SPOOL]);
  const held = (await files.list(SPOOL)).filter((name) => HELD.test(name));
  const found: QueuedMessage[] = [];
  for (const folder of [SPOOL, ...held.map((name) => `${SPOOL}/${name}`)]) {
    found.push(...(await readFolder(files, `${folder}/input`)));
  }
  return found.sort((one, other) => one.time - other.time || (one.msgid < other.msgid ? -1 : 1));
}

/** The same without the queues for held mail. */
export async function readOrdinaryQueue(machine: Pick<Machine, 'files'>): Promise<QueuedMessage[]> {
  return readFolder(await machine.files([SPOOL]), `${SPOOL}/input`);
}

async function readFolder(files: MachineFiles, folder: string): Promise<QueuedMessage[]> {
  const found: QueuedMessage[] = [];
  for (const name of await files.list(folder)) {
    const msgid = HEADER.exec(name)?.[1];
    if (msgid === undefined) continue;
    const bytes = await files.read(`${folder}/${name}`, MAX_HEADER);
    const header = bytes && readSpoolHeader(Buffer.from(bytes).toString('latin1'));
    const data = await files.facts(`${folder}/${msgid}-D`);
    // Exim has finished with it meanwhile, or has not yet received all of it.
    if (header === undefined || data === undefined) continue;
    // The file of the body begins with its own name. An empty line comes before the body.
    const body = data.size - `${msgid}-D\n`.length;
    const { headerSize, ...known } = header;
    found.push({ ...known, msgid, size: headerSize + 1 + body });
  }
  return found;
}

// The message for anonymous visitors, which is a file of the account.
import type { FreeContext } from '../../../core/context.ts';
import { WELCOME } from './anonymous.ts';

const MAX_BYTES = 64 * 1024;

/** Empty if there is none. Read as the user. */
export async function readWelcome({
  machine,
  caller,
}: Pick<FreeContext, 'machine' | 'caller'>): Promise<string> {
  const found = await (await machine.userFiles(caller.user)).read(WELCOME, MAX_BYTES);
  return new TextDecoder().decode(found?.content);
}

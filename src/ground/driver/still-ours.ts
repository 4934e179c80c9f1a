// Says whether a step that is undone finds in a file of an account what it has written there.
import { MachineError } from '../../core/machine-error.ts';

/** The account made something else of it: a directory, a link that leads out, a file that it cannot read itself. */
const REPLACED: ReadonlySet<string> = new Set<MachineError['code']>(['invalid', 'not_found', 'not_ours']);

/**
 * False if the step did not write it, or the account has changed it since: then there is nothing to undo.
 * @throws MachineError `failed` if this cannot be told now, for example without the home directory.
 */
export async function isStillOurs(read: () => Promise<string>, written: string): Promise<boolean> {
  try {
    return (await read()) === written;
  } catch (error) {
    if (error instanceof MachineError && REPLACED.has(error.code)) return false;
    throw error;
  }
}

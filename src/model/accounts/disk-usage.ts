// How much disk space accounts take up: measured on the machine, and kept with the account.
import type { Context } from '../../core/context.ts';
import type { MachineUsage } from '../../core/machine.ts';
import { MachineError } from '../../core/machine-error.ts';
import * as accounts from './accounts.ts';
import { namesOf } from './search.ts';

/** So many are stored together: nobody waits longer for the store than for these. */
const BATCH = 100;
/** How many failures are reported one by one. */
const MAX_WARNINGS = 20;

/** What an account takes up now; undefined, with a warning, where the machine can't tell. */
export async function measure(
  { machine, warn }: Pick<Context, 'machine' | 'warn'>,
  username: string,
): Promise<MachineUsage | undefined> {
  try {
    return await (await machine.quota()).usage(username);
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    warn(notMeasured(username, error));
    return undefined;
  }
}

function notMeasured(username: string, error: MachineError): string {
  return `The disk use of “${username}” is what was measured last: ${error.message}`;
}

/** Measures every account of the caller and stores what it finds; no transaction is open while it measures. */
export async function measureAll({
  caller,
  machine,
  transaction,
  warn,
}: Pick<Context, 'caller' | 'machine' | 'transaction' | 'warn'>): Promise<void> {
  const names = await transaction('reads', (db) => namesOf(db, accounts.visibleTo(db, caller)));
  const usages = [...(await (await machine.quota()).usages(names))];
  let failures = 0;
  for (const [name, usage] of usages) {
    if (usage instanceof MachineError && ++failures <= MAX_WARNINGS) warn(notMeasured(name, usage));
  }
  for (let at = 0; at < usages.length; at += BATCH) {
    await transaction('changes', async (db) => {
      for (const [name, usage] of usages.slice(at, at + BATCH)) {
        if (!(usage instanceof MachineError)) await accounts.setUsage(db, name, usage);
      }
    });
  }
  if (failures > MAX_WARNINGS) warn(`So is that of ${failures - MAX_WARNINGS} more accounts.`);
}

// Enables or disables DNSSEC for one of many zones. If it fails for this zone, the others are still changed, and the
// result of the step has the reason.
import { LookAgain, MachineError } from '../../../../../core/machine-error.ts';
import { defineStep } from '../../../../../core/plan.ts';
import type { FileMemento } from '../../../../../ground/driver/file-driver.ts';
import { linesOfDiff } from '../../../../../ground/driver/diffs.ts';
import { zones } from '../zones.ts';
import { stepOf, type ZoneChange } from './change.ts';

interface Memento {
  readonly change?: FileMemento;
  /** Only if the zone loses its keys. */
  readonly keys?: unknown;
  /** Why it cannot be done. */
  readonly error?: string;
}

export interface SigningResult {
  readonly zone: string;
  /** Why it failed, as a sentence. Null if it succeeded. */
  readonly error: string | null;
  /** The tag of the key for the DS record in the parent zone. Null if there is none. */
  readonly keyTag: number | null;
}

const losesKeys = ({ after }: ZoneChange) => after?.dnssecPolicy === null;

export default defineStep<ZoneChange, Memento, SigningResult>({
  kind: 'zones/set-signing',
  describe: ({ name, after }) =>
    after?.dnssecPolicy == null
      ? `Disable DNSSEC for the zone “${name}” and remove its keys.`
      : `Sign the DNS zone “${name}” with the policy “${after.dnssecPolicy}”.`,
  async preview(machine, input) {
    const { error, lines } = await orError(async () => {
      return { lines: linesOfDiff(await stepOf(input).preview(machine)) };
    });
    return error === undefined ? lines : [error];
  },
  async prepare(machine, input) {
    return orError(async () => ({
      change: await stepOf(input).prepare(machine),
      ...(losesKeys(input) && { keys: await zones.removeKeys(input.name).prepare(machine) }),
    }));
  },
  async apply(machine, { input, memento }) {
    const { name } = input;
    const { change } = memento;
    if (change === undefined) return { zone: name, error: memento.error ?? '', keyTag: null };
    const applied = await orError(async () => {
      await stepOf(input).apply(machine, change);
      return {};
    });
    if (applied.error !== undefined) return { zone: name, error: applied.error, keyTag: null };
    if (losesKeys(input)) await zones.removeKeys(name).apply(machine, memento.keys);
    const key = (await zones.keys(machine, name)).find(({ flags, isActive }) => flags === 257 && isActive);
    return { zone: name, error: null, keyTag: key?.tag ?? null };
  },
  async undo(machine, { input, memento }) {
    if (memento.change === undefined) return;
    if (memento.keys !== undefined) await zones.removeKeys(input.name).undo(machine, memento.keys);
    await stepOf(input).undo(machine, memento.change);
  },
});

/**
 * Returns the problem if it concerns only this zone. @throws problems that concern every zone: a full disk or an
 * outdated plan.
 */
async function orError<T extends object>(work: () => Promise<T>): Promise<T & { readonly error?: string }> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof MachineError) || error instanceof LookAgain || error.code !== 'failed')
      throw error;
    return { error: error.message } as T & { readonly error: string };
  }
}

// Replaces a zone with a new version. Fails if it is no longer the version that the call read.
import { defineStep } from '../../../../../core/plan.ts';
import type { FileMemento } from '../../../../../ground/driver/file-driver.ts';
import { oneChange } from '../../../../../ground/driver/step.ts';
import type { Zone } from '../contract.ts';
import { zones } from '../zones.ts';

export interface ZoneChange {
  readonly name: string;
  /** The digest of the version that was read. Null for a new zone. */
  readonly before: string | null;
  /** Null removes the zone. */
  readonly after: Zone | null;
  /** The account of the zone is new: the step returns once the zone is in place. */
  readonly isNew?: true;
}

interface Written {
  /** True if a task must confirm that the nameserver serves the zone. */
  readonly isUnconfirmed: boolean;
}

export const stepOf = ({ name, before, after, isNew }: ZoneChange) =>
  isNew === true && before === null && after !== null
    ? zones.add(after)
    : zones.change(name, before === null ? undefined : { digest: before }, after);

export default defineStep<ZoneChange, FileMemento, Written>({
  kind: 'zones/change',
  ...oneChange(stepOf),
  async apply(machine, { input, memento }) {
    await stepOf(input).apply(machine, memento);
    return { isUnconfirmed: input.isNew === true && (await zones.isServed(machine)) };
  },
});

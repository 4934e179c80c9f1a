// Replaces a zone with a new version. Fails if it is no longer the version that the call read.
import { defineStep } from '../../../core/plan.ts';
import type { FileMemento } from '../../file-driver.ts';
import type { Zone } from '../contract.ts';
import { zones } from '../zones.ts';

export interface ZoneChange {
  readonly name: string;
  /** The digest of the version that was read. Null for a new zone. */
  readonly before: string | null;
  /** Null removes the zone. */
  readonly after: Zone | null;
}

export const stepOf = ({ name, before, after }: ZoneChange) =>
  zones.change(name, before === null ? undefined : { digest: before }, after);

export default defineStep<ZoneChange, FileMemento>({
  kind: 'zones/change',
  describe: (input) => stepOf(input).description,
  async preview(machine, input) {
    const diff = await stepOf(input).preview(machine);
    return diff === '' ? [] : diff.trimEnd().split('\n');
  },
  prepare: (machine, input) => stepOf(input).prepare(machine),
  apply: (machine, { input, memento }) => stepOf(input).apply(machine, memento),
  undo: (machine, { input, memento }) => stepOf(input).undo(machine, memento),
});

// Removes the DNSSEC keys of a removed zone. A later zone of the same name gets new keys.
import { defineStep } from '../../../../../core/plan.ts';
import { zones } from '../zones.ts';

interface ZoneKeys {
  readonly name: string;
}

export default defineStep<ZoneKeys, unknown>({
  kind: 'zones/remove-keys',
  prepare: (machine, { name }) => zones.removeKeys(name).prepare(machine),
  apply: (machine, { input, memento }) => zones.removeKeys(input.name).apply(machine, memento),
  undo: (machine, { input, memento }) => zones.removeKeys(input.name).undo(machine, memento),
});

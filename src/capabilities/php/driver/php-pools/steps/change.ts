// Replaces the pools of accounts for one release of PHP.
import { defineStep } from '../../../../../core/plan.ts';
import type { FileMemento } from '../../../../../ground/driver/file-driver.ts';
import { poolSteps, type DesiredPools } from '../driver.ts';

export const stepOf = (desired: DesiredPools) =>
  poolSteps(desired.release).step(`php-pools ${desired.release}`, descriptionOf(desired), desired);

export default defineStep<DesiredPools, FileMemento>({
  kind: 'php-pools/change',
  describe: descriptionOf,
  async preview(machine, input) {
    const diff = await stepOf(input).preview(machine);
    return diff === '' ? [] : diff.trimEnd().split('\n');
  },
  prepare: (machine, input) => stepOf(input).prepare(machine),
  apply: (machine, { input, memento }) => stepOf(input).apply(machine, memento),
  undo: (machine, { input, memento }) => stepOf(input).undo(machine, memento),
});

function descriptionOf({ release, accounts }: DesiredPools): string {
  const [first] = accounts;
  const of =
    accounts.length === 1 && first !== undefined ? `“${first.username}”` : `${accounts.length} accounts`;
  const names = accounts.flatMap(({ pools }) => pools.map(({ name }) => name));
  if (names.length === 0) return `Remove the pools of ${of} from PHP-FPM ${release}.`;
  const listed = names.length <= 5 ? names.join(', ') : `${names.length} virtual hosts`;
  return `Set the pools of ${of} in PHP-FPM ${release}: ${listed}.`;
}

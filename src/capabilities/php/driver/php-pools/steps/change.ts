// Replaces the pools of accounts for one release of PHP.
import { defineStep } from '../../../../../core/plan.ts';
import type { FileMemento } from '../../../../../ground/driver/file-driver.ts';
import { oneChange } from '../../../../../ground/driver/step.ts';
import { poolSteps, type DesiredPools } from '../driver.ts';

export const stepOf = (desired: DesiredPools) =>
  poolSteps(desired.release).step(`php-pools ${desired.release}`, descriptionOf(desired), desired);

export default defineStep<DesiredPools, FileMemento>({
  kind: 'php-pools/change',
  ...oneChange(stepOf),
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

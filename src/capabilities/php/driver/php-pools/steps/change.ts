// Replaces the pools of accounts for one release of PHP.
import { defineStep } from '../../../../../core/plan.ts';
import type { FileMemento } from '../../../../../ground/driver/file-driver.ts';
import { oneChange } from '../../../../../ground/driver/step.ts';
import { poolSteps, type DesiredPools } from '../driver.ts';
import { assertAccepted } from '../refusal.ts';

export const stepOf = (desired: DesiredPools) =>
  poolSteps(desired.release).step(`php-pools ${desired.release}`, descriptionOf(desired), desired);

interface Written {
  /** True if a task must confirm that PHP-FPM uses the pools. For new accounts, that of the web server does. */
  readonly isUnconfirmed: boolean;
}

export default defineStep<DesiredPools, FileMemento, Written>({
  kind: 'php-pools/change',
  ...oneChange(stepOf),
  async apply(machine, { input, memento }) {
    const isRestored = input.isRestored === true;
    // The call does not wait for PHP-FPM, so this is found out now.
    if (isRestored) await assertAccepted(machine, input.release);
    await stepOf(input).apply(machine, memento);
    return { isUnconfirmed: isRestored && (await machine.services()).isSupported };
  },
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

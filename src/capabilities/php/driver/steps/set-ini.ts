// Replaces the files php.ini of a release.
import { defineStep } from '../../../../core/plan.ts';
import type { FileMemento } from '../../../../ground/driver/file-driver.ts';
import { oneChange } from '../../../../ground/driver/step.ts';
import { iniSteps, type DesiredIni } from '../ini-driver.ts';

const stepOf = (desired: DesiredIni) =>
  iniSteps(desired.php).step(`php-ini ${desired.php.release}`, descriptionOf(desired), desired);

export default defineStep<DesiredIni, FileMemento>({
  kind: 'php/set-ini',
  ...oneChange(stepOf),
});

function descriptionOf({ php, files }: DesiredIni): string {
  return `Set ${files.map(({ path }) => path).join(' and ')} of PHP ${php.release}.`;
}

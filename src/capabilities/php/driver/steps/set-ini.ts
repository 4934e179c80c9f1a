// Replaces the files php.ini of a release.
import { defineStep } from '../../../../core/plan.ts';
import type { FileMemento } from '../../../../ground/driver/file-driver.ts';
import { iniSteps, type DesiredIni } from '../ini-driver.ts';

const stepOf = (desired: DesiredIni) =>
  iniSteps(desired.php).step(`php-ini ${desired.php.release}`, descriptionOf(desired), desired);

export default defineStep<DesiredIni, FileMemento>({
  kind: 'php/set-ini',
  describe: descriptionOf,
  async preview(machine, input) {
    const diff = await stepOf(input).preview(machine);
    return diff === '' ? [] : diff.trimEnd().split('\n');
  },
  prepare: (machine, input) => stepOf(input).prepare(machine),
  apply: (machine, { input, memento }) => stepOf(input).apply(machine, memento),
  undo: (machine, { input, memento }) => stepOf(input).undo(machine, memento),
});

function descriptionOf({ php, files }: DesiredIni): string {
  return `Set ${files.map(({ path }) => path).join(' and ')} of PHP ${php.release}.`;
}

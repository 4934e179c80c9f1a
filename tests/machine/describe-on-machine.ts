// Suites that boot a machine, or say in one line why they cannot.
import { isMissing } from '../support/require-tool.ts';
import { whyNoMachine } from './machine.ts';

export function describeOnMachine(what: string, tests: () => void): void {
  const why = whyNoMachine();
  if (why === undefined && !isMissing('debootstrap')) describe(what, tests);
  else describe.skip(`${what} (skipped: ${why ?? 'debootstrap is not installed'})`, tests);
}

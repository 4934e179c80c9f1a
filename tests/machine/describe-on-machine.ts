// Suites that work in a throw-away Debian, or say in one line why they cannot.
import { isMissing } from '../support/require-tool.ts';
import { whyNoMachine } from './machine.ts';

export function describeOnMachine(what: string, tests: () => void): void {
  const why = isMissing('debootstrap') ? 'debootstrap is missing' : whyNoMachine();
  if (why === undefined) {
    describe(what, tests);
  } else {
    process.stderr.write(`skipped: ${what}: ${why}\n`);
    describe.skip(`${what} (skipped: ${why})`, tests);
  }
}

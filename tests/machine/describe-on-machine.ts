// Suites that run in a throw-away Debian, or print one line with the reason why they cannot.
import { isMissing, packageOf } from '../support/require-tool.ts';
import { whyNoMachine } from './machine.ts';

export function describeOnMachine(what: string, tests: () => void): void {
  const why = whyNotOnMachine();
  if (why === undefined) {
    describe(what, tests);
  } else {
    process.stderr.write(`skipped: ${what}: ${why}\n`);
    describe.skip(`${what} (skipped: ${why})`, tests);
  }
}

/** Undefined if such suites run here. */
export function whyNotOnMachine(): string | undefined {
  const missing = (['debootstrap', 'dpkg-scanpackages'] as const).find(isMissing);
  return missing === undefined
    ? whyNoMachine()
    : `${missing} is missing (Debian package ${packageOf[missing]})`;
}

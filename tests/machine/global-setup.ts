// Runs before the suites: creates the root file system that they boot copies of, and a folder for packages. Otherwise
// it prints clearly that no machine is booted.
import { makePackageFolder } from './built-package.ts';
import { machineRoot } from './debian-root.ts';
import { whyNotOnMachine } from './describe-on-machine.ts';

export default function setUp(): void {
  const why = whyNotOnMachine();
  if (why !== undefined) {
    const line = `NO MACHINE IS BOOTED, SO NOTHING OF tests/machine IS TESTED: ${why}.`;
    const frame = '!'.repeat(line.length);
    process.stderr.write(`\n${frame}\n${line}\n${frame}\n\n`);
    return;
  }
  makePackageFolder();
  const begun = performance.now();
  const root = machineRoot();
  process.stderr.write(`The machines’ root ${root}: ${((performance.now() - begun) / 1000).toFixed(1)} s\n`);
}

// Sets the DNS resolvers of this server: the “nameserver” lines of /etc/resolv.conf (resolv.conf(5)). Other lines are
// kept.
import type { FileBackup } from '../../../../../core/machine-daemons.ts';
import type { Machine } from '../../../../../core/machine.ts';
import { defineStep } from '../../../../../core/plan.ts';
import { linesOfDiff, unifiedDiff } from '../../../../../ground/driver/diffs.ts';

interface Input {
  /** IPv4 or IPv6 addresses, in the order of use. */
  readonly servers: readonly string[];
}

const PATH = '/etc/resolv.conf';
const attributes = { mode: 0o644 };

export default defineStep<Input, FileBackup>({
  kind: 'resolver/set',
  describe: ({ servers }) => `Set the DNS resolvers of this server to ${servers.join(', ')} (“${PATH}”).`,
  async preview(machine, { servers }) {
    const before = (await (await files(machine)).readText(PATH)) ?? null;
    return linesOfDiff(
      unifiedDiff({ path: PATH, before, after: next(before ?? '', servers), isSecret: false }),
    );
  },
  prepare: async (machine) => (await files(machine)).backUp(PATH),
  async apply(machine, { input: { servers } }) {
    const port = await files(machine);
    await port.write(PATH, next((await port.readText(PATH)) ?? '', servers), attributes);
  },
  async undo(machine, { memento }) {
    const port = await files(machine);
    await port.discard(PATH);
    await port.restore(PATH, memento);
  },
});

const files = (machine: Machine) => machine.files(['/etc']);

function next(before: string, servers: readonly string[]): string {
  const others = before.split('\n').filter((line) => line !== '' && !/^\s*nameserver\b/.test(line));
  return [...others, ...servers.map((server) => `nameserver ${server}`), ''].join('\n');
}

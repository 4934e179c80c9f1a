// The hostname of the kernel and in /etc/hostname, in /etc/hosts, and in /etc/mailname if that file exists (Debian Policy
// 11.6).
import type { DeclaredTool, FileBackup } from '../../../../../core/machine-daemons.ts';
import type { Machine } from '../../../../../core/machine.ts';
import { defineStep } from '../../../../../core/plan.ts';
import { linesOfDiff, unifiedDiff } from '../../../../../ground/driver/diffs.ts';
import { renamedHosts } from '../hosts-file.ts';

interface Input {
  /** Fully qualified, in lower case: `server.example.com`. */
  readonly hostname: string;
  readonly former: string;
}

interface Memento {
  readonly files: readonly { readonly path: string; readonly backup: FileBackup }[];
}

const NAME = '/etc/hostname';
const HOSTS = '/etc/hosts';
const MAIL_NAME = '/etc/mailname';
const BUS = '/run/dbus/system_bus_socket';
const attributes = { mode: 0o644 };
const tools: readonly DeclaredTool[] = [{ name: 'hostnamectl' }, { name: 'hostname' }];

export default defineStep<Input, Memento>({
  kind: 'hostname/set',
  describe: ({ hostname }) => `Set the hostname of this server to “${hostname}”.`,

  async preview(machine, input) {
    const port = await files(machine);
    const lines: string[] = [];
    for (const { path, after } of await changes(machine, input)) {
      const before = (await port.readText(path)) ?? null;
      lines.push(...linesOfDiff(unifiedDiff({ path, before, after, isSecret: false })));
    }
    return lines;
  },

  async prepare(machine, input) {
    const port = await files(machine);
    const backups = [];
    for (const { path } of await changes(machine, input)) {
      backups.push({ path, backup: await port.backUp(path) });
    }
    return { files: backups };
  },

  async apply(machine, { input }) {
    const port = await files(machine);
    for (const { path, after } of await changes(machine, input)) await port.write(path, after, attributes);
    await setInKernel(machine, input.hostname);
  },

  async undo(machine, { input, memento }) {
    try {
      await setInKernel(machine, input.former);
    } finally {
      // The last, because systemd-hostnamed also writes /etc/hostname.
      const port = await files(machine);
      for (const { path, backup } of memento.files) {
        await port.discard(path);
        await port.restore(path, backup);
      }
    }
  },
});

const files = (machine: Machine) => machine.files(['/etc', '/run/dbus']);

/** A sandbox has no kernel of its own: its hostname is what its /etc/hostname says. */
async function setInKernel(machine: Machine, hostname: string): Promise<void> {
  if (machine.system.isSandbox) return;
  const port = await machine.tools(tools);
  // systemd-hostnamed also tells other programs, but a minimal Debian has no D-Bus.
  if ((await hasBus(machine)) && (await port.has('hostnamectl'))) {
    await port.run('hostnamectl', ['--no-ask-password', 'hostname', hostname]);
  } else await port.run('hostname', [hostname]);
}

async function hasBus(machine: Machine): Promise<boolean> {
  return (await (await files(machine)).facts(BUS)) !== undefined;
}

async function changes(
  machine: Machine,
  { hostname, former }: Input,
): Promise<{ readonly path: string; readonly after: string }[]> {
  const port = await files(machine);
  const hosts = (await port.readText(HOSTS)) ?? '';
  const address = machine.system.addresses()[0];
  const mail = await port.readText(MAIL_NAME);
  return [
    { path: NAME, after: `${hostname}\n` },
    { path: HOSTS, after: renamedHosts(hosts, { hostname, former, address }) },
    ...(mail === undefined ? [] : [{ path: MAIL_NAME, after: `${hostname}\n` }]),
  ];
}

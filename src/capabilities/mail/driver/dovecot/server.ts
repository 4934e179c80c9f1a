// The configuration of Dovecot for the whole server.
import type { MachineFiles } from '../../../../core/machine-daemons.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import {
  digestOf,
  FileSteps,
  type DriverPort,
  type FileDriver,
} from '../../../../ground/driver/file-driver.ts';
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import { PAM_CONTENT, renderDovecot, type DovecotOptions } from './configuration.ts';
import { CONFIGURATION, PAM, QUOTA_WARNING } from './places.ts';
import { QUOTA_WARNING_CONTENT } from './quota-warning.ts';

const UNIT = 'dovecot';
const DIRECTORIES = ['/etc/dovecot', '/etc/pam.d', '/etc/exim4', '/var/lib'];
const PARTS = '/etc/dovecot/conf.d';
/** The files of Debian’s packages as they were installed. They are managed by ucf(1), not by dpkg. */
const DEBIANS = '/usr/share/dovecot';
const publicFile = { mode: 0o644 };

interface DesiredDovecot extends DovecotOptions {
  /** The digest of the file of Debian’s package, which may be replaced. Undefined if another one is there. */
  readonly replaces: string | undefined;
}

const driver: FileDriver<DesiredDovecot> = {
  name: 'Dovecot',
  directories: DIRECTORIES,
  tools: [{ name: 'doveconf' }],
  suits: async ({ tools, services }) => !services.isSupported || tools.has('doveconf'),
  folders: [
    { path: '/etc/dovecot', attributes: { mode: 0o755 } },
    { path: '/etc/pam.d', attributes: { mode: 0o755 } },
  ],
  files: ({ replaces, ...options }, locate) => [
    { path: PAM, content: PAM_CONTENT, attributes: publicFile },
    { path: QUOTA_WARNING, content: QUOTA_WARNING_CONTENT, attributes: { mode: 0o755 } },
    {
      path: CONFIGURATION,
      content: renderDovecot(options, locate),
      attributes: publicFile,
      ...(replaces !== undefined && { replaces }),
    },
  ],
  async check(_desired, staged, { tools, services }) {
    const path = staged.get(CONFIGURATION);
    if (path !== undefined && services.isSupported) await tools.run('doveconf', ['-n', '-c', { path }]);
  },
  async reloads({ replaces }, changes, { services }) {
    if (changes.length === 0 || !services.isSupported) return [];
    if (changes.every(({ path }) => path !== CONFIGURATION)) return [];
    // A reload keeps sessions. Debian’s configuration has other services.
    const isFirst = replaces !== undefined || changes.some(({ before }) => before === null);
    if (!isFirst) return [{ key: `${UNIT} reload`, run: () => services.reload(UNIT) }];
    return [{ key: UNIT, run: () => services.restart(UNIT) }];
  },
  healthy: assertRunning,
  isDown: () => false,
};

async function assertRunning(
  _desired: DesiredDovecot,
  changes: readonly unknown[],
  { services }: DriverPort,
): Promise<void> {
  if (changes.length === 0 || !services.isSupported) return;
  const { state, log } = await services.state(UNIT);
  if (state !== 'active') throw new MachineError('failed', `Dovecot is ${state}. ${log.join(' ')}`);
}

const steps = new FileSteps(driver);

/** @throws MachineError `failed` if an administrator has configured Dovecot. */
export async function dovecotStep(machine: DriverMachine, options: DovecotOptions) {
  const files = await machine.files([...DIRECTORIES, DEBIANS]);
  const found = await files.readText(CONFIGURATION);
  const isDebians = found !== undefined && found === (await files.readText(`${DEBIANS}/dovecot.conf`));
  if (isDebians) await assertUnconfigured(files);
  const desired = { ...options, replaces: isDebians ? digestOf(found) : undefined };
  return steps.step(
    'dovecot',
    `Write the configuration of Dovecot, “${CONFIGURATION}”, and restart Dovecot.`,
    desired,
  );
}

/** Debian’s dovecot.conf includes these, and the new one does not: they must not have been changed. */
async function assertUnconfigured(files: MachineFiles): Promise<void> {
  for (const name of await files.list(PARTS)) {
    if (!name.endsWith('.conf') || name.startsWith('99-whmapi1')) continue;
    const path = `${PARTS}/${name}`;
    if ((await files.readText(path)) === (await files.readText(`${DEBIANS}/conf.d/${name}`))) continue;
    throw new MachineError(
      'failed',
      `Dovecot was configured by hand: “${path}” is not the file of Debian’s package. whmapi1 would replace that ` +
        'configuration. To allow it, move the file away. Own settings go into “/etc/dovecot/local.conf”.',
    );
  }
}

// Writes settings of Dovecot into a file that Debian’s dovecot.conf includes. doveconf checks the file before it is in
// place, and the whole configuration after that. Then Dovecot loads it.
import type { MachineFiles } from '../../../../core/machine-daemons.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import { FileSteps, type DriverPort, type FileDriver } from '../../../../ground/driver/file-driver.ts';
import { catalogue } from './catalogue.ts';
import { CONFIGURATION, readEffective, SETTINGS_FILE, tools } from './look-dovecot.ts';
import { renderSettings, type DovecotSettings } from './render.ts';

export interface DesiredSettings {
  /** All settings of the file. */
  readonly settings: DovecotSettings;
  /** The one that changes. */
  readonly key: string;
}

const UNIT = 'dovecot';
/** Each protocol’s package has a file there. */
const PROTOCOLS = '/usr/share/dovecot/protocols.d';
const CHECKED = '/etc/dovecot/whmapi1-check.conf';
/** The oldest form of the configuration that Dovecot 2.4 reads. The first lines of every configuration. */
const VERSIONS = 'dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n';

const driver: FileDriver<DesiredSettings> = {
  name: 'Dovecot',
  directories: ['/etc/dovecot', PROTOCOLS],
  tools,
  suits: async ({ tools: found, services }) => !services.isSupported || found.has('doveconf'),
  folders: [
    { path: '/etc/dovecot', attributes: { mode: 0o755 } },
    { path: '/etc/dovecot/conf.d', attributes: { mode: 0o755 } },
  ],
  files: ({ settings }) => [
    { path: SETTINGS_FILE, content: renderSettings(settings), attributes: { mode: 0o644 } },
  ],
  async check({ settings }, staged, { tools: found, files, services }) {
    // doveconf does not check this, and Dovecot would not start.
    if (services.isSupported) await assertProtocols(settings.protocols, files);
    const path = staged.get(SETTINGS_FILE);
    if (path === undefined || !(await found.has('doveconf'))) return;
    // Never put in place.
    const whole = await files.stage(CHECKED, `${VERSIONS}!include ${files.locate(path)}\n`, { mode: 0o600 });
    try {
      await found.run('doveconf', ['-n', '-c', { path: whole }]);
    } finally {
      await files.discard(CHECKED);
    }
  },
  async reloads(_desired, _changes, port) {
    const { services } = port;
    if (!services.isSupported || (await services.state(UNIT)).state !== 'active') return [];
    return [{ key: UNIT, before: () => assertValid(port), run: () => services.reload(UNIT) }];
  },
  async healthy({ settings, key }, _changes, port) {
    if (!port.services.isSupported) return;
    await assertValid(port);
    const wanted = settings[key];
    if (wanted === undefined) return;
    const found = (await readEffective(port.tools)).get(key);
    // Sizes have several spellings: 1024K is 1M.
    if (found === wanted || catalogue[key]?.form.accept(found ?? '') === wanted) return;
    throw new MachineError(
      'failed',
      `Another file of /etc/dovecot overrides “${key}” of “${SETTINGS_FILE}”: it is “${found ?? ''}”. “doveconf -n” shows ` +
        'what is in force. Remove the setting there.',
    );
  },
  isDown: (error) => error instanceof MachineError && /not active|inactive/.test(error.message),
};

async function assertProtocols(protocols: string | undefined, files: MachineFiles): Promise<void> {
  for (const name of protocols?.split(' ') ?? []) {
    if ((await files.facts(`${PROTOCOLS}/${name}d.protocol`)) !== undefined) continue;
    throw new MachineError(
      'failed',
      `Dovecot cannot serve “${name}” before its package is installed: apt-get install dovecot-${name}d`,
    );
  }
}

/** The whole configuration of the server. @throws MachineError with the message of doveconf. */
async function assertValid({ tools: found }: DriverPort): Promise<void> {
  await found.run('doveconf', ['-n', '-c', { path: CONFIGURATION }]);
}

const steps = new FileSteps(driver);

export const settingsStep = (desired: DesiredSettings) =>
  steps.step('dovecot settings', 'Change the configuration of Dovecot.', desired);

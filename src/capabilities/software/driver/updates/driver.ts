// Writes the settings of updates for apt and unattended-upgrades. apt-config and apt-cache check the files, and
// apt-config confirms that no other file overrides them.
import { MachineError } from '../../../../core/machine-error.ts';
import type { DriverPort, FileDriver } from '../../../../ground/driver/file-driver.ts';
import { FileSteps } from '../../../../ground/driver/file-driver.ts';
import { aptPlaces } from './apt-places.ts';
import { PACKAGE, renderConfiguration, renderPreferences, type DesiredUpdates } from './render.ts';
import { parseAptSettings, SETTINGS_FILE } from './settings.ts';

const PREFERENCES_FILE = '/etc/apt/preferences.d/whmapi1.pref';
const attributes = { mode: 0o644 };
const folder = { mode: 0o755 };

const driver: FileDriver<DesiredUpdates> = {
  name: 'apt',
  directories: ['/etc/apt'],
  tools: [
    { name: 'apt-config', worksInSandbox: true },
    { name: 'apt-cache', worksInSandbox: true },
  ],
  suits: async ({ tools, services }) => !services.isSupported || tools.has('apt-config'),
  folders: [
    { path: '/etc/apt/apt.conf.d', attributes: folder },
    { path: '/etc/apt/preferences.d', attributes: folder },
  ],
  files: (desired) => [
    { path: PREFERENCES_FILE, content: renderPreferences(desired), attributes },
    { path: SETTINGS_FILE, content: renderConfiguration(desired), attributes },
  ],
  async check(_desired, staged, port) {
    const configuration = staged.get(SETTINGS_FILE);
    if (configuration !== undefined && (await port.tools.has('apt-config'))) {
      // Fails on a syntax error.
      await port.tools.run('apt-config', ['-c', { path: configuration }, 'dump']);
    }
    const preferences = staged.get(PREFERENCES_FILE);
    if (preferences !== undefined) await checkPreferences(preferences, port);
  },
  // apt reads its files at each start.
  reloads: async () => [],
  async healthy(desired, _changes, { tools, services }) {
    // In a sandbox, apt-config reads the files of the machine.
    if (!services.isSupported) return;
    const { UPDATES, RPMUP, SECURITY_UPDATES } = desired.settings;
    const chosen = [UPDATES, RPMUP, SECURITY_UPDATES];
    if (chosen.every((one) => one === undefined)) return;
    const { stdout } = await tools.run('apt-config', ['dump', '--format', '%f=%v%n']);
    if (parseAptSettings(stdout).isUnattended === chosen.includes('daily')) return;
    throw new MachineError(
      'failed',
      'Another file of /etc/apt/apt.conf.d, or /etc/apt/apt.conf, overrides APT::Periodic settings of ' +
        `“${SETTINGS_FILE}”. “apt-config dump APT::Periodic” shows what is in force. Remove them there.`,
    );
  },
  isDown: () => false,
};

/** apt-cache only warns of what it does not understand. */
async function checkPreferences(path: string, { tools }: DriverPort): Promise<void> {
  if (!(await tools.has('apt-cache'))) return;
  const option = ['-o', { path, prefix: 'Dir::Etc::preferences=' }];
  const { stderr } = await tools.run('apt-cache', [...aptPlaces, ...option, 'policy', PACKAGE]);
  const complaint = stderr
    .split('\n')
    .find((line) => /pin|preference/i.test(line) && !line.includes('Unable to read'));
  if (complaint !== undefined) throw new MachineError('failed', `apt rejects “${path}”: ${complaint}`);
}

const steps = new FileSteps(driver);

export const updatesStep = (desired: DesiredUpdates) =>
  steps.step('updates', 'Set how this server is updated.', desired);

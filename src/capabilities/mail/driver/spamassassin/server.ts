// The configuration of SpamAssassin for the whole server.
import { MachineError } from '../../../../core/machine-error.ts';
import { FileSteps, type FileDriver } from '../../../../ground/driver/file-driver.ts';
import type { DaemonSettings } from '../../rules/spam/settings.ts';
import { renderUnit, RULES } from './configuration.ts';
import { CONFIGURATION, DIRECTORIES, folder, LIMITS, LIMITS_FOLDER, PREFERENCES, UNIT } from './places.ts';

const publicFile = { mode: 0o644 };
const publicFolder = { mode: 0o755 };

const driver: FileDriver<DaemonSettings> = {
  name: 'SpamAssassin',
  directories: DIRECTORIES,
  tools: [{ name: 'spamd' }, { name: 'systemctl' }],
  suits: async ({ tools, services }) => !services.isSupported || tools.has('spamd'),
  folders: [
    { path: '/etc/spamassassin', attributes: publicFolder },
    { path: PREFERENCES, attributes: folder },
    { path: '/etc/systemd/system', attributes: publicFolder },
    { path: LIMITS_FOLDER, attributes: publicFolder },
  ],
  files: (settings) => [
    { path: CONFIGURATION, content: RULES, attributes: publicFile },
    { path: LIMITS, content: renderUnit(settings), attributes: publicFile },
  ],
  check: () => Promise.resolve(),
  async reloads(_settings, changes, { services, tools }) {
    if (changes.length === 0 || !services.isSupported) return [];
    const run = async () => {
      await tools.run('systemctl', ['daemon-reload']);
      await services.restart(UNIT);
    };
    return [{ key: UNIT, run }];
  },
  async healthy(_settings, changes, { services }) {
    if (changes.length === 0 || !services.isSupported) return;
    const { state, log } = await services.state(UNIT);
    if (state !== 'active') throw new MachineError('failed', `SpamAssassin is ${state}. ${log.join(' ')}`);
  },
  isDown: () => false,
};

const steps = new FileSteps(driver);

export const spamdStep = (settings: DaemonSettings) =>
  steps.step('spamd', `Write how SpamAssassin is started, “${LIMITS}”, and restart it.`, settings);

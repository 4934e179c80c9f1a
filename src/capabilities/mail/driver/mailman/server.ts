// The configuration of Mailman for the whole server.
import { randomBytes } from 'node:crypto';
import { MachineError } from '../../../../core/machine-error.ts';
import { FileSteps, type FileDriver } from '../../../../ground/driver/file-driver.ts';
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import { folder as eximFolder, FOLDER as EXIM, readable as eximFile } from '../exim/places.ts';
import { renderMailman, restSecretIn, UNIT_LIMITS, type MailmanSecrets } from './configuration.ts';
import {
  CONFIGURATION,
  DIRECTORIES,
  LIMITS,
  LIMITS_FOLDER,
  secretFile,
  SENDING_SECRET,
  UNIT,
} from './places.ts';

const SECRET_BYTES = 32;
const publicFile = { mode: 0o644 };
const publicFolder = { mode: 0o755 };

interface Desired {
  readonly hostname: string;
  readonly secrets: MailmanSecrets;
}

const driver: FileDriver<Desired> = {
  name: 'Mailman',
  directories: DIRECTORIES,
  tools: [{ name: 'mailman' }, { name: 'systemctl' }],
  suits: async ({ tools, services }) => !services.isSupported || tools.has('mailman'),
  folders: [
    { path: '/etc/mailman3', attributes: publicFolder },
    { path: '/etc/systemd/system', attributes: publicFolder },
    { path: LIMITS_FOLDER, attributes: publicFolder },
    { path: '/etc/exim4', attributes: publicFolder },
    { path: EXIM, attributes: eximFolder },
  ],
  files: ({ hostname, secrets }) => [
    {
      path: CONFIGURATION,
      content: renderMailman(hostname, secrets),
      attributes: secretFile,
      isSecret: true,
    },
    { path: LIMITS, content: UNIT_LIMITS, attributes: publicFile },
    { path: SENDING_SECRET, content: secrets.sending, attributes: eximFile, isSecret: true },
  ],
  check: () => Promise.resolve(),
  async reloads(_desired, changes, { services, tools }) {
    if (changes.length === 0 || !services.isSupported) return [];
    const run = async () => {
      await tools.run('systemctl', ['daemon-reload']);
      await services.enable(UNIT);
      await services.restart(UNIT);
    };
    return [{ key: UNIT, run }];
  },
  async healthy(_desired, changes, { services }) {
    if (changes.length === 0 || !services.isSupported) return;
    const { state, log } = await services.state(UNIT);
    if (state !== 'active') throw new MachineError('failed', `Mailman is ${state}. ${log.join(' ')}`);
  },
  isDown: () => false,
};

const steps = new FileSteps(driver);
const newSecret = () => randomBytes(SECRET_BYTES).toString('hex');

/** Keeps the secrets that are there. @param hostname of the server. */
export async function mailmanStep(machine: Pick<DriverMachine, 'files'>, hostname: string) {
  const files = await machine.files(DIRECTORIES);
  const secrets = {
    rest: restSecretIn((await files.readText(CONFIGURATION)) ?? '') ?? newSecret(),
    sending: (await files.readText(SENDING_SECRET)) ?? newSecret(),
  };
  return steps.step('mailman', `Write the configuration of Mailman, “${CONFIGURATION}”, and restart it.`, {
    hostname,
    secrets,
  });
}

// The configuration of ProFTPD. It replaces the one that Debian's package has installed, and never one that somebody has
// written or edited.
import { createPrivateKey } from 'node:crypto';
import type { MachineFiles } from '../../../../core/machine-daemons.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import {
  digestOf,
  FileSteps,
  type DriverPort,
  type FileDriver,
} from '../../../../ground/driver/file-driver.ts';
import { readGreeting } from '../../../system/driver/services/probes.ts';
import {
  CONFIGURATION,
  DIRECTORIES,
  FOLDERS,
  LOG_ROTATION,
  PAM,
  readable,
  TEMPLATE,
  tools,
  UNIT,
} from './places.ts';
import { HEADER, PAM_RULES, PORT, renderConfiguration, ROTATION_RULES, type KeyType } from './render.ts';

interface Desired {
  readonly keyType: KeyType;
  /** The digest of Debian’s configuration, if that is the present one. */
  readonly replaces?: string;
}

const LIMIT_MS = 10_000;

const driver: FileDriver<Desired> = {
  name: 'ProFTPD',
  directories: DIRECTORIES,
  tools,
  folders: FOLDERS,
  suits: async ({ tools: found, services }) => !services.isSupported || found.has('proftpd'),
  files: ({ keyType, replaces }, locate) => [
    { path: PAM, content: PAM_RULES, attributes: readable },
    { path: LOG_ROTATION, content: ROTATION_RULES, attributes: readable },
    {
      path: CONFIGURATION,
      content: renderConfiguration(keyType, locate),
      attributes: readable,
      ...(replaces !== undefined && { replaces }),
    },
  ],
  async check(_desired, staged, port) {
    const path = staged.get(CONFIGURATION);
    if (path !== undefined && port.services.isSupported) await examine(path, port);
  },
  async reloads(_desired, changes, { services }) {
    if (changes.length === 0 || !(await isServed(services))) return [];
    // Debian's configuration has other modules, and ProFTPD keeps those that it has loaded when it only reads its files again.
    return [{ key: 'proftpd restart', run: () => services.restart(UNIT) }];
  },
  async healthy(_desired, _changes, { services }) {
    if (!(await isServed(services))) return;
    const problem = await readGreeting({ port: PORT, greets: /^220[ -]/ }, LIMIT_MS);
    if (problem !== undefined) throw new MachineError('failed', `ProFTPD does not answer. ${problem}`);
  },
  isDown: () => false,
};

const steps = new FileSteps(driver);

export const portOf = (machine: Parameters<typeof steps.port>[0]) => steps.port(machine);

async function isServed(services: DriverPort['services']): Promise<boolean> {
  return services.isSupported && (await services.state(UNIT)).state === 'active';
}

/** @throws MachineError `failed` with the message of ProFTPD. */
async function examine(path: string, { tools: found }: DriverPort): Promise<void> {
  await found.run('proftpd', ['--configtest', '-c', { path }]);
}

/** @param pem the key, the certificate and its chain. */
export async function configurationStep(files: MachineFiles, pem: string) {
  const text = await files.readText(CONFIGURATION);
  const isOfDebian = text !== undefined && text === (await files.readText(TEMPLATE));
  const keyType = createPrivateKey(pem).asymmetricKeyType === 'rsa' ? 'RSA' : 'EC';
  const desired = { keyType, ...(isOfDebian && { replaces: digestOf(text) }) } as const;
  return steps.step(
    'proftpd configuration',
    `Write the configuration of ProFTPD: “${CONFIGURATION}”.`,
    desired,
  );
}

/** The problems of the configuration on disk, each as a sentence. */
export async function problemsOf(port: DriverPort): Promise<readonly string[]> {
  const text = await port.files.readText(CONFIGURATION);
  if (text === undefined || !text.startsWith(HEADER)) {
    return [`“${CONFIGURATION}” is not the configuration of whmapi1, so accounts cannot use FTP.`];
  }
  if (!port.services.isSupported) return [];
  try {
    await examine(CONFIGURATION, port);
    return [];
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    return [`ProFTPD would not start with its configuration: ${error.message}`];
  }
}

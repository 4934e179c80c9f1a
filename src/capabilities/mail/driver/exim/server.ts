// The configuration of Exim for the whole server.
import { randomBytes } from 'node:crypto';
import type { CheckPort, DriverPort, FileChange, FileDriver } from '../../../../ground/driver/file-driver.ts';
import { FileSteps } from '../../../../ground/driver/file-driver.ts';
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import type { Machine } from '../../../../core/machine.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import { followOwnCertificate } from '../../../certificates/driver/service-certificates/daemon-files.ts';
import { renderExim, type EximOptions } from './configuration.ts';
import {
  BLOCKED,
  CONFIGURATION,
  folder,
  FOLDER,
  FOLDERS_OF_LOOKUPS,
  LIMITS,
  LIMITS_FOLDER,
  readable,
  SERVER_CERTIFICATE,
  SRS_SECRET,
  UNIT,
  certificateFile,
} from './places.ts';

const DIRECTORY = '/etc/exim4';
/** systemd would kill a delivery between the message and its record, and Exim would deliver that message once more. */
const renderUnit = ({ queueInterval }: EximOptions) => `# Written by whmapi1, which replaces this file.
[Service]
# The tweak setting “exim-retrytime”. An EXIMSERVICE in /etc/default/exim4 comes first.
Environment="EXIMSERVICE=-bdf -q${queueInterval}m"
# Deliveries end by themselves. One that is killed can be made twice.
KillMode=process
`;
const publicFolder = { mode: 0o755 };
/** How Debian’s own configuration is made: see update-exim4.conf(8). */
const DEBIAN_OPTIONS = `${DIRECTORY}/update-exim4.conf.conf`;
const DEBIAN_DEFAULT = /^dc_eximconfig_configtype='local'$/m;
const SECRET_BYTES = 32;
const tools = [{ name: 'exim4' }, { name: 'systemctl' }];

/** A session that is only simulated (exim -bh). It expands the rules for a stranger, and delivers nothing. */
const SESSION = [
  'EHLO check.invalid',
  'MAIL FROM:<somebody@check.invalid>',
  'RCPT TO:<nobody@check.invalid>',
  'QUIT',
  '',
].join('\r\n');
/** Documentation addresses (RFC 5737), with the port that the rules look at. */
const SESSION_WORDS = ['-oMi', '192.0.2.1.25', '-bh', '192.0.2.9.40000'];

const driver: FileDriver<EximOptions> = {
  name: 'Exim',
  directories: [DIRECTORY, '/etc/systemd/system'],
  tools,
  suits: async ({ tools: found, services }) => !services.isSupported || found.has('exim4'),
  folders: [
    { path: DIRECTORY, attributes: publicFolder },
    { path: '/etc/systemd/system', attributes: publicFolder },
    { path: LIMITS_FOLDER, attributes: publicFolder },
    { path: FOLDER, attributes: folder },
    ...FOLDERS_OF_LOOKUPS.map((path) => ({ path, attributes: folder })),
  ],
  files: (options) => [
    { path: CONFIGURATION, content: renderExim(options), attributes: readable },
    { path: LIMITS, content: renderUnit(options), attributes: { mode: 0o644 } },
  ],
  check,
  async reloads(_options, changes, { services, tools: found }) {
    if (changes.length === 0 || !services.isSupported) return [];
    const isRestart = restartReason(changes) !== undefined;
    const run = async () => {
      // It opens its ports again, and keeps its process.
      if (!isRestart) return services.reload(UNIT);
      await found.run('systemctl', ['daemon-reload']);
      await services.restart(UNIT);
    };
    return [{ key: isRestart ? UNIT : `${UNIT} reload`, run }];
  },
  healthy: assertRunning,
  isDown: () => false,
};

async function check(
  _options: EximOptions,
  staged: ReadonlyMap<string, string>,
  port: CheckPort,
): Promise<void> {
  const path = staged.get(CONFIGURATION);
  if (path !== undefined && port.services.isSupported) await assertConfiguration(port, path);
}

/** Exim checks the syntax of the file, but looks at expansions only when it needs them. @throws MachineError `failed`. */
async function assertConfiguration({ tools: found }: Pick<DriverPort, 'tools'>, path: string): Promise<void> {
  await found.run('exim4', ['-C', { path }, '-bV']);
  const session = await found.run('exim4', ['-C', { path }, ...SESSION_WORDS], { input: SESSION });
  const failure = /^.*failed to expand.*$/m.exec(`${session.stdout}\n${session.stderr}`)?.[0];
  if (failure !== undefined || !/^550 /m.test(session.stdout)) {
    throw new MachineError(
      'failed',
      `Exim did not refuse a stranger’s mail as it should: ${failure ?? session.stdout.trim().slice(-500)}`,
    );
  }
}

async function assertRunning(
  _options: EximOptions,
  changes: readonly unknown[],
  { services }: DriverPort,
): Promise<void> {
  if (changes.length === 0 || !services.isSupported) return;
  const { state, log } = await services.state(UNIT);
  if (state !== 'active') throw new MachineError('failed', `Exim is ${state}. ${log.join(' ')}`);
}

/** Why Exim is restarted for these changes. Undefined: a reload is enough. */
export function restartReason(changes: readonly FileChange[]): string | undefined {
  if (changes.some(({ path }) => path === LIMITS)) return `“${LIMITS}” holds for a process from its start on`;
  const isFirst = changes.some(({ path, before }) => path === CONFIGURATION && before === null);
  return isFirst ? 'it has the configuration of whmapi1 for the first time' : undefined;
}

const steps = new FileSteps(driver);

export const serverStep = (options: EximOptions) =>
  steps.step('exim', `Write the configuration of Exim, “${CONFIGURATION}”, and have Exim use it.`, options);

/**
 * Creates what the configuration reads besides the files of accounts, if it is missing. Can be repeated.
 * @throws MachineError `failed` if an administrator has configured Exim.
 */
export async function prepareExim(machine: Machine): Promise<readonly string[]> {
  const files = await machine.files(driver.directories);
  await assertUnconfigured(machine);
  for (const { path, attributes } of driver.folders) await files.makeDirectory(path, attributes);
  const made: string[] = [];
  const create = async (path: string, contentOf: () => string) => {
    if ((await files.facts(path)) !== undefined) return;
    await files.write(path, contentOf(), readable);
    made.push(path);
  };
  await create(BLOCKED, () => '# Networks whose connections Exim refuses, one in each line.\n');
  await create(SRS_SECRET, () => randomBytes(SECRET_BYTES).toString('hex'));
  if (await followOwnCertificate(machine, certificateFile)) made.push(SERVER_CERTIFICATE);
  return made;
}

/** Debian makes a configuration by a few options. Other options than the first ones are an administrator’s. */
async function assertUnconfigured(machine: DriverMachine): Promise<void> {
  const files = await machine.files([DIRECTORY]);
  if ((await files.facts(CONFIGURATION)) !== undefined) return;
  const options = await files.readText(DEBIAN_OPTIONS);
  if (options === undefined || DEBIAN_DEFAULT.test(options)) return;
  throw new MachineError(
    'failed',
    `Exim was configured by hand: “${DEBIAN_OPTIONS}” has another type than “local”. whmapi1 would replace that ` +
      'configuration. To allow it, run “dpkg-reconfigure exim4-config” and choose “local delivery only”.',
  );
}

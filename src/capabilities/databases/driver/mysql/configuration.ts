// Our settings of MariaDB, in a file that Debian’s configuration includes. MariaDB restarts for a change, because some of
// them apply at its start only. Everything else is in Debian’s own files, for the administrator.
import type { MachineTools } from '../../../../core/machine-daemons.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import { FileSteps, type FileDriver } from '../../../../ground/driver/file-driver.ts';
import { setAside } from '../../../../ground/driver/set-aside.ts';
import type { DriverMachine } from '../../../../ground/driver/step.ts';

export const UNIT = 'mariadb';
const CONFIGURATION = '/etc/mysql';
const FOLDER = `${CONFIGURATION}/mariadb.conf.d`;
/** After Debian’s 50-server.cnf, and before files that an administrator numbers higher. */
export const SETTINGS_FILE = `${FOLDER}/60-whmapi1.cnf`;

const SETTINGS = `# Written by whmapi1. To change a setting, set it in a file of this folder with a higher number.
[mariadbd]
# Clients must not make the server ask other clients for files.
local-infile = OFF
# A table must not be a link to another account’s file.
symbolic-links = OFF
`;

/** There if clients of other hosts are accepted. Otherwise Debian’s files say at which addresses MariaDB listens. */
export const REMOTE_FILE = `${FOLDER}/61-whmapi1-remote.cnf`;

const REMOTE = `# Written by whmapi1 (set_tweaksetting key=mysql_remote_clients). To change a setting, set it in a file of this folder
# with a higher number.
[mariadbd]
bind-address = *
# Clients that do not use the socket are refused before they send a password without TLS.
require_secure_transport = ON
`;

export interface DesiredSettings {
  /** True if clients of other hosts are accepted. */
  readonly isOpen: boolean;
}

const attributes = { mode: 0o644 };

const written = [
  { path: SETTINGS_FILE, content: SETTINGS },
  { path: REMOTE_FILE, content: REMOTE },
] as const;

const driver: FileDriver<DesiredSettings> = {
  name: 'MariaDB',
  directories: [CONFIGURATION],
  tools: [{ name: 'mariadbd' }],
  suits: async ({ tools, services }) => !services.isSupported || tools.has('mariadbd'),
  folders: [
    { path: CONFIGURATION, attributes: { mode: 0o755 } },
    { path: FOLDER, attributes: { mode: 0o755 } },
  ],
  files: ({ isOpen }) =>
    written.map(({ path, content }) => ({
      ...{ path, attributes },
      content: path === REMOTE_FILE && !isOpen ? null : content,
    })),
  async check(_desired, staged, { tools }) {
    if (!(await tools.has('mariadbd'))) return;
    for (const path of staged.values()) {
      const message = await rejectionOf(path, tools);
      if (message !== undefined) throw new MachineError('failed', message);
    }
  },
  async reloads(_desired, changes, { services }) {
    if (changes.length === 0 || !services.isSupported || (await services.state(UNIT)).state !== 'active')
      return [];
    return [{ key: UNIT, run: () => services.restart(UNIT) }];
  },
  healthy: () => Promise.resolve(),
  isDown: (error) => error instanceof MachineError && /not active|inactive/.test(error.message),
};

/** What MariaDB says of a file of settings that it rejects. Undefined if it accepts them. */
async function rejectionOf(path: string, tools: MachineTools): Promise<string | undefined> {
  // It reads the settings, shows its help, and ends: with 1 for a file that it cannot read, and 7 for an unknown setting.
  const words = [{ path, prefix: '--defaults-file=' }, '--help', '--verbose'];
  const { status, stderr } = await tools.run('mariadbd', words, { accept: [0, 1, 7] });
  if (status === 0) return undefined;
  const complaints = stderr.split('\n').filter((line) => /error/i.test(line));
  return `MariaDB rejects its settings: ${complaints.join(' / ') || stderr.trim()}`;
}

/**
 * For a MariaDB that has ended: writes our settings again if it rejects what somebody made of them, and removes them if it
 * rejects them as they are, as a later version could.
 * @returns a sentence for each change.
 */
export async function setSettingsAside(machine: DriverMachine): Promise<readonly string[]> {
  const { files, tools } = await new FileSteps(driver).port(machine);
  if (!(await tools.has('mariadbd'))) return [];
  return setAside({
    files,
    purpose: 'so that MariaDB starts',
    async rejection() {
      for (const { path, content } of written) {
        if ((await files.facts(path)) === undefined) continue;
        const message = await rejectionOf(path, tools);
        if (message === undefined) continue;
        const isEdited = (await files.origin(path)) === 'edited';
        const replacement = isEdited ? { content, attributes } : undefined;
        return { message, blamed: { path, replacement, advice: 'MariaDB runs without these settings.' } };
      }
      return undefined;
    },
  });
}

export const settingsStep = (desired: DesiredSettings) =>
  new FileSteps(driver).step('mariadb settings', 'Write the settings of MariaDB.', desired);

/** @returns what is wrong, as a sentence; undefined if the files are ours. */
export async function examineSettings(machine: DriverMachine): Promise<string | undefined> {
  const files = await machine.files([CONFIGURATION]);
  const content = await files.readText(SETTINGS_FILE);
  if (content === undefined) return `“${SETTINGS_FILE}” is missing.`;
  if (content !== SETTINGS) return `“${SETTINGS_FILE}” was edited by hand.`;
  const remote = await files.readText(REMOTE_FILE);
  return remote === undefined || remote === REMOTE ? undefined : `“${REMOTE_FILE}” was edited by hand.`;
}

// The role MySQL: MariaDB, with our settings. Debian’s package lets root log in through the socket, without a password.
import { MachineError } from '../../../../core/machine-error.ts';
import type { RoleDriver, RoleWork } from '../../../../ground/driver/role.ts';
import { acceptsRemoteClients } from '../../rules/remote-clients.ts';
import { examineSettings, REMOTE_FILE, settingsStep, UNIT } from './configuration.ts';
import { withMysql } from './server.ts';

export const role: RoleDriver = {
  role: 'MySQL',
  packages: ['mariadb-server'],
  units: [UNIT],

  configure: configureMariadb,

  async examine(machine) {
    const wrong = await examineSettings(machine);
    return wrong === undefined ? [] : [wrong];
  },
};

type SettingsWork = Pick<RoleWork, 'machine' | 'transaction' | 'log' | 'changed' | 'isRetry'>;

/** Writes our settings as the store wants them. Can be repeated. */
export async function configureMariadb(work: SettingsWork): Promise<void> {
  const { machine, transaction, log, changed, isRetry } = work;
  const isOpen = await transaction('reads', acceptsRemoteClients);
  const step = settingsStep({ isOpen });
  const diff = await step.preview(machine);
  const memento = await step.prepare(machine);
  await step.apply(machine, memento);
  if (isRetry && memento.files.length === 0) await step.reload(machine);
  if (isOpen && (isRetry || memento.files.length > 0)) await assertOpen(work);
  if (diff === '') return log('MariaDB already has the settings of whmapi1.');
  changed(step.description);
  for (const line of diff.trimEnd().split('\n')) log(`  ${line}`);
}

/** Takes the file of remote clients away again if MariaDB does not do what it says. @throws MachineError `failed`. */
async function assertOpen({ machine }: SettingsWork): Promise<void> {
  const network = await withMysql(machine, (server) => server.network());
  if (network === undefined) return;
  const { isEncrypted, requiresTls, localAddress, port } = network;
  const overridden = (setting: string) =>
    `Another file of /etc/mysql overrides ${setting} of “${REMOTE_FILE}”. Remove the setting there.`;
  const problem = !isEncrypted
    ? 'It has no certificate for TLS. Set ssl_cert and ssl_key in its configuration.'
    : !requiresTls
      ? overridden('require_secure_transport')
      : port === null || localAddress !== undefined
        ? overridden('bind-address')
        : undefined;
  if (problem === undefined) return;
  const step = settingsStep({ isOpen: false });
  await step.apply(machine, await step.prepare(machine));
  throw new MachineError('failed', `MariaDB accepts no clients of other hosts. ${problem}`);
}

// Which certificate Dovecot uses. The configuration names a file that never changes, so that a failure at any point leaves
// Dovecot with a certificate and its key.
import type { Machine } from '../../../../core/machine.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import { CONFIGURATION, tools } from '../../../system/driver/dovecot-settings/look-dovecot.ts';
import { parseDoveconf } from '../../../system/driver/dovecot-settings/render.ts';
import {
  digestOf,
  FileSteps,
  type DriverPort,
  type FileDriver,
} from '../../../../ground/driver/file-driver.ts';

const UNIT = 'dovecot';
const TLS_FILE = '/etc/dovecot/conf.d/99-whmapi1-tls.conf';
export const FOLDER = '/etc/ssl/whmapi1/services';

/** @param pem the content of the file. */
export const dovecotPath = (pem: string) => `${FOLDER}/dovecot-${digestOf(pem).slice(0, 16)}.pem`;

export async function isDovecotInstalled(machine: Machine): Promise<boolean> {
  const [found, services] = await Promise.all([machine.tools(tools), machine.services()]);
  return !services.isSupported || found.has('doveconf');
}

interface Paths {
  readonly certificate: string;
  readonly key: string;
}

/** The files that Dovecot reads. Undefined if it has none. A sandbox has only what was installed there. */
export async function findDovecotFiles(machine: Machine): Promise<Paths | undefined> {
  const services = await machine.services();
  if (!services.isSupported) {
    const path = await findOwnPath(machine);
    return path === undefined ? undefined : { certificate: path, key: path };
  }
  const found = await machine.tools(tools);
  const names = ['ssl_server/cert_file', 'ssl_server/key_file'];
  const { stdout } = await found.run('doveconf', ['-c', { path: CONFIGURATION }, ...names]);
  const printed = parseDoveconf(stdout);
  const [certificate = '', key = ''] = ['cert_file', 'key_file'].map((name) =>
    printed.get(`ssl_server/${name}`),
  );
  return certificate === '' ? undefined : { certificate, key };
}

/** The file that this program has installed for Dovecot. */
export async function findOwnPath(machine: Machine): Promise<string | undefined> {
  const text = (await (await machine.files(['/etc/dovecot'])).readText(TLS_FILE)) ?? '';
  return /^# certificate: (\/etc\/ssl\/whmapi1\/services\/dovecot-[0-9a-f]{16}\.pem)$/m.exec(text)?.[1];
}

const driver: FileDriver<{ readonly path: string }> = {
  name: 'Dovecot',
  // The second is for the path in the configuration.
  directories: ['/etc/dovecot', '/etc/ssl'],
  tools,
  suits: async ({ tools: found, services }) => !services.isSupported || found.has('doveconf'),
  folders: [
    { path: '/etc/dovecot', attributes: { mode: 0o755 } },
    { path: '/etc/dovecot/conf.d', attributes: { mode: 0o755 } },
  ],
  files: ({ path }, locate) => [
    {
      path: TLS_FILE,
      content:
        '# whmapi1 wrote this file (install_service_ssl_certificate). Changes by hand are not overwritten.\n' +
        `# certificate: ${path}\n` +
        `ssl_server_cert_file = ${locate(path)}\nssl_server_key_file = ${locate(path)}\n`,
      attributes: { mode: 0o644 },
    },
  ],
  // The whole configuration is checked before Dovecot loads it.
  check: async () => undefined,
  async reloads(_desired, _changes, port) {
    const { services } = port;
    if (!services.isSupported || (await services.state(UNIT)).state !== 'active') return [];
    return [{ key: UNIT, before: () => assertValid(port), run: () => services.reload(UNIT) }];
  },
  async healthy({ path }, _changes, port) {
    if (!port.services.isSupported) return;
    await assertValid(port);
    const { stdout } = await port.tools.run('doveconf', [
      ...['-c', { path: CONFIGURATION }, 'ssl_server/cert_file'],
    ]);
    if (parseDoveconf(stdout).get('ssl_server/cert_file') === port.files.locate(path)) return;
    throw new MachineError(
      'failed',
      `Another file of /etc/dovecot overrides ssl_server_cert_file of “${TLS_FILE}”. Remove the setting there.`,
    );
  },
  isDown: (error) => error instanceof MachineError && /not active|inactive/.test(error.message),
};

async function assertValid({ tools: found }: DriverPort): Promise<void> {
  await found.run('doveconf', ['-n', '-c', { path: CONFIGURATION }]);
}

const steps = new FileSteps(driver);

export const dovecotStep = (path: string) =>
  steps.step('certificate of dovecot', 'Have Dovecot use another certificate.', { path });

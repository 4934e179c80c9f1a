// The configuration of Roundcube and of its PHP-FPM, for the whole server. Debian’s own in `/etc/roundcube` is not used, so
// that an administrator’s Roundcube stays as it is.
import { randomBytes } from 'node:crypto';
import { MachineError } from '../../../../core/machine-error.ts';
import { FileSteps, type DriverPort, type FileDriver } from '../../../../ground/driver/file-driver.ts';
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import { findVersions } from '../../../php/driver/versions.ts';
import { CONFIGURATION, DOVECOT, DOVECOT_FOLDER, UNIT, UNIT_FILE, UNITS, USERS } from '../../rules/places.ts';
import {
  parseIntrospectionSecret,
  parseRoundcubeSecrets,
  renderRoundcubeSecrets,
  ROUNDCUBE_SECRETS,
  type RoundcubeSecrets,
} from '../../rules/secrets.ts';
import { releaseIn } from './php.ts';
import { DEFAULTS, PHP_FPM, renderDovecot, renderRoundcube, renderUnit, USERS_PROGRAM } from './render.ts';

const DIRECTORIES = [CONFIGURATION, UNITS, DOVECOT_FOLDER, '/etc/php'];
const MAIL = 'dovecot';
const SECRET_BYTES = 32;
/** What a sandbox writes, which has no PHP. */
const DEBIANS_PHP = '8.4';
/** What Roundcube needs of PHP. */
const EXTENSIONS = ['intl', 'mbstring', 'pdo_sqlite', 'xml'];

const readable = { mode: 0o644 };
const secret = { mode: 0o600 };

/** Null: Roundcube goes. */
type Desired = Readonly<{
  hostname: string;
  release: string;
  secrets: RoundcubeSecrets;
  introspection: string;
}> | null;

const driver: FileDriver<Desired> = {
  name: 'Roundcube',
  directories: DIRECTORIES,
  tools: [{ name: 'systemctl' }],
  suits: async () => true,
  folders: [
    { path: CONFIGURATION, attributes: { mode: 0o755 } },
    { path: UNITS, attributes: { mode: 0o755 } },
    { path: DOVECOT_FOLDER, attributes: { mode: 0o755 } },
  ],
  files: (desired) =>
    [
      {
        path: ROUNDCUBE_SECRETS,
        isSecret: true,
        content: desired && renderRoundcubeSecrets(desired.secrets),
      },
      { path: `${CONFIGURATION}/defaults.inc.php`, content: desired && DEFAULTS },
      { path: `${CONFIGURATION}/config.inc.php`, content: desired && renderRoundcube(desired.hostname) },
      { path: `${CONFIGURATION}/php-fpm.conf`, content: desired && PHP_FPM },
      { path: USERS, content: desired && USERS_PROGRAM },
      { path: UNIT_FILE, content: desired && renderUnit(desired.release) },
      { path: DOVECOT, isSecret: true, content: desired && renderDovecot(desired.introspection) },
    ].map((file) => ({ ...file, attributes: file.isSecret === true ? secret : readable })),
  check: async () => undefined,
  async reloads(desired, changes, { services, tools }) {
    if (changes.length === 0 || !services.isSupported) return [];
    const isDovecots = changes.some(({ path }) => path === DOVECOT);
    // PHP reads its own files again when they have changed.
    const isOwn = changes.some(
      ({ path, before }) => path !== DOVECOT && (before === null || !path.endsWith('.php')),
    );
    return [
      ...(isOwn ? [{ key: UNIT, run: () => start(desired, { services, tools }) }] : []),
      // Its processes that log in read their mechanisms when they start.
      ...(isDovecots && (await services.state(MAIL)).state === 'active'
        ? [{ key: MAIL, run: () => services.restart(MAIL) }]
        : []),
    ];
  },
  async healthy(desired, changes, { services }) {
    if (desired === null || changes.length === 0 || !services.isSupported) return;
    for (const unit of [UNIT, MAIL]) {
      const { isInstalled, state, log } = await services.state(unit);
      if (isInstalled && state !== 'active')
        throw new MachineError('failed', `${unit} is ${state}. ${log.join(' ')}`);
    }
  },
  isDown: () => false,
};

async function start(
  desired: Desired,
  { services, tools }: Pick<DriverPort, 'services' | 'tools'>,
): Promise<void> {
  if (desired === null) {
    await tools.run('systemctl', ['disable', '--now', UNIT], { accept: [0, 1, 5] });
    await tools.run('systemctl', ['daemon-reload']);
    return;
  }
  await tools.run('systemctl', ['daemon-reload']);
  await services.enable(UNIT);
  await services.restart(UNIT);
}

const steps = new FileSteps(driver);

/** @throws MachineError `failed` if no PHP has what Roundcube needs. */
export async function setUpStep(machine: DriverMachine, hostname: string) {
  const files = await machine.files(DIRECTORIES);
  const { isSupported } = await machine.services();
  const present = parseRoundcubeSecrets((await files.readText(ROUNDCUBE_SECRETS)) ?? '');
  const desired = {
    hostname,
    release: isSupported ? await releaseOf(machine, (await files.readText(UNIT_FILE)) ?? '') : DEBIANS_PHP,
    secrets: present ?? { key: newSecret().slice(0, 32), client: newSecret() },
    introspection: parseIntrospectionSecret((await files.readText(DOVECOT)) ?? '') ?? newSecret(),
  };
  return steps.step('roundcube', `Write the configuration of Roundcube, “${CONFIGURATION}”.`, desired);
}

export const takeDownStep = () =>
  steps.step('roundcube', `Stop Roundcube, and remove “${CONFIGURATION}”.`, null);

const newSecret = () => randomBytes(SECRET_BYTES).toString('hex');

/** The PHP of its present unit, while Roundcube can run with it. Otherwise the newest one. */
async function releaseOf(machine: DriverMachine, unit: string): Promise<string> {
  const files = await machine.files(['/etc/php']);
  const suitable: string[] = [];
  for (const { release, configuration } of await findVersions(machine)) {
    const found = new Set(await files.list(`${configuration}/mods-available`));
    if (EXTENSIONS.every((name) => found.has(`${name}.ini`))) suitable.push(release);
  }
  const present = releaseIn(unit);
  const release = suitable.find((one) => one === present) ?? suitable.at(-1);
  if (release !== undefined) return release;
  throw new MachineError(
    'failed',
    `No PHP-FPM of this server has the extensions that Roundcube needs: ${EXTENSIONS.join(', ')}. Install them for one ` +
      'of its versions, such as php8.4-intl, and activate the profile again.',
  );
}

/** Null while Roundcube was not set up. */
export async function isSetUp(machine: Pick<DriverMachine, 'files'>): Promise<boolean> {
  return (await (await machine.files([UNITS])).origin(UNIT_FILE)) === 'ours';
}

/** The files that are missing, or that somebody has edited, each as a sentence. */
export async function problemsOf(machine: DriverMachine): Promise<readonly string[]> {
  const files = await machine.files(DIRECTORIES);
  const problems: string[] = [];
  for (const path of [
    ROUNDCUBE_SECRETS,
    `${CONFIGURATION}/config.inc.php`,
    `${CONFIGURATION}/php-fpm.conf`,
    USERS,
    UNIT_FILE,
    DOVECOT,
  ]) {
    const origin = await files.origin(path);
    if (origin === 'ours') continue;
    const state =
      origin === 'absent' ? 'is missing' : 'was not written by this program, or was edited by hand';
    problems.push(`The file “${path}” of webmail ${state}.`);
  }
  return problems;
}

// The certificates with which Exim and Dovecot answer at the names of an account (SNI). Each name has one file, which both
// read. Exim looks for it at each connection. Dovecot needs a block for each name, and a reload.
import type { Sealer } from '../../../../core/context.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import {
  FileSteps,
  type DesiredFile,
  type FileDriver,
  type FileMemento,
} from '../../../../ground/driver/file-driver.ts';
import type { DriverMachine, DriverStep } from '../../../../ground/driver/step.ts';
import type { CertificatesByName } from '../../../certificates/rules/by-name.ts';
import type { NewCertificate } from '../../../certificates/rules/installed.ts';
import { CONFIGURATION, NAMES } from '../dovecot/places.ts';
import { CERTIFICATES, folder, FOLDER, readable } from '../exim/places.ts';

/** A certificate with its encrypted key. JSON. */
export type SealedCertificate = Pick<NewCertificate, 'pem' | 'chain' | 'sealedKey' | 'keyPurpose'> & {
  /** Names of one account. */
  readonly names: readonly string[];
};

/** JSON. */
export interface CertificateChange {
  readonly username: string;
  /** The username before, if it is another one. */
  readonly former?: string;
  /** What is written. */
  readonly added: readonly SealedCertificate[];
  /** Names whose files are removed. */
  readonly removed: readonly string[];
  /** All names of the account that have a certificate after the change. */
  readonly names: readonly string[];
}

/** Undefined if nothing changes. */
export function changeBetween(
  username: string,
  before: CertificatesByName,
  after: CertificatesByName,
  former = username,
): CertificateChange | undefined {
  const others = new Map<string, NewCertificate & { readonly names: string[] }>();
  for (const [name, certificate] of after) {
    if (before.get(name)?.digest === certificate.digest) continue;
    const known = others.get(certificate.digest);
    if (known === undefined) others.set(certificate.digest, { ...certificate, names: [name] });
    else known.names.push(name);
  }
  const removed = [...before.keys()].filter((name) => !after.has(name)).sort();
  const isRenamed = former !== username && after.size > 0;
  if (others.size + removed.length === 0 && !isRenamed) return undefined;
  const added = [...others.values()].map(({ pem, chain, sealedKey, keyPurpose, names }) => ({
    ...{ pem, chain, sealedKey, keyPurpose, names },
  }));
  return {
    username,
    ...(former !== username && { former }),
    ...{ added, removed, names: [...after.keys()].sort() },
  };
}

interface Desired {
  readonly username: string;
  /** The content of the files of names. Null removes one. */
  readonly files: ReadonlyMap<string, string | null>;
  /** The names that Dovecot’s file has, by account. None: the file is removed. */
  readonly names: ReadonlyMap<string, readonly string[]>;
  /** Others follow, and then one reload for all. */
  readonly isReloadedLater?: true;
}

const UNIT = 'dovecot';
const publicFile = { mode: 0o644 };
const pathOf = (name: string) => `${CERTIFICATES}/${name}`;

const driver: FileDriver<Desired> = {
  name: 'Mail',
  directories: ['/etc/exim4', '/etc/dovecot'],
  tools: [{ name: 'exim4' }, { name: 'doveconf' }],
  suits: async ({ tools, services }) => !services.isSupported || tools.has('doveconf'),
  folders: [
    { path: '/etc/exim4', attributes: { mode: 0o755 } },
    { path: FOLDER, attributes: folder },
    { path: CERTIFICATES, attributes: folder },
    { path: '/etc/dovecot', attributes: { mode: 0o755 } },
    { path: NAMES, attributes: { mode: 0o755 } },
  ],
  // Dovecot may be reloaded at any time, so its files never name a certificate that is missing.
  files({ files, names }, locate) {
    const of = (isRemoved: boolean): DesiredFile[] =>
      [...files]
        .filter(([, content]) => (content === null) === isRemoved)
        .map(([name, content]) => ({ path: pathOf(name), content, attributes: readable, isSecret: true }));
    const blocks = [...names].map(([username, own]) => ({
      path: `${NAMES}/${username}.conf`,
      content: own.length === 0 ? null : renderNames(own, locate),
      attributes: publicFile,
    }));
    return [...of(false), ...blocks, ...of(true)];
  },
  check: () => Promise.resolve(),
  async reloads({ files, isReloadedLater }, changes, { services, tools }) {
    if (changes.length === 0 || isReloadedLater === true || !services.isSupported) return [];
    if ((await services.state(UNIT)).state !== 'active') return [];
    const run = () => services.reload(UNIT);
    // With a configuration that it rejects, Dovecot keeps the former one, and its unit reports success all the same. What an
    // account loses goes in any case.
    const before = () => tools.run('doveconf', ['-n', '-c', { path: CONFIGURATION }]).then(() => undefined);
    const isLosing = [...files.values()].every((content) => content === null);
    return [{ key: 'dovecot certificates', run, ...(!isLosing && { before }) }];
  },
  healthy: () => Promise.resolve(),
  // Dovecot has kept its former configuration.
  isDown: (error) => error instanceof MachineError,
};

function renderNames(names: readonly string[], locate: (path: string) => string): string {
  const blocks = names.map((name) => {
    const path = locate(pathOf(name));
    return `local_name ${name} {\n  ssl_server_cert_file = ${path}\n  ssl_server_key_file = ${path}\n}\n`;
  });
  return `# Written by whmapi1, which replaces this file.\n${blocks.join('')}`;
}

const steps = new FileSteps(driver);

/** @throws ApiError `key_lost`. */
export async function certificateStep(
  change: CertificateChange,
  sealer: Sealer,
): Promise<DriverStep<FileMemento>> {
  return steps.step(`certificates ${change.username}`, describe(change), await desiredFor(change, sealer));
}

/** Writes the files that are not there yet. Dovecot uses them after a reload. @returns false if all are there. */
export async function writeCertificates(
  machine: DriverMachine,
  sealer: Sealer,
  change: CertificateChange,
): Promise<boolean> {
  const desired = { ...(await desiredFor(change, sealer)), isReloadedLater: true } as const;
  const step = steps.step(`certificates ${change.username}`, describe(change), desired);
  const memento = await step.prepare(machine);
  await step.apply(machine, memento);
  return memento.files.length > 0;
}

/** Has Dovecot use what `writeCertificates` has written. Sessions go on. */
export async function reloadDovecot(machine: DriverMachine): Promise<void> {
  const services = await machine.services();
  if (services.isSupported && (await services.state(UNIT)).state === 'active') await services.reload(UNIT);
}

async function desiredFor(change: CertificateChange, sealer: Sealer): Promise<Desired> {
  const { username, former, removed, names } = change;
  const files = new Map<string, string | null>(removed.map((name) => [name, null]));
  for (const { pem, chain, sealedKey, keyPurpose, names: own } of change.added) {
    const key = await sealer.open(Buffer.from(sealedKey, 'base64'), keyPurpose);
    for (const name of own) files.set(name, `${key}${pem}${chain}`);
  }
  const ofAccounts = new Map([[username, names]]);
  if (former !== undefined) ofAccounts.set(former, []);
  return { username, files, names: ofAccounts };
}

export function describe({ username, names }: CertificateChange): string {
  const listed = names.length <= 5 ? names.join(', ') : `${names.length} names`;
  return `Have Exim and Dovecot use certificates of “${username}” at ${listed === '' ? 'none of its names' : listed}.`;
}

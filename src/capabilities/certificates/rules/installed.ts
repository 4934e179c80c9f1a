// Which certificate each virtual host has.
import { plainName } from '../../../core/wildcards.ts';
import type { Db } from '../../../core/context.ts';
import type { StepResult } from '../../../core/plan.ts';
import * as ofAutossl from './autossl/certificates.ts';
import { certificateId, keyId } from './ids.ts';
import type { CertificateFacts } from './facts.ts';
import * as stored from './stored.ts';

/** A certificate on its way to a virtual host, in plans. JSON. */
export interface NewCertificate {
  readonly username: string;
  readonly servername: string;
  /** PEM. */
  readonly pem: string;
  /** The PEM of its issuers, in order. Can be empty. */
  readonly chain: string;
  readonly facts: CertificateFacts;
  /** The encrypted key (`stored.sealKey`), and what it is sealed for. */
  readonly sealedKey: string;
  readonly keyPurpose: string;
  /** SHA-256, in hexadecimal, of the file for the web server: key, certificate and chain. */
  readonly digest: string;
  /** The file. */
  readonly path: string;
}

/** What a virtual host needs to know of its certificate. */
export interface WebCertificate {
  /** A file with the key, the certificate and its chain, in PEM. */
  readonly path: string;
  /** Identifies the content: another one means that the server must read the file again. */
  readonly id: string;
}

export interface InstalledCertificate {
  readonly servername: string;
  readonly certificateId: string;
  /** The file with the key, the certificate and its chain. Only root can read it. */
  readonly path: string;
  /** Identifies the content of the file. */
  readonly id: string;
}

const FOLDER = '/etc/ssl/whmapi1/sites';
/** File names can have 255 bytes. */
const MAX_NAME = 200;
const DIGEST = 16;

/** The file's name has the digest of its content, so that a file never changes. */
export function pathOf(servername: string, digest: string): string {
  return `${FOLDER}/${plainName(servername).slice(0, MAX_NAME)}-${digest.slice(0, DIGEST)}.pem`;
}

interface Row {
  readonly servername: string;
  readonly certificateId: string;
  readonly digest: string;
}

const selected = 'servername, certificate_id AS "certificateId", digest';

const installedOf = ({ digest, ...row }: Row): InstalledCertificate => ({
  ...row,
  path: pathOf(row.servername, digest),
  id: digest,
});

/** The installed certificates of an account, by servername. */
export async function certificatesOf(
  db: Db,
  { username }: { readonly username: string },
): Promise<Map<string, InstalledCertificate>> {
  const rows = await db.all<Row>(
    `SELECT ${selected} FROM installed_certificate WHERE username = ? ORDER BY servername`,
    username,
  );
  return new Map(rows.map((row) => [row.servername, installedOf(row)]));
}

/** The virtual hosts of an account whose certificate no authority has issued. */
export async function selfSignedOf(
  db: Db,
  { username }: { readonly username: string },
): Promise<ReadonlySet<string>> {
  const rows = await db.all<{ servername: string; facts: string }>(
    `SELECT servername, certificate.facts FROM installed_certificate
     JOIN certificate ON certificate.username = installed_certificate.username AND certificate.id = certificate_id
     WHERE installed_certificate.username = ?`,
    username,
  );
  const isSelfSigned = (facts: string) => (JSON.parse(facts) as CertificateFacts).isSelfSigned;
  return new Set(rows.filter(({ facts }) => isSelfSigned(facts)).map(({ servername }) => servername));
}

export async function find(db: Db, servername: string): Promise<InstalledCertificate | undefined> {
  const row = await db.get<Row>(
    `SELECT ${selected} FROM installed_certificate WHERE servername = ?`,
    servername,
  );
  return row && installedOf(row);
}

/** What is needed to write the file of a virtual host again. */
export type FileOfHost = Omit<NewCertificate, 'username' | 'facts'>;

interface FileRow {
  readonly servername: string;
  readonly digest: string;
  readonly chain: string;
  readonly pem: string;
  readonly keyId: string;
  readonly sealed: Uint8Array;
}

const ofFile = 'servername, digest, installed_certificate.chain, pem, key_id AS "keyId", sealed';
const installedRows = `installed_certificate
  JOIN certificate ON certificate.username = installed_certificate.username AND certificate.id = certificate_id
  JOIN certificate_key ON certificate_key.username = certificate.username AND certificate_key.id = key_id`;
const filesOfHosts = `SELECT ${ofFile} FROM ${installedRows}`;

/** Undefined if the virtual host has no certificate. */
export async function fileOf(db: Db, servername: string): Promise<FileOfHost | undefined> {
  const row = await db.get<FileRow>(`${filesOfHosts} WHERE servername = ?`, servername);
  return row && fileOfRow(row);
}

/** Lists the files that this server should have for an account. None if the account is on another one. */
export async function listFiles(db: Db, username: string): Promise<FileOfHost[]> {
  const rows = await db.all<FileRow>(
    `${filesOfHosts} WHERE certificate.username IN (SELECT username FROM account WHERE username = ? AND server = ?)
     ORDER BY servername`,
    ...[username, db.server],
  );
  return rows.map(fileOfRow);
}

/** The installed certificates of an account, with what they say. */
export async function listInstalled(db: Db, username: string): Promise<NewCertificate[]> {
  const rows = await db.all<FileRow & { readonly facts: string }>(
    `SELECT ${ofFile}, certificate.facts FROM ${installedRows}
     WHERE installed_certificate.username = ? ORDER BY servername`,
    username,
  );
  return rows.map(({ facts, ...row }) => ({
    ...fileOfRow(row),
    username,
    facts: JSON.parse(facts) as CertificateFacts,
  }));
}

function fileOfRow({ servername, digest, chain, pem, keyId: ofKey, sealed }: FileRow): FileOfHost {
  const sealedKey = Buffer.from(sealed).toString('base64');
  return {
    ...{ servername, digest, chain, pem, sealedKey },
    keyPurpose: stored.purposeOf(ofKey),
    path: pathOf(servername, digest),
  };
}

/** Stores a certificate and its key, as the one of its virtual host. */
export async function install(db: Db, certificate: NewCertificate, now: number): Promise<void> {
  const { username, servername, pem, chain, facts, sealedKey: sealed, digest } = certificate;
  const [id, ofKey] = [certificateId(facts), keyId(facts.key)];
  await stored.putKey(db, { username, id: ofKey, sealed, facts: facts.key }, now);
  await stored.put(db, { username, id, pem, chain, keyId: ofKey, facts, createdAt: now });
  await db.run(
    `INSERT INTO installed_certificate (servername, username, certificate_id, chain, digest, installed_at)
     VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (servername) DO UPDATE SET username = excluded.username, chain = excluded.chain,
       certificate_id = excluded.certificate_id, digest = excluded.digest, installed_at = excluded.installed_at`,
    ...[servername, username, id, chain, digest, now],
  );
  await ofAutossl.share(db, { servername, username, fingerprint: facts.digest });
  await stored.removeExpired(db, username, now);
}

/** A virtual host no longer exists. Its certificate stays in the user's list. */
export async function uninstall(db: Db, servername: string): Promise<void> {
  await db.run('DELETE FROM installed_certificate WHERE servername = ?', servername);
}

/** The kind of the step that writes a file. Its results are the certificates. */
const WRITE = 'certificates/write';

/** Stores the certificates whose files the steps of a plan have written. */
export async function installWritten(db: Db, results: readonly StepResult[], now: number): Promise<void> {
  for (const { kind, value } of results) {
    if (kind === WRITE) await install(db, value as NewCertificate, now);
  }
}

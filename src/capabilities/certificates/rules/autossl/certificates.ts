// The certificates that AutoSSL installed, by virtual host.
import type { Db } from '../../../../core/context.ts';

export interface OwnCertificate {
  readonly servername: string;
  readonly username: string;
  /** SHA-256 of the certificate, in hexadecimal, lower-case. */
  readonly fingerprint: string;
  /** Milliseconds since 1970-01-01, like the other times. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** How long its order took. */
  readonly deliveryMs: number;
  /** The URL of its issuer’s directory. */
  readonly directory: string;
}

/** When the issuer wants it to be renewed (RFC 9773). Undefined if it has not said. */
export type Window = { readonly start: number; readonly end: number } | undefined;

interface WindowColumns {
  readonly start: number | null;
  readonly end: number | null;
}

const WINDOW = 'renew_start AS "start", renew_end AS "end"';
const windowOf = ({ start, end }: WindowColumns): Window =>
  start === null || end === null ? undefined : { start, end };

/** Each virtual host’s last certificate of AutoSSL. */
export async function ofUser(
  db: Db,
  username: string,
): Promise<
  ReadonlyMap<string, Pick<OwnCertificate, 'fingerprint' | 'directory'> & { readonly window: Window }>
> {
  const rows = await db.all<Pick<OwnCertificate, 'servername' | 'fingerprint' | 'directory'> & WindowColumns>(
    `SELECT servername, fingerprint, directory, ${WINDOW} FROM autossl_certificate WHERE username = ?`,
    username,
  );
  return new Map(rows.map((row) => [row.servername, { ...row, window: windowOf(row) }]));
}

/** The certificates of this server that are installed, with their texts (PEM), about which the issuer may be asked again. */
export function toAskAbout(
  db: Db,
  {
    directory,
    username,
    now,
  }: { readonly directory: string; readonly username: string | undefined; readonly now: number },
): Promise<{ servername: string; fingerprint: string; pem: string }[]> {
  return db.all(
    `SELECT own.servername, own.fingerprint, certificate.pem FROM autossl_certificate AS own
     JOIN installed_certificate AS installed ON installed.servername = own.servername
     JOIN certificate ON certificate.username = installed.username AND certificate.id = installed.certificate_id
     WHERE own.server = ? AND own.directory IN (?, '') AND own.ask_at <= ? AND (? = '' OR own.username = ?)
     ORDER BY own.servername`,
    ...[db.server, directory, now, username ?? '', username ?? ''],
  );
}

export async function setWindow(
  db: Db,
  { servername, fingerprint }: Pick<OwnCertificate, 'servername' | 'fingerprint'>,
  window: Window,
  askAt: number,
): Promise<void> {
  await db.run(
    'UPDATE autossl_certificate SET renew_start = ?, renew_end = ?, ask_at = ? WHERE servername = ? AND fingerprint = ?',
    ...[window?.start ?? null, window?.end ?? null, askAt, servername, fingerprint],
  );
}

/** The account and the life of each certificate of this server. */
export async function lives(db: Db): Promise<
  (Pick<OwnCertificate, 'username' | 'fingerprint' | 'notBefore' | 'notAfter'> & {
    readonly window: Window;
  })[]
> {
  const rows = await db.all<
    Pick<OwnCertificate, 'username' | 'fingerprint' | 'notBefore' | 'notAfter'> & WindowColumns
  >(
    `SELECT username, fingerprint, not_before AS "notBefore", not_after AS "notAfter", ${WINDOW}
     FROM autossl_certificate WHERE server = ?`,
    db.server,
  );
  return rows.map((row) => ({ ...row, window: windowOf(row) }));
}

/** The issuer has not said anything about the new one yet. */
const REPLACE = `ON CONFLICT (servername) DO UPDATE SET server = excluded.server, username = excluded.username,
       fingerprint = excluded.fingerprint, not_before = excluded.not_before, not_after = excluded.not_after,
       delivery_ms = excluded.delivery_ms, directory = excluded.directory, renew_start = NULL, renew_end = NULL, ask_at = 0`;

export async function put(db: Db, one: OwnCertificate): Promise<void> {
  await db.run(
    `INSERT INTO autossl_certificate (servername, server, username, fingerprint, not_before, not_after, delivery_ms, directory)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) ${REPLACE}`,
    ...[
      one.servername,
      db.server,
      one.username,
      one.fingerprint,
      one.notBefore,
      one.notAfter,
      one.deliveryMs,
      one.directory,
    ],
  );
}

/** A certificate of AutoSSL stays one if another virtual host of the account has it too. */
export async function share(
  db: Db,
  { servername, username, fingerprint }: Pick<OwnCertificate, 'servername' | 'username' | 'fingerprint'>,
): Promise<void> {
  await db.run(
    `INSERT INTO autossl_certificate (servername, server, username, fingerprint, not_before, not_after, delivery_ms, directory)
     SELECT ?, server, username, fingerprint, not_before, not_after, delivery_ms, directory FROM autossl_certificate
     WHERE username = ? AND fingerprint = ? LIMIT 1 ${REPLACE}`,
    ...[servername, username, fingerprint],
  );
}

/** What the present certificates of this server say about the issuer. Null without any. */
export async function measured(
  db: Db,
): Promise<{ readonly deliverySeconds: number | null; readonly validitySeconds: number | null }> {
  const rows = await db.all<{ notBefore: number; notAfter: number; deliveryMs: number }>(
    `SELECT not_before AS "notBefore", not_after AS "notAfter", delivery_ms AS "deliveryMs"
     FROM autossl_certificate WHERE server = ? ORDER BY not_before DESC LIMIT 100`,
    db.server,
  );
  const [latest] = rows;
  if (latest === undefined) return { deliverySeconds: null, validitySeconds: null };
  const sum = rows.reduce((total, { deliveryMs }) => total + deliveryMs, 0);
  return {
    deliverySeconds: Math.round(sum / rows.length / 1000),
    validitySeconds: Math.round((latest.notAfter - latest.notBefore) / 1000),
  };
}

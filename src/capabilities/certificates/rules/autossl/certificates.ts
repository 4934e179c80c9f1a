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
}

/** The fingerprint of each virtual host’s last certificate of AutoSSL. */
export async function ofUser(db: Db, username: string): Promise<ReadonlyMap<string, string>> {
  const rows = await db.all<{ servername: string; fingerprint: string }>(
    'SELECT servername, fingerprint FROM autossl_certificate WHERE username = ?',
    username,
  );
  return new Map(rows.map(({ servername, fingerprint }) => [servername, fingerprint]));
}

export async function put(db: Db, one: OwnCertificate): Promise<void> {
  await db.run(
    `INSERT INTO autossl_certificate (servername, server, username, fingerprint, not_before, not_after, delivery_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (servername) DO UPDATE SET server = excluded.server, username = excluded.username,
       fingerprint = excluded.fingerprint, not_before = excluded.not_before, not_after = excluded.not_after,
       delivery_ms = excluded.delivery_ms`,
    ...[
      one.servername,
      db.server,
      one.username,
      one.fingerprint,
      one.notBefore,
      one.notAfter,
      one.deliveryMs,
    ],
  );
}

/** A certificate of AutoSSL stays one if another virtual host of the account has it too. */
export async function share(
  db: Db,
  { servername, username, fingerprint }: Pick<OwnCertificate, 'servername' | 'username' | 'fingerprint'>,
): Promise<void> {
  await db.run(
    `INSERT INTO autossl_certificate (servername, server, username, fingerprint, not_before, not_after, delivery_ms)
     SELECT ?, server, username, fingerprint, not_before, not_after, delivery_ms FROM autossl_certificate
     WHERE username = ? AND fingerprint = ? LIMIT 1
     ON CONFLICT (servername) DO UPDATE SET server = excluded.server, username = excluded.username,
       fingerprint = excluded.fingerprint, not_before = excluded.not_before, not_after = excluded.not_after,
       delivery_ms = excluded.delivery_ms`,
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

// Watched services that do not work, and the notifications about them: one if a service fails, one if it cannot be
// restarted, and one when it works again.
import type { Db } from '../../../../core/context.ts';
import { SERVICE_WATCH } from '../../../notify/rules/applications.ts';
import { notify } from '../../../notify/rules/notify.ts';

export interface Moment {
  /** Milliseconds since 1970-01-01. */
  readonly now: number;
  /** The XID of the task or call during which it happens. Can be empty. */
  readonly xid: string;
}

/** The services in trouble, by WHM's names. */
export async function list(db: Db): Promise<ReadonlySet<string>> {
  const rows = await db.all<{ service: string }>(
    'SELECT service FROM service_trouble WHERE server = ?',
    db.server,
  );
  return new Set(rows.map(({ service }) => service));
}

/** A check has found that the service does not work. @param problem a sentence. */
export async function failed(db: Db, service: string, problem: string, moment: Moment): Promise<void> {
  const isNew = await db.run(
    `INSERT INTO service_trouble (server, service, since, restart_failed) VALUES (?, ?, ?, 0)
     ON CONFLICT (server, service) DO NOTHING`,
    ...[db.server, service, moment.now],
  );
  if (isNew === 0) return;
  await tell(db, service, moment, {
    subject: `The service ${service} failed`,
    body: `${problem}\nThe server restarts it now.`,
  });
}

/** The restart has failed. @param reason a sentence. */
export async function notRestarted(db: Db, service: string, reason: string, moment: Moment): Promise<void> {
  const isNew = await db.run(
    'UPDATE service_trouble SET restart_failed = 1 WHERE server = ? AND service = ? AND restart_failed = 0',
    ...[db.server, service],
  );
  if (isNew === 0) return;
  await tell(db, service, moment, {
    subject: `The service ${service} could not be restarted`,
    body: `${reason}\nThe server tries it again at each check, and sends another message once the service works.`,
  });
}

/** The service works again. @param how a sentence: `The server has restarted it.` */
export async function recovered(db: Db, service: string, how: string, moment: Moment): Promise<void> {
  const row = await db.get<{ since: number }>(
    'DELETE FROM service_trouble WHERE server = ? AND service = ? RETURNING since',
    ...[db.server, service],
  );
  if (row === undefined) return;
  await tell(db, service, moment, {
    subject: `The service ${service} works again`,
    body: `${how}\nIt had failed at ${new Date(row.since).toISOString()}.`,
  });
}

async function tell(
  db: Db,
  service: string,
  moment: Moment,
  text: { readonly subject: string; readonly body: string },
): Promise<void> {
  await notify(db, { app: SERVICE_WATCH, event: service, ...text }, moment);
}

// The services that this server monitors.
import type { Db } from '../../../../core/context.ts';

export async function list(db: Db): Promise<ReadonlySet<string>> {
  const rows = await db.all<{ service: string }>(
    'SELECT service FROM monitored_service WHERE server = ?',
    db.server,
  );
  return new Set(rows.map(({ service }) => service));
}

export async function set(db: Db, service: string, isMonitored: boolean): Promise<void> {
  await db.run(
    isMonitored
      ? 'INSERT INTO monitored_service (server, service) VALUES (?, ?) ON CONFLICT DO NOTHING'
      : 'DELETE FROM monitored_service WHERE server = ? AND service = ?',
    db.server,
    service,
  );
  // No more notifications are sent about it.
  if (!isMonitored) {
    await db.run('DELETE FROM service_trouble WHERE server = ? AND service = ?', db.server, service);
  }
}

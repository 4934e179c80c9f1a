import type { AuditRecord } from '../core/audit.ts';

/** A line of the audit log, in JSON. */
export function auditLine(record: AuditRecord): string {
  return JSON.stringify({ ...record, time: new Date(record.time).toISOString() });
}

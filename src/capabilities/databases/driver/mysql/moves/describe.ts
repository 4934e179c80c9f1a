// What a person must know before a database is renamed, and after.
import type { DatabaseInventory } from './inventory.ts';
import { LOCK_SECONDS } from './move-database.ts';

/** For a dry run. */
export function summaryOf(inventory: DatabaseInventory, isServed: boolean): string[] {
  const { original, size, tables, triggers, views, routines, events } = inventory;
  if (!isServed) return [`No server runs in this sandbox: “${original}” is only a record.`];
  const counts = [
    counted(tables.length, 'table'),
    counted(triggers.length, 'trigger'),
    counted(views.length, 'view'),
    counted(routines.length, 'routine'),
    counted(events.length, 'event'),
  ];
  return [
    `“${original}” has ${counts.slice(0, -1).join(', ')} and ${counts.at(-1) ?? ''}, with ${inMebibytes(size)} of data.`,
    'Tables are moved and not copied: this needs no disk space, and its time does not depend on the data.',
    `Meanwhile, MariaDB locks all ${counted(tables.length, 'table')} for other sessions. It waits up to ${LOCK_SECONDS} ` +
      'seconds for sessions that use one of them. If they do not finish, nothing changes.',
    ...mentionsOf(inventory).map((one) => `The text of the ${one} has the old name, and keeps it.`),
  ];
}

/** For a dry run of a copy. @param size in bytes; undefined if no server runs in this sandbox. */
export function summaryOfCopy(name: string, size: number | undefined): string[] {
  if (size === undefined) return [`No server runs in this sandbox: “${name}” is only a record.`];
  return [
    `“${name}” has ${inMebibytes(size)} of data. The copy needs this space, and until it is loaded, space for a dump.`,
  ];
}

/** What has the name of the database in a text that somebody wrote: `trigger “t”`. The texts are kept as they are. */
export function mentionsOf({ original, triggers, routines, events }: DatabaseInventory): string[] {
  const escaped = original.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  const name = new RegExp(`(?<![\\p{L}\\p{N}_$])${escaped}(?![\\p{L}\\p{N}_$])`, 'u');
  return [
    ...triggers.filter(({ body }) => name.test(body)).map((one) => `trigger “${one.name}”`),
    ...routines
      .filter(({ statement }) => name.test(statement))
      .map((one) => `${one.type.toLowerCase()} “${one.name}”`),
    ...events.filter(({ body }) => name.test(body)).map((one) => `event “${one.name}”`),
  ];
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

function inMebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

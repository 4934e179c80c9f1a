// How important the notifications of an application are: by event, or as a whole.
import type { Context, Db } from '../../../core/context.ts';
import type { Field, Param } from '../../../core/define.ts';
import { badParam } from '../../../core/errors.ts';
import { anyOf, quote } from '../../../core/quote.ts';
import { ALL_EVENTS, applications, type Application } from './applications.ts';

/** By WHM's numbers. */
export const importances = ['Disabled', 'High', 'Medium', 'Low'] as const;
export type Importance = (typeof importances)[number];

export const appName = {
  type: 'string',
  required: true,
  maxLength: 64,
  doc: 'The application’s name, as returned by get_all_contact_importances. Upper and lower case matter.',
} as const satisfies Param;

export const eventName = {
  type: 'string',
  required: true,
  maxLength: 64,
  doc: 'The event’s name, as returned by get_all_contact_importances. “*”: the application as a whole.',
} as const satisfies Param;

export const importanceName = {
  type: 'string',
  required: true,
  values: ['High', 'Medium', 'Low', 'Disabled'],
  doc: 'The importance. Disabled: no notifications are sent.',
} as const satisfies Param;

export const importanceFields = {
  importance: { type: 'integer', doc: '1: high. 2: medium. 3: low. 0: disabled.' },
  name: { type: 'string', doc: 'The same as a word: High, Medium, Low or Disabled.' },
} as const satisfies Record<string, Field>;

export interface Named {
  readonly app: string;
  readonly event: string;
}

export const show = (importance: Importance) => ({
  importance: importances.indexOf(importance),
  name: importance,
});

/** All applications and their events, each application as a whole first. */
export async function list(db: Db, services: readonly string[]) {
  const stored = await readAll(db);
  return Object.entries(applications(services)).flatMap(([app, known]) =>
    [ALL_EVENTS, ...known.events].map((event) => ({
      app,
      event,
      ...show(effective(stored, known, { app, event })),
    })),
  );
}

/** @throws ApiError `bad_param` for an unknown application or event */
export async function read(db: Db, named: Named, services: readonly string[]): Promise<Importance> {
  const known = await find(named, services);
  return effective(await readAll(db), known, named);
}

/**
 * An importance of a single event has precedence over that of its application.
 * @throws ApiError `bad_param` for an unknown application or event
 */
export async function set(
  { db, warn }: Context,
  named: Named,
  importance: Importance,
  services: readonly string[],
): Promise<void> {
  const { events } = await find(named, services);
  await db.run(
    `INSERT INTO contact_importance (server, app, event, importance) VALUES (?, ?, ?, ?)
     ON CONFLICT (server, app, event) DO UPDATE SET importance = excluded.importance`,
    ...[db.server, named.app, named.event, importances.indexOf(importance)],
  );
  if (events.length === 0) {
    warn(`The importance is stored, but this server does not send notifications of “${named.app}” yet.`);
  }
}

async function readAll(db: Db): Promise<ReadonlyMap<string, Importance>> {
  const rows = await db.all<Named & { importance: number }>(
    'SELECT app, event, importance FROM contact_importance WHERE server = ?',
    db.server,
  );
  return new Map(rows.map((row) => [keyOf(row), importances[row.importance] ?? 'High']));
}

function effective(
  stored: ReadonlyMap<string, Importance>,
  known: Application,
  { app, event }: Named,
): Importance {
  return stored.get(keyOf({ app, event })) ?? stored.get(keyOf({ app, event: ALL_EVENTS })) ?? known.default;
}

const keyOf = ({ app, event }: Named) => `${app} ${event}`;

async function find({ app, event }: Named, services: readonly string[]): Promise<Application> {
  const all = applications(services);
  const known = Object.hasOwn(all, app) ? all[app] : undefined;
  if (known === undefined) {
    throw badParam(`There is no application ${quote(app)}. ${await didYouMean(app, Object.keys(all))}`);
  }
  if (event === ALL_EVENTS || known.events.includes(event)) return known;
  const problem = `The application “${app}” has no event ${quote(event)}.`;
  throw badParam(
    known.events.length === 0
      ? `${problem} Use “${ALL_EVENTS}”, the application as a whole.`
      : `${problem} ${await didYouMean(event, known.events)}`,
  );
}

async function didYouMean(given: string, known: readonly string[]): Promise<string> {
  const { nearest } = await import('../../../core/nearest.ts');
  const near = nearest(given, known);
  return near.length > 0
    ? `Did you mean ${anyOf(near.map((name) => `“${name}”`))}?`
    : 'Run get_all_contact_importances for the list.';
}

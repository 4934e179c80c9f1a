// The script hooks of this server.
import type { Context, Db } from '../../../core/context.ts';
import { badParam, notFound } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import { randomText, URL_SAFE } from '../../../ground/rules/random-text.ts';
import { findEvent, type HookEvent, type Stage } from './events.ts';

export interface Hook {
  /** 24 characters of A-Z, a-z, 0-9, - and _. */
  readonly id: string;
  readonly category: string;
  readonly event: string;
  readonly stage: Stage;
  /** The path of a script with its arguments. */
  readonly hook: string;
  /** Hooks of the same event and stage run in ascending order. */
  readonly weight: number;
  /** True if the script can refuse the call. */
  readonly blocking: boolean;
  readonly enabled: boolean;
  readonly escalateprivs: boolean;
  /** A command that decides whether the hook runs. */
  readonly check: string | null;
  /** A command that undoes the hook if a later hook refuses the call. */
  readonly rollback: string | null;
  readonly description: string | null;
  readonly notes: string | null;
}

/** A hook to register. Without a weight, it runs last. */
export type NewHook = Omit<Hook, 'id' | 'weight' | 'enabled'> & { readonly weight: number | undefined };

interface Row extends Omit<Hook, 'blocking' | 'enabled' | 'escalateprivs'> {
  readonly blocking: number;
  readonly enabled: number;
  readonly escalateprivs: number;
}

const COLUMNS =
  'id, category, event, stage, hook, weight, blocking, enabled, escalateprivs, check_hook AS "check", ' +
  'rollback_hook AS "rollback", description, notes';
const ID_LENGTH = 24;
const WEIGHT_STEP = 100;
/** An event with more hooks would make every call wait too long. */
const MAX_HOOKS_OF_EVENT = 100;

const fromRow = (row: Row): Hook => ({
  ...row,
  blocking: row.blocking === 1,
  enabled: row.enabled === 1,
  escalateprivs: row.escalateprivs === 1,
});

export async function list(db: Db): Promise<Hook[]> {
  const rows = await db.all<Row>(
    `SELECT ${COLUMNS} FROM script_hook WHERE server = ? ORDER BY category, event, stage DESC, weight, id`,
    db.server,
  );
  return rows.map(fromRow);
}

/** Returns the enabled hooks of an event, in the order in which they run. */
export async function enabledFor(db: Db, category: string, event: string): Promise<Hook[]> {
  const rows = await db.all<Row>(
    `SELECT ${COLUMNS} FROM script_hook
     WHERE server = ? AND category = ? AND event = ? AND enabled = 1 ORDER BY weight, id`,
    ...[db.server, category, event],
  );
  return rows.map(fromRow);
}

/** @throws ApiError `not_found` */
export async function get(db: Db, id: string): Promise<Hook> {
  const row = await db.get<Row>(
    `SELECT ${COLUMNS} FROM script_hook WHERE server = ? AND id = ?`,
    ...[db.server, id],
  );
  if (row === undefined) {
    throw notFound(`There is no script hook with the ID ${quote(id)}. To list the hooks, use list_hooks.`);
  }
  return fromRow(row);
}

/** Registers a hook. @throws ApiError `bad_param` if it is registered already, or the event does not allow it. */
export async function add(
  { db, randomBytes }: Pick<Context, 'db' | 'randomBytes'>,
  hook: NewHook,
): Promise<{ readonly hook: Hook; readonly warnings: string[] }> {
  const warnings = assertAllowed(findEvent(hook.category, hook.event), hook);
  const ofEvent = (await list(db)).filter(
    ({ category, event, stage }) =>
      category === hook.category && event === hook.event && stage === hook.stage,
  );
  if (ofEvent.some((one) => one.hook === hook.hook)) {
    throw badParam(`${nameOf(hook)} is registered already. Delete it first, or change it with edit_hook.`);
  }
  if (ofEvent.length >= MAX_HOOKS_OF_EVENT) {
    throw badParam(`An event can have at most ${MAX_HOOKS_OF_EVENT} hooks in each stage.`);
  }
  const highest = Math.max(0, ...ofEvent.map(({ weight }) => weight));
  const added: Hook = {
    ...hook,
    id: await randomText(randomBytes, URL_SAFE, ID_LENGTH),
    weight: hook.weight ?? highest + WEIGHT_STEP,
    enabled: true,
  };
  await db.run(
    `INSERT INTO script_hook (id, server, category, event, stage, hook, weight, blocking, enabled, escalateprivs,
       check_hook, rollback_hook, description, notes)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[added.id, db.server, added.category, added.event, ...changeable(added)],
  );
  return { hook: added, warnings };
}

/** @returns warnings. @throws ApiError `not_found`, `bad_param` */
export async function update(db: Db, hook: Hook): Promise<string[]> {
  const warnings = assertAllowed(findEvent(hook.category, hook.event), hook);
  await db.run(
    `UPDATE script_hook SET stage = ?, hook = ?, weight = ?, blocking = ?, enabled = ?, escalateprivs = ?,
       check_hook = ?, rollback_hook = ?, description = ?, notes = ? WHERE server = ? AND id = ?`,
    ...[...changeable(hook), db.server, hook.id],
  );
  return warnings;
}

export async function remove(db: Db, id: string): Promise<void> {
  await get(db, id);
  await db.run('DELETE FROM script_hook WHERE server = ? AND id = ?', db.server, id);
}

/**
 * Gives hooks of one event and stage the weights 100, 200, … in the order of `ids`. Hooks of it that are not named
 * follow, in their present order.
 * @returns the hooks in the new order. @throws ApiError `not_found`, `bad_param`
 */
export async function reorder(db: Db, ids: readonly string[]): Promise<Hook[]> {
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined)
    throw badParam(`“ids” should name each hook once, but ${quote(twice)} is there twice.`);
  const [first, ...further] = await Promise.all(ids.map((id) => get(db, id)));
  if (first === undefined) throw badParam('“ids” should be the IDs of hooks, separated by commas.');
  const isSameStage = ({ category, event, stage }: Hook) =>
    category === first.category && event === first.event && stage === first.stage;
  const stray = further.find((hook) => !isSameStage(hook));
  if (stray !== undefined) {
    throw badParam(
      `“ids” should be hooks of one event and stage: ${quote(first.id)} is a hook of ${placeOf(first)}, and ` +
        `${quote(stray.id)} of ${placeOf(stray)}.`,
    );
  }
  const rest = (await list(db)).filter((hook) => isSameStage(hook) && !ids.includes(hook.id));
  const ordered = [first, ...further, ...rest].map((hook, at) => ({
    ...hook,
    weight: (at + 1) * WEIGHT_STEP,
  }));
  for (const hook of ordered) await update(db, hook);
  return ordered;
}

/** `Whostmgr Accounts::Create, pre`. */
function placeOf({ category, event, stage }: Pick<Hook, 'category' | 'event' | 'stage'>): string {
  return `${category} ${event}, ${stage}`;
}

function nameOf(hook: Pick<Hook, 'hook' | 'category' | 'event' | 'stage'>): string {
  return `The hook ${quote(hook.hook)} of ${placeOf(hook)}`;
}

/** @returns warnings. @throws ApiError `bad_param` */
function assertAllowed(event: HookEvent, hook: Hook | NewHook): string[] {
  const { stage, blocking } = hook;
  if (!event.stages.includes(stage)) {
    throw badParam(`The event ${event.event} has the stage ${event.stages.join()} only, not ${stage}.`);
  }
  const warnings: string[] = [];
  if (!event.happensHere) {
    warnings.push(
      `The event ${event.category} ${event.event} does not happen on this server yet, so ${quote(hook.hook)} does not run.`,
    );
  }
  if (blocking && stage === 'post') {
    warnings.push(`“blocking” has no effect: a hook cannot refuse a call after it.`);
  } else if (blocking && !event.isBlockable && event.happensHere) {
    warnings.push(`“blocking” has no effect: scripts cannot refuse the event ${event.event}.`);
  }
  return warnings;
}

/** The values of the columns that can change, in the order of the statements. */
function changeable(hook: Hook) {
  const { stage, weight, blocking, enabled, escalateprivs, check, rollback, description, notes } = hook;
  return [
    ...[stage, hook.hook, weight, Number(blocking), Number(enabled), Number(escalateprivs)],
    ...[check, rollback, description, notes],
  ];
}

// Groups of integration links. Every account has those of the interface; others can be added.
import type { Db } from '../../../../core/context.ts';
import { ApiError, notFound } from '../../../../core/errors.ts';

export interface Group {
  readonly id: string;
  readonly label: string;
  readonly position: number;
}

/** The groups that every account has, with the names that cPanel’s interface shows. */
export const usualGroups: Readonly<Record<string, string>> = {
  files: 'Files',
  databases: 'Databases',
  domains: 'Domains',
  email: 'Email',
  metrics: 'Metrics',
  security: 'Security',
  software: 'Software',
  advanced: 'Advanced',
  pref: 'Preferences',
};

/** The maximum for one account. */
const MAX_GROUPS = 50;

/** The added groups of an account, in the order in which users see them. */
export function list(db: Db, user: string): Promise<Group[]> {
  return db.all<Group>(
    'SELECT id, label, position FROM integration_group WHERE username = ? ORDER BY position, id',
    user,
  );
}

/** Replaces a group of the same name. @throws ApiError `limit_reached`. */
export async function put(db: Db, user: string, { id, label, position }: Group): Promise<void> {
  await db.run('DELETE FROM integration_group WHERE username = ? AND id = ?', user, id);
  if ((await list(db, user)).length >= MAX_GROUPS) {
    throw new ApiError(
      'limit_reached',
      `The account “${user}” has ${MAX_GROUPS} groups already. Remove one with remove_integration_group.`,
    );
  }
  await db.run(
    'INSERT INTO integration_group (username, id, label, position) VALUES (?, ?, ?, ?)',
    ...[user, id, label, position],
  );
}

/**
 * Its links stay, without a group, unless it is one of the usual groups.
 * @returns how many links were in it. @throws ApiError `not_found`.
 */
export async function remove(db: Db, user: string, id: string): Promise<number> {
  const count = await db.run('DELETE FROM integration_group WHERE username = ? AND id = ?', user, id);
  if (count === 0) {
    throw notFound(
      `The account “${user}” has no group “${id}” that was added to it. To list them, run list_integration_groups.`,
    );
  }
  if (Object.hasOwn(usualGroups, id)) return 0;
  return db.run(
    "UPDATE integration_link SET group_id = '' WHERE username = ? AND group_id = ?",
    ...[user, id],
  );
}

/** @throws ApiError `bad_param` if it is neither one of the usual groups nor one that was added to the account. */
export async function assertExists(db: Db, user: string, id: string): Promise<void> {
  if (Object.hasOwn(usualGroups, id)) return;
  const added = (await list(db, user)).map((group) => group.id);
  if (added.includes(id)) return;
  const known = [...Object.keys(usualGroups), ...added].join(', ');
  const problem =
    `The parameter “group_id” should be a group of the account “${user}” (${known}), not “${id}”. ` +
    'To add a group, run create_integration_group.';
  throw new ApiError('bad_param', problem, { faults: [{ param: 'group_id', problem }] });
}

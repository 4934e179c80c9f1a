// ACL lists: named sets of privileges that can be granted to resellers together.
import type { Db } from '../../../../core/context.ts';
import type { Param } from '../../../../core/define.ts';
import { notFound } from '../../../../core/errors.ts';
import { quote } from '../../../../core/quote.ts';
import { isPrivilege, type PrivilegeName } from './privileges.ts';

/** The name of an ACL list. */
export const aclListName = {
  type: 'string',
  pattern: {
    matches: /^[A-Za-z0-9_-](?:[A-Za-z0-9 _.-]{0,62}[A-Za-z0-9_.-])?$/,
    expects: 'at most 64 letters, digits, spaces, “_”, “-” and “.”, but not starting with a dot or a space',
  },
  doc: 'An ACL list.',
} as const satisfies Param;

export interface AclList {
  readonly name: string;
  readonly privileges: ReadonlySet<PrivilegeName>;
}

/** Returns all lists, by name. */
export async function list(db: Db): Promise<AclList[]> {
  const names = await db.all<{ name: string }>('SELECT name FROM acl_list ORDER BY name');
  const rows = await db.all<{ name: string; privilege: string }>(
    'SELECT acl_list AS name, privilege FROM acl_list_privilege',
  );
  const held = new Map(names.map(({ name }) => [name, new Set<PrivilegeName>()]));
  for (const { name, privilege } of rows) {
    if (isPrivilege(privilege)) held.get(name)?.add(privilege);
  }
  return [...held].map(([name, privileges]) => ({ name, privileges }));
}

/** Returns the privileges of a list. @throws ApiError `not_found`. */
export async function getPrivileges(db: Db, name: string): Promise<PrivilegeName[]> {
  if ((await db.get('SELECT 1 FROM acl_list WHERE name = ?', name)) === undefined) {
    throw notFound(`There is no ACL list ${quote(name)}. Run listacls to list the ACL lists.`);
  }
  const rows = await db.all<{ privilege: string }>(
    'SELECT privilege FROM acl_list_privilege WHERE acl_list = ?',
    name,
  );
  return rows.map(({ privilege }) => privilege).filter(isPrivilege);
}

/** Sets only the given privileges of a list. Creates the list if it does not exist. */
export async function save(
  db: Db,
  name: string,
  changes: ReadonlyMap<PrivilegeName, boolean>,
): Promise<void> {
  await db.run('INSERT INTO acl_list (name) VALUES (?) ON CONFLICT DO NOTHING', name);
  for (const [privilege, isHeld] of changes) {
    await db.run(
      isHeld
        ? 'INSERT INTO acl_list_privilege (acl_list, privilege) VALUES (?, ?) ON CONFLICT DO NOTHING'
        : 'DELETE FROM acl_list_privilege WHERE acl_list = ? AND privilege = ?',
      name,
      privilege,
    );
  }
}

// Which calls are events of script hooks. Functions do not know about hooks: this table connects them. Every call loads
// this file, so it contains nothing else that only hooks need.
import type { Db } from '../../../core/context.ts';

/**
 * The events that a call of each function can be, as `CATEGORY EVENT` in the names of WHM. Calls that make other calls,
 * such as batch and suspendreseller, are not listed: the hooks run for each call that they make.
 */
export const eventsOf: Readonly<Record<string, readonly string[]>> = {
  createacct: ['Whostmgr Accounts::Create'],
  modifyacct: [
    'Whostmgr Accounts::Modify',
    'Whostmgr Accounts::change_package',
    'Whostmgr Accounts::set_shell',
  ],
  removeacct: ['Whostmgr Accounts::Remove'],
  suspendacct: ['Whostmgr Accounts::suspendacct'],
  unsuspendacct: ['Whostmgr Accounts::unsuspendacct'],
  changepackage: ['Whostmgr Accounts::change_package'],
  setsiteip: ['Whostmgr Accounts::SiteIP::set'],
  passwd: ['Passwd ChangePasswd'],
  addpkg: ['Whostmgr Packages::verify_input_data'],
  editpkg: ['Whostmgr Packages::verify_input_data'],
  adddns: ['Whostmgr Domain::zone_add'],
  killdns: ['Whostmgr Domain::zone_remove'],
  installssl: ['Whostmgr SSL::installssl'],
  php_ini_set_content: ['Whostmgr Lang::PHP::ini_set_content'],
  php_ini_set_directives: ['Whostmgr Lang::PHP::ini_set_directives'],
  php_set_handler: ['Whostmgr Lang::PHP::set_handler'],
  php_set_system_default_version: ['Whostmgr Lang::PHP::set_system_default_version'],
  php_set_vhost_versions: ['Whostmgr Lang::PHP::set_vhost_versions'],
  sethostname: ['Whostmgr Hostname::change'],
  set_tweaksetting: ['Whostmgr TweakSettings::Main', 'Whostmgr TweakSettings::Basic'],
};

/** The API of an account’s function, as the events of the category Cpanel name it. */
const apiNames = { uapi: 'UAPI', api2: 'Api2' } as const;

/** @param api of a function of an account. Undefined: the function is WHM’s. */
export function eventsOfCall(name: string, api: keyof typeof apiNames | undefined): readonly string[] {
  return api === undefined ? (eventsOf[name] ?? []) : [`Cpanel ${apiNames[api]}::${name}`];
}

/** Every function of accounts is an event of its own. */
const isOfAccounts = (name: string): boolean => name.includes('::');

export const isHookable = (name: string): boolean => Object.hasOwn(eventsOf, name) || isOfAccounts(name);

/** True if this server has any hook that could run. One row of an index, so that calls without hooks take no longer. */
export async function areHooksEnabled(db: Db): Promise<boolean> {
  const row = await db.get(
    'SELECT 1 AS found FROM script_hook WHERE server = ? AND enabled = 1 LIMIT 1',
    db.server,
  );
  return row !== undefined;
}

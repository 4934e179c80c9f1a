// The active profile of this server. A sandbox starts with the standard profile and its optional roles, because it
// installs nothing. A machine has no profile until one is activated.
import type { Context, Db } from '../../../core/context.ts';
import { badParam, notFound } from '../../../core/errors.ts';
import { anyOf } from '../../../core/quote.ts';
import { isElsewhere } from '../databases/active-server.ts';
import { isAmong, profiles, roles, type Profile, type Role } from './catalogue.ts';

export interface ActiveProfile {
  readonly profile: Profile;
  readonly enabled: readonly Role[];
}

/**
 * The form of the files of roles that this version writes. A higher number has every server write them again after an
 * upgrade. 2: accounts are separated by the sockets of their pools, a group of the web server, and a program for CGI.
 * 3: websites without CGI refuse files for which `.htaccess` wants it. 4: a suspension needs no reload.
 * 5: Exim verifies DMARC and asks the spam filter. 7: Exim reads the tweak settings for mail.
 * 8: mail of Sieve scripts is that of their account.
 * 9: websites send no folders of version control systems. 11: Exim refuses headers that its rules cannot see whole.
 * 12: Dovecot accepts hashes of MD5, which mailboxes bring from other servers. 13: it tells a mailbox that its quota is
 * nearly used; Apache follows links in a home only to files of the same owner.
 */
const FORM = 13;
const SEPARATED = 2;

type Dependencies = Pick<Context, 'db' | 'system'>;

export async function find({ db, system }: Dependencies): Promise<ActiveProfile | undefined> {
  const row = await db.get<{ code: string; roles: string }>(
    'SELECT code, roles FROM active_profile WHERE server = ?',
    db.server,
  );
  const code = row?.code ?? (system.isSandbox ? 'STANDARD' : undefined);
  const profile = profiles.find((one) => one.code === code);
  if (profile === undefined) return undefined;
  const all = [...profile.enabled, ...profile.optional].map(({ module }) => module);
  const names = row === undefined ? all : (JSON.parse(row.roles) as string[]);
  const enabled = roles.filter((role) => isAmong(role, names));
  const further = roles.filter((role) => role.isForMysqlElsewhere === true && !enabled.includes(role));
  if (further.length === 0 || !(await isElsewhere(db))) return { profile, enabled };
  return { profile, enabled: roles.filter((role) => enabled.includes(role) || further.includes(role)) };
}

/** The command that prepares the machine again, for the same profile with the same optional roles. */
export function activation({ profile, enabled }: ActiveProfile): string {
  const optional = profile.optional.filter((role) => enabled.includes(role)).map(({ module }) => [module, 1]);
  const chosen = optional.length > 0 ? ` 'optional=${JSON.stringify(Object.fromEntries(optional))}'` : '';
  return `whmapi1 --wait start_profile_activation code=${profile.code}${chosen}`;
}

/** Says that a role came with a newer version of this program. */
export const sayFurther = ({ profile }: ActiveProfile, role: Role): string =>
  `The profile ${profile.code} now also has the role ${role.module}: ${role.description}`;

/** The roles that the profile has in this version, and that this server does not have yet. */
export const furtherRoles = ({ profile, enabled }: ActiveProfile): readonly Role[] =>
  profile.enabled.filter(({ module }) => !enabled.some((one) => one.module === module));

/** Returns the roles of this server, by name. */
export async function rolesOf(context: Dependencies): Promise<ReadonlySet<string>> {
  return new Set((await find(context))?.enabled.map(({ module }) => module));
}

/** @throws ApiError `not_found`. */
export async function get(context: Dependencies): Promise<ActiveProfile> {
  const active = await find(context);
  if (active !== undefined) return active;
  throw notFound('No profile is active on this server. Activate one with start_profile_activation.');
}

/** Stores that the machine has been prepared for a profile. `names`: the enabled roles. */
export async function store(db: Db, code: string, names: readonly string[], now: number): Promise<void> {
  await db.run(
    `INSERT INTO active_profile (server, code, roles, activated_at, files_form) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (server) DO UPDATE SET code = excluded.code, roles = excluded.roles, activated_at = excluded.activated_at`,
    // A server without a profile has no files of an earlier version.
    ...[db.server, code, JSON.stringify(names), now, FORM],
  );
}

/** True if an earlier version has written the files of this server's roles. */
export async function hasEarlierForm(db: Db): Promise<boolean> {
  return (await formOf(db)) < FORM;
}

/** True if accounts can still run programs as each other, because of such files. */
export async function isWithoutSeparation(db: Db): Promise<boolean> {
  return (await formOf(db)) < SEPARATED;
}

async function formOf(db: Db): Promise<number> {
  const row = await db.get<{ form: number }>(
    'SELECT files_form AS form FROM active_profile WHERE server = ?',
    db.server,
  );
  return row?.form ?? FORM;
}

/** Stores that the files of all roles have the present form. */
export async function storeForm(db: Db): Promise<void> {
  await db.run('UPDATE active_profile SET files_form = ? WHERE server = ?', FORM, db.server);
}

/**
 * Returns the roles of a profile, including the requested optional ones. `optional`: JSON such as `{"DNS":1}`.
 * @throws ApiError `bad_param`.
 */
export function chooseRoles(code: string, optional: unknown): readonly Role[] {
  const profile = profiles.find((one) => one.code === code);
  if (profile === undefined) {
    throw badParam(
      `The profile “${code}” has no role that this server provides yet. ` +
        `The parameter “code” should be ${anyOf(profiles.map((one) => one.code))}.`,
    );
  }
  const wanted = readOptional(optional);
  const known = profile.optional.map(({ module }) => module);
  const unknown = Object.keys(wanted).filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw badParam(
      `The parameter “optional” should name optional roles of the profile “${code}”, ` +
        `${known.length === 0 ? 'which has none' : `such as ${known.join(', ')}`}, and not “${unknown[0]}”.`,
    );
  }
  const chosen = known.filter((name) => wanted[name] === true);
  return [...profile.enabled, ...profile.optional.filter((role) => isAmong(role, chosen))];
}

function readOptional(given: unknown): Record<string, boolean> {
  if (given === undefined) return {};
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw badParam('The parameter “optional” should be a JSON hash of roles, such as {"DNS":1}.');
  }
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, Number(value) === 1]));
}

/** Returns a profile as WHM shows it. */
export function show({ code, name, description, enabled, optional, disabled }: Profile): {
  code: string;
  name: string;
  description: string;
  experimental: number;
  enabled_roles: ShownRole[];
  optional_roles: ShownRole[];
  disabled_roles: ShownRole[];
} {
  return {
    code,
    name,
    description,
    experimental: 0,
    enabled_roles: enabled.map(showRole),
    optional_roles: optional.map(showRole),
    disabled_roles: disabled.map(showRole),
  };
}

interface ShownRole {
  module: string;
  name: string;
  description: string;
}

function showRole({ module, name, description }: Role): ShownRole {
  return { module, name, description };
}

const roleList = (doc: string) =>
  ({
    list: {
      fields: {
        module: { type: 'string', doc: 'The role, as is_role_enabled accepts it.' },
        name: { type: 'string', doc: 'The display name.' },
        description: { type: 'string', doc: 'What a server with this role does.' },
      },
    },
    doc,
  }) as const;

/** The fields of responses that show a profile. */
export const profileFields = {
  code: { type: 'string', doc: 'The profile, as start_profile_activation accepts it.' },
  name: { type: 'string', doc: 'The display name.' },
  description: { type: 'string', doc: 'The purpose of a server with this profile.' },
  experimental: { type: 'flag', doc: 'Always 0: none is experimental.' },
  enabled_roles: roleList('The roles that it has.'),
  optional_roles: roleList('The optional roles.'),
  disabled_roles: roleList('The roles that it does not have, or that this server does not provide yet.'),
} as const;

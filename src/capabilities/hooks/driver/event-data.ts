// What the scripts of each event receive in `data`, by the public Guide to Standardized Hooks.
import type { Db } from '../../../core/context.ts';
import type { ReadArguments } from '../../../core/arguments.ts';
import { DATA } from '../../../core/define-uapi.ts';
import { isHash, type Hash, type Value } from '../../../core/values.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import { readZoneName } from '../../dns/rules/changed-zone.ts';
import { ownerOf } from '../../dns/rules/zone-owners.ts';
import { ACCOUNT_FUNCTIONS } from '../rules/events.ts';

/** The circumstances of a call before it. */
interface Circumstances {
  readonly db: Db;
  /** The name of the function. */
  readonly command: string;
  /** The caller's name. */
  readonly caller: string;
  readonly args: ReadArguments;
  /** The data of the response that the call will have. Empty if there is none. */
  readonly expected: Hash;
}

/** What a call has reported. */
export interface Reported {
  readonly data: Hash;
  readonly raw: string;
}

export interface EventData {
  readonly before: Hash;
  /** The data after the call. Default: `before`, and the response in `result`. */
  readonly after?: (reported: Reported) => Hash;
}

/** Undefined if the call is not this event. */
type Reader = (of: Circumstances) => Promise<EventData | undefined> | EventData | undefined;

/** The arguments as WHM would send them: flags are 1 and 0, and what is not given is absent. */
function given(args: ReadArguments): Hash {
  const entries = Object.entries(args).flatMap(([name, value]): [string, Value][] => {
    if (name === 'rest' || value === undefined) return [];
    return [[name, typeof value === 'boolean' ? Number(value) : (value as Value)]];
  });
  return Object.fromEntries(entries);
}

const text = (value: unknown) => (typeof value === 'string' ? value : '');

/** Scripts read these fields directly, and some of WHM's own in `args`. */
const withArgs = (data: Hash): Hash => ({ ...data, args: data });

const readers: Readonly<Record<string, Reader>> = {
  'Whostmgr Accounts::Create': ({ args, expected }) => {
    const user = text(expected.user) || text(args.username);
    const { password = '', ...others } = given(args);
    const owner = args.ownerself === true ? user : args.owner;
    const before = {
      ...others,
      ...{ user, username: user, pass: password, password },
      homedir: text(args.homedir) || `/home/${user}`,
      ...(typeof owner === 'string' ? { owner } : {}),
    };
    return { before, after: ({ data, raw }) => ({ ...before, result: data, rawout: raw }) };
  },

  'Whostmgr Accounts::Modify': ({ args }) => ({ before: given(args) }),

  'Whostmgr Accounts::Remove': ({ args }) => {
    const before = { ...given(args), user: text(args.username) };
    return { before, after: ({ data, raw }) => ({ ...before, result: data, rawout: raw }) };
  },

  'Whostmgr Accounts::suspendacct': ({ args }) => {
    const { user, reason, disallowun } = given(args);
    const before = { user: user ?? '', reason: reason ?? '', disallowun: disallowun ?? 0 };
    return { before: withArgs(before), after: ({ raw }) => ({ ...withArgs(before), rawout: raw }) };
  },

  'Whostmgr Accounts::unsuspendacct': ({ args }) => {
    const before = withArgs({ user: text(args.user) });
    return { before, after: ({ raw }) => ({ ...before, rawout: raw }) };
  },

  'Whostmgr Accounts::change_package': async ({ db, args }) => {
    const wanted = args.pkg ?? args.plan;
    if (typeof wanted !== 'string') return undefined;
    const user = text(args.user);
    const account = await accounts.find(db, user);
    return unchanged({ user, cur_pkg: account?.package ?? '', new_pkg: wanted });
  },

  'Whostmgr Accounts::set_shell': async ({ db, args, expected }) => {
    const shell = text(expected.setshell);
    if (shell === '' || shell === 'unmodified') return undefined;
    const user = text(args.user);
    const account = await accounts.find(db, user);
    const before = { user, current_shell: account?.shellPath ?? '', new_shell: shell };
    return { before, after: ({ raw }) => ({ ...before, rawout: raw }) };
  },

  'Whostmgr Accounts::SiteIP::set': async ({ db, args }) => {
    const account =
      typeof args.user === 'string'
        ? await accounts.find(db, args.user)
        : await accounts.findByDomain(db, text(args.domain));
    const newip = text(args.ip);
    if (account === undefined || account.ip === newip) return undefined;
    return unchanged({ user: account.username, oldip: account.ip, newip });
  },

  'Passwd ChangePasswd': ({ args }) => {
    const before = { user: text(args.user), new_password: text(args.password) };
    return {
      before,
      after: ({ data, raw }) => ({
        ...before,
        rawout: raw,
        applist: Array.isArray(data.app) ? data.app.map(text).join(',') : '',
      }),
    };
  },

  'Whostmgr Packages::verify_input_data': ({ command, args }) => {
    const { MAX_EMAIL_PER_HOUR: perHour, MAX_DEFER_FAIL_PERCENTAGE: failures, ...others } = given(args);
    const { _PACKAGE_EXTENSIONS: extensions, ...settings } = others;
    return unchanged({
      ...settings,
      ...(perHour === undefined ? {} : { max_email_per_hour: perHour }),
      ...(failures === undefined ? {} : { max_defer_fail_percentage: failures }),
      ...(extensions === undefined ? {} : { _package_extensions: extensions }),
      edit: command === 'editpkg' ? 'yes' : 'no',
    });
  },

  'Whostmgr Domain::zone_add': async ({ db, args, caller }) => {
    const { ip = '', ipv6 = '', template = '', trueowner = caller } = given(args);
    const domain = readZoneName('domain', text(args.domain));
    const account = await accounts.findByDomain(db, domain);
    return unchanged({
      ...{ domain, ip, trueowner: account?.username ?? trueowner, allowoverwrite: 0, template },
      ...{ has_ipv6: ipv6 === '' ? 0 : 1, ipv6 },
    });
  },

  'Whostmgr Domain::zone_remove': async ({ db, args }) => {
    const domain = readZoneName('domain', text(args.domain));
    return unchanged({ domain, owner: (await ownerOf(db, domain))?.username ?? 'root' });
  },

  'Whostmgr Hostname::change': ({ args }) => unchanged(given(args)),
  'Whostmgr Lang::PHP::ini_set_content': ({ args }) => unchanged(given(args)),
  'Whostmgr Lang::PHP::ini_set_directives': ({ args }) => unchanged(given(args)),
  'Whostmgr Lang::PHP::set_handler': ({ args }) => unchanged(given(args)),
  'Whostmgr Lang::PHP::set_system_default_version': ({ args }) => unchanged(given(args)),
  'Whostmgr Lang::PHP::set_vhost_versions': ({ args }) => unchanged(given(args)),
  'Whostmgr SSL::installssl': ({ args }) => ({ before: given(args) }),

  'Whostmgr TweakSettings::Main': ({ args }) => (args.module === 'Main' ? unchanged({}) : undefined),
  'Whostmgr TweakSettings::Basic': ({ args }) => (args.module === 'Basic' ? unchanged({}) : undefined),
};

/** The same data before and after the call. */
function unchanged(before: Hash): EventData {
  return { before, after: () => before };
}

/** A function of an account, by UAPI or API 2. */
function ofAccountFunction({ args, caller }: Circumstances): EventData {
  const before = { user: caller, args: given(args) };
  return { before, after: ({ data }) => ({ ...before, output: { result: 1, data: data[DATA] ?? data } }) };
}

/** Reads the data of an event. Undefined if the call is not this event, for example because nothing would change. */
export async function readEventData(event: string, of: Circumstances): Promise<EventData | undefined> {
  if (event.startsWith(`${ACCOUNT_FUNCTIONS} `)) return ofAccountFunction(of);
  const reader = readers[event];
  if (reader === undefined) throw new Error(`No data is known for the event “${event}”.`);
  return reader(of);
}

export function dataAfter({ before, after }: EventData, reported: Reported): Hash {
  if (after !== undefined) return after(reported);
  return { ...before, result: isHash(reported.data) ? reported.data : {} };
}

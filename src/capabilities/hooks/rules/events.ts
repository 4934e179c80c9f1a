// The events of script hooks, from the public Guide to Standardized Hooks, and what each of them allows.
import { badParam } from '../../../core/errors.ts';
import { nearest } from '../../../core/nearest.ts';
import { quote } from '../../../core/quote.ts';
import { eventsOf } from './functions.ts';

export type Stage = 'pre' | 'post';

export interface HookEvent {
  readonly category: string;
  readonly event: string;
  /** True if a script before the event can refuse it. */
  readonly isBlockable: boolean;
  readonly stages: readonly Stage[];
  /** False for an event that never happens on this server: the function does not exist here yet. */
  readonly happensHere: boolean;
}

const BOTH: readonly Stage[] = ['pre', 'post'];

/** Events whose scripts can refuse, by category. */
const blockable: Readonly<Record<string, readonly string[]>> = {
  Passwd: ['ChangePasswd'],
  Whostmgr: [
    'AccountEnhancements::Assign',
    'AccountEnhancements::Unassign',
    'Accounts::Create',
    'Accounts::Modify',
    'Accounts::Rearrangeacct',
    'Accounts::Remove',
    'Accounts::SiteIP::set',
    'Accounts::change_package',
    'Accounts::set_shell',
    'Accounts::suspendacct',
    'Accounts::unsuspendacct',
    'AutoSSL::installssl',
    'Domain::addsubdomain',
    'Domain::delsubdomain',
    'Domain::park',
    'Domain::unpark',
    'Domain::zone_add',
    'Domain::zone_remove',
    'Packages::verify_input_data',
    'ParkAdmin::park',
    'ParkAdmin::unpark',
    'RemoteMySQL::activate_profile',
    'SSL::delssl',
    'SSL::installssl',
    'Transfers::Session',
  ],
};

const others: Readonly<Record<string, readonly string[]>> = {
  System: ['Backup', 'upcp'],
  Whostmgr: [
    'Hostname::change',
    'Lang::PHP::ini_set_content',
    'Lang::PHP::ini_set_directives',
    'Lang::PHP::set_handler',
    'Lang::PHP::set_system_default_version',
    'Lang::PHP::set_vhost_versions',
    'PipedLogConfiguration',
    'Server::Type::Change::disable',
    'Server::Type::Change::enable',
    'TweakSettings::Basic',
    'TweakSettings::Main',
  ],
};

/** Events with one stage. */
const onlyStage: Readonly<Record<string, Stage>> = {
  'Packages::verify_input_data': 'pre',
  'Server::Type::Change::disable': 'post',
  'Server::Type::Change::enable': 'post',
};

/** Categories whose events are about things that this server does not have yet. They are accepted by any name. */
const elsewhere: readonly string[] = [
  'ConvertAddon',
  'DiskQuota',
  'Log::Retention',
  'ModSecurity',
  'PkgAcct',
  'RPM::Versions',
  'Stats',
  'System',
  'modsec_vendor script',
  'scripts',
];

const happening = new Set(Object.values(eventsOf).flat());

function describe(category: string, event: string, isBlockable: boolean): HookEvent {
  const only = onlyStage[event];
  const stages = only === undefined ? BOTH : [only];
  return { category, event, isBlockable, stages, happensHere: happening.has(`${category} ${event}`) };
}

/** The category of the functions of accounts: `UAPI::Park::park`, `Api2::Park::park`. */
export const ACCOUNT_FUNCTIONS = 'Cpanel';

/** API 1 is not provided. */
const happensInAccounts = /^(?:UAPI|Api2)::[A-Z]\w*::\w+$/;

/** The events with known names, by category and name. */
export const events: readonly HookEvent[] = [
  ...Object.entries(blockable).flatMap(([category, names]) =>
    names.map((event) => describe(category, event, true)),
  ),
  ...Object.entries(others).flatMap(([category, names]) =>
    names.map((event) => describe(category, event, false)),
  ),
].sort((a, b) => compare(a.category, b.category) || compare(a.event, b.event));

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** WHM allows letters, digits, colons and dashes; events of RPM::Versions are names of packages. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.+:-]{0,127}$/;

/** @throws ApiError `bad_param` for an unknown category, or an unknown event of a category whose events are known. */
export function findEvent(category: string, event: string): HookEvent {
  const known = events.find((one) => one.category === category && one.event === event);
  if (known !== undefined) return known;
  if (category === ACCOUNT_FUNCTIONS && NAME.test(event)) {
    const happensHere = happensInAccounts.test(event);
    return { category, event, isBlockable: true, stages: BOTH, happensHere };
  }
  if (elsewhere.includes(category) && NAME.test(event)) return describe(category, event, false);
  const ofCategory = events.filter((one) => one.category === category).map((one) => one.event);
  if (ofCategory.length === 0) {
    const [similar] = nearest(category, categories);
    const hint = similar === undefined ? `Use one of ${categories.join(', ')}.` : `Did you mean ${similar}?`;
    throw badParam(`The category ${quote(category)} does not exist. ${hint}`);
  }
  const [similar] = nearest(event, ofCategory);
  const hint = similar === undefined ? '' : ` Did you mean ${similar}?`;
  throw badParam(
    `The category ${category} has no event ${quote(event)}.${hint} To list the events, run: whmapi1 --hook events`,
  );
}

const categories: readonly string[] = [
  ...new Set([...events.map(({ category }) => category), ...elsewhere, ACCOUNT_FUNCTIONS]),
].sort();

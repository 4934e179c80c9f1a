// The parameters of addpkg, editpkg and matchpkgs, and the fields that getpkginfo, listpkgs and matchpkgs have in
// common.
import type { Fields, Param } from '../../../../core/define.ts';
import { initialDefaults, tweakable, type Defaults } from './defaults.ts';
import { featureListName } from '../features/lists.ts';
import type { Extension, Package } from './packages.ts';
import { names, rename, sortedByName } from './settings.ts';
import type { Limit, NameOf, NameSet, Settings } from './settings.ts';

const count = {
  type: 'string',
  pattern: { matches: /^(?:\d{1,12}|unlimited|null)$/i, expects: 'a whole number or “unlimited”' },
} as const satisfies Pick<Param, 'type' | 'pattern'>;

const percentage = {
  type: 'string',
  pattern: { matches: /^(?:\d|[1-9]\d|100|unlimited)$/i, expects: 'a whole number to 100 or “unlimited”' },
} as const satisfies Pick<Param, 'type' | 'pattern'>;

const word = {
  type: 'string',
  pattern: {
    matches: /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/,
    expects: 'at most 32 letters, digits, “_” and “-”',
  },
} as const satisfies Pick<Param, 'type' | 'pattern'>;

/** Names of extensions, each with or without a value. */
export const extensionWords = {
  type: 'string',
  pattern: {
    matches: /^ *(?:[A-Za-z0-9_.-]{1,64}(?:=\S{0,255})?(?: +|$))*$/,
    expects: 'a space-separated list of names or name=value',
  },
  doc: 'Space-separated list of extensions. Each is a name, or a name with a value: color=red.',
} as const satisfies Param;

/** Names of extensions, without values. */
export const extensionNames = {
  type: 'string',
  pattern: {
    matches: /^ *(?:[A-Za-z0-9_.-]{1,64}(?: +|$))*$/,
    expects: 'a space-separated list of names',
  },
  doc: 'Space-separated list of extension names.',
} as const satisfies Param;

/** An obsolete parameter that old clients still send. */
export const frontpage = {
  type: 'flag',
  doc: 'Whether FrontPage is installed.',
  noEffectReason: 'FrontPage no longer exists.',
} as const satisfies Param;

/** For each limit, what it counts, and whether 0 means unlimited. */
const limits = {
  diskLimit: { what: 'Disk space in MiB', isZeroUnlimited: true },
  bandwidthLimit: { what: 'Monthly bandwidth in MiB', isZeroUnlimited: true },
  maxAddonDomains: { what: 'The maximum number of addon domains', isZeroUnlimited: false },
  maxParkedDomains: { what: 'The maximum number of parked domains', isZeroUnlimited: false },
  maxSubdomains: { what: 'The maximum number of subdomains', isZeroUnlimited: false },
  maxDatabases: { what: 'The maximum number of databases of each kind', isZeroUnlimited: false },
  maxMailboxes: { what: 'The maximum number of email accounts', isZeroUnlimited: false },
  maxMailingLists: { what: 'The maximum number of mailing lists', isZeroUnlimited: false },
  maxFtpAccounts: { what: 'The maximum number of FTP accounts', isZeroUnlimited: false },
  maxEmailPerHour: {
    what: 'The maximum number of messages that a domain can send per hour',
    isZeroUnlimited: true,
  },
  maxDeferFailPercentage: {
    what: 'The maximum percentage of an hour’s messages that may fail or be deferred',
    isZeroUnlimited: true,
  },
  maxMailboxQuota: { what: 'The maximum quota of an email account in MiB', isZeroUnlimited: true },
} as const satisfies Partial<Record<keyof Settings, { what: string; isZeroUnlimited: boolean }>>;

type LimitKey = keyof typeof limits;

const forEachLimit = <Made>(make: (key: LimitKey) => Made) =>
  Object.fromEntries((Object.keys(limits) as LimitKey[]).map((key) => [key, make(key)])) as Readonly<
    Record<LimitKey, Made>
  >;

/** The documentation of each limit in a response. */
export const limitDocs = forEachLimit((key) => `${limits[key].what}, or “unlimited”.`);

/** The parameter of each setting. */
export const settingParams = {
  ...forEachLimit((key) => ({
    ...count,
    doc: limits[key].isZeroUnlimited ? `${limits[key].what}; 0 is unlimited.` : `${limits[key].what}.`,
  })),
  maxDeferFailPercentage: {
    ...percentage,
    doc: `${limits.maxDeferFailPercentage.what} before mail is held back; 0 is unlimited.`,
  },
  maxTeamUsers: { type: 'integer', min: 0, max: 7, doc: 'The maximum number of team users.' },
  theme: { ...word, doc: 'The theme of the interface.' },
  locale: { ...word, doc: 'The locale.' },
  featureList: { ...featureListName, doc: 'The feature list, which must exist.' },
  dedicatedIp: {
    type: 'string',
    values: ['y', 'n'],
    doc: 'Whether an account gets a dedicated IP address.',
  },
  shell: { type: 'flag', doc: 'Whether an account has a shell.' },
  cgi: { type: 'flag', doc: 'Whether an account may run CGI scripts.' },
  digestAuth: { type: 'flag', doc: 'Whether an account has digest authentication.' },
} as const satisfies Record<keyof Settings, Param>;

/** Returns the parameters for all settings except `Without`, by their names in a set of names. */
export function paramsFor<const Set extends NameSet, Without extends keyof Settings = never>(
  set: Set,
  options: { readonly without?: readonly Without[]; readonly params?: typeof settingParams } = {},
) {
  const { without = [], params = settingParams } = options;
  const kept = Object.entries(params).filter(([key]) => !without.some((one) => one === key));
  return rename(set, Object.fromEntries(kept) as Omit<typeof settingParams, Without>);
}

type Words = {
  readonly [Key in keyof Settings]?:
    | (Key extends 'maxTeamUsers' ? number : Settings[Key] extends Limit | string ? string : string | boolean)
    | undefined;
};

/** The arguments of settings, by the settings' names in a set of names. */
type Arguments<Set extends NameSet> = {
  readonly [Key in keyof Settings as NameOf<Key, Set>]?: Words[Key];
};

/** Reads the settings among the arguments of a call, by their names in this set. */
export function readArguments<const Set extends NameSet>(set: Set, args: Arguments<Set>): Partial<Settings> {
  const given = args as Readonly<Record<string, Word | undefined>>;
  const read: Record<string, unknown> = {};
  for (const [key, name] of namesIn[set]) {
    const word = given[name];
    if (word !== undefined) read[key] = readSetting(key, word);
  }
  return read;
}

const namedIn = (set: NameSet) =>
  Object.entries(names).flatMap(([key, { [set]: name }]): [string, string][] =>
    name === null ? [] : [[key, name]],
  );
/** Each setting that has a name in a set, with that name. */
const namesIn: Readonly<Record<NameSet, readonly (readonly [string, string])[]>> = {
  param: namedIn('param'),
  ofPackage: namedIn('ofPackage'),
  ofAccount: namedIn('ofAccount'),
  inLists: namedIn('inLists'),
};

/** Reads the given settings. Undefined ones are omitted. */
export function readSettings(words: Words): Partial<Settings> {
  const read: Record<string, unknown> = {};
  for (const [key, word] of Object.entries(words)) if (word !== undefined) read[key] = readSetting(key, word);
  return read;
}

type Word = string | number | boolean;

function readSetting(key: string, word: Word): Limit | Word {
  const limit = limitOf.get(key);
  if (limit !== undefined) return readLimit(limit, String(word));
  return key === 'dedicatedIp' ? word === 'y' : word;
}

const limitOf: ReadonlyMap<string, (typeof limits)[LimitKey]> = new Map(Object.entries(limits));

function readLimit({ isZeroUnlimited }: { readonly isZeroUnlimited: boolean }, given: string): Limit {
  const limit = /^\d+$/.test(given) ? Number(given) : null;
  return limit === 0 && isZeroUnlimited ? null : limit;
}

/** The theme of new packages. */
export const STANDARD_THEME = 'jupiter';

/** The default settings of a new package, besides the limits that tweak settings determine (`defaults.ts`). */
const newPackage = {
  maxAddonDomains: '0',
  maxParkedDomains: '0',
  maxSubdomains: 'unlimited',
  maxDatabases: 'unlimited',
  maxMailboxes: 'unlimited',
  maxMailingLists: 'unlimited',
  maxFtpAccounts: 'unlimited',
  maxEmailPerHour: 'unlimited',
  maxDeferFailPercentage: 'unlimited',
  theme: STANDARD_THEME,
  locale: 'en',
  featureList: 'default',
  dedicatedIp: 'n',
} as const;

const newPackageFlags = { shell: 0, cgi: 1, digestAuth: 0 } as const;

/** Settings whose parameters of addpkg have the names that they have in a package. */
const inCapitals = ['maxEmailPerHour', 'maxDeferFailPercentage'] as const satisfies (keyof Settings)[];

/** `settingParams` with the defaults of a new package. */
const newPackageParams = Object.fromEntries(
  Object.entries(settingParams).map(([key, param]) => {
    const value = ({ ...newPackage, ...newPackageFlags } as Record<string, string | number>)[key];
    if (value !== undefined) return [key, { ...param, default: value }];
    const tweak = (tweakable as Record<string, { key: string; initial: string } | undefined>)[key];
    if (tweak === undefined) return [key, param];
    const { key: name, initial } = tweak;
    return [
      key,
      {
        ...param,
        doc: `${param.doc} Default: the tweak setting ${name}, which is ${initial} until it is set.`,
      },
    ];
  }),
) as typeof settingParams;

/** The parameters of addpkg that are settings. */
export const newPackageArgumentParams = {
  ...paramsFor('param', { params: newPackageParams, without: inCapitals }),
  MAX_EMAIL_PER_HOUR: newPackageParams.maxEmailPerHour,
  MAX_DEFER_FAIL_PERCENTAGE: newPackageParams.maxDeferFailPercentage,
} as const;

/** Returns all settings of a new package: the given ones, and the defaults of the others. */
export function completeSettings(given: Partial<Settings>, limits: Defaults = initialDefaults): Settings {
  return { ...standardSettings, ...readSettings(limits), ...given };
}

/** All settings, so that the spread ones above add none: V8 would make a hidden class for each call. */
const standardSettings = {
  maxTeamUsers: null,
  ...readSettings(initialDefaults),
  ...Object.fromEntries(Object.entries(newPackageFlags).map(([key, flag]) => [key, flag === 1])),
  ...readSettings(newPackage),
} as Settings;

/** Each setting with its argument in addpkg, and the word that stands for its value in `standardSettings`. */
const newPackageArguments = Object.entries(names).map(([key, { param, ofPackage }]) => {
  const words: Readonly<Record<string, Word | undefined>> = { ...initialDefaults, ...newPackage };
  const flag = (newPackageFlags as Readonly<Record<string, 0 | 1 | undefined>>)[key];
  return {
    key,
    name: (inCapitals as readonly string[]).includes(key) ? ofPackage : param,
    standard: flag === undefined ? words[key] : flag === 1,
  };
});

/**
 * Returns all settings of a new package from the arguments of addpkg. `limits` are the defaults of what they do not set.
 * Most arguments are the defaults of their parameters, which need not be read again.
 */
export function readNewPackage(
  args: { readonly [Name in keyof typeof newPackageArgumentParams]?: Word | undefined },
  limits: Defaults,
): Settings {
  const words: Readonly<Record<string, Word | undefined>> = args;
  const settings: Record<string, unknown> = { ...standardSettings };
  for (const { key, name, standard } of newPackageArguments) {
    const word = words[name] ?? limits[key as keyof Defaults];
    if (word !== standard) settings[key] = readSetting(key, word);
  }
  return settings as unknown as Settings;
}

/** Reads `color=red big` as extensions. If a name occurs twice, the last value counts. */
export function readExtensions(words: string): Extension[] {
  if (words === '') return [];
  const values = new Map<string, string | null>();
  for (const one of words.split(' ').filter((each) => each !== '')) {
    const at = one.indexOf('=');
    values.set(at < 0 ? one : one.slice(0, at), at < 0 ? null : one.slice(at + 1));
  }
  return [...values].map(([name, value]) => ({ name, value }));
}

function extensionText({ name, value }: Extension): string {
  return value === null ? name : `${name}=${value}`;
}

/** The fields of every response about packages. */
export const fields = sortedByName({
  ...rename(
    'ofPackage',
    forEachLimit((key) => ({ type: 'any' as const, doc: limitDocs[key] })),
  ),
  CPMOD: { type: 'string', doc: 'The theme of the interface.' },
  DIGESTAUTH: { type: 'string', doc: 'Whether an account has digest authentication: y or n.' },
  FEATURELIST: { type: 'string', doc: 'The feature list.' },
  FRONTPAGE: { type: 'string', doc: 'Whether an account has FrontPage: n, since it no longer exists.' },
  LANG: { type: 'string', doc: 'The locale.' },
  MAX_TEAM_USERS: {
    type: 'any',
    doc: 'The maximum number of team users; null if the package does not set it.',
  },
  _PACKAGE_EXTENSIONS: {
    type: 'string',
    doc: 'Space-separated list of extensions, each a name or name=value.',
  },
} as const satisfies Fields);

/** Returns the values of `fields`. */
export function show({ settings, extensions }: Package) {
  const { theme, digestAuth, featureList, locale, maxTeamUsers } = settings;
  return sortedByName({
    ...showLimits('ofPackage', settings),
    ...rename('ofPackage', { theme, featureList, locale, maxTeamUsers, digestAuth: yesOrNo(digestAuth) }),
    FRONTPAGE: 'n',
    _PACKAGE_EXTENSIONS: extensions.map(extensionText).join(' '),
  });
}

/** Returns the limits by their names in a set of names. */
export function showLimits<const Set extends NameSet>(set: Set, settings: Settings) {
  return rename(
    set,
    forEachLimit((key) => settings[key] ?? 'unlimited'),
  );
}

export function yesOrNo(flag: boolean): 'y' | 'n' {
  return flag ? 'y' : 'n';
}

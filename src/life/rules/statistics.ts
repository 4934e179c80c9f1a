// The rows of StatsBar::get_stats: what an account uses of its limits, and facts about the account and the server.
import type { Answer, Field } from '../../core/define.ts';
import type { DatabaseEngine } from '../../capabilities/databases/rules/names.ts';
import type { Limit } from '../../capabilities/accounts/rules/packages/settings.ts';
import type { Resource, Used } from './own-usage.ts';

const MIB = 1024 * 1024;

const MYSQL_SPACE = 'Disk space of MySQL databases';
const POSTGRESQL_SPACE = 'Disk space of PostgreSQL databases';

/** What is counted of databases: their number on one kind of server or all, and their space in bytes, now or when it was last measured. */
export type DatabaseResource = DatabaseEngine | 'sql' | `${DatabaseEngine}Space${'' | 'Before'}`;

/** The statistics of limits, with the names of WHM. */
const limited = {
  addondomains: { resource: 'addon', item: 'Addon domains', feature: 'addondomains', isSpace: false },
  bandwidthusage: {
    resource: 'bandwidth',
    item: 'Bandwidth of this month',
    feature: 'bandwidth',
    isSpace: true,
  },
  cachedmysqldiskusage: { resource: 'mysqlSpaceBefore', item: MYSQL_SPACE, feature: 'mysql', isSpace: true },
  cachedpostgresdiskusage: {
    resource: 'postgresqlSpaceBefore',
    item: POSTGRESQL_SPACE,
    feature: 'postgres',
    isSpace: true,
  },
  diskusage: { resource: 'disk', item: 'Disk space', feature: '', isSpace: true },
  fileusage: { resource: 'files', item: 'Files and directories', feature: '', isSpace: false },
  mysqldatabases: { resource: 'mysql', item: 'MySQL databases', feature: 'mysql', isSpace: false },
  mysqldiskusage: { resource: 'mysqlSpace', item: MYSQL_SPACE, feature: 'mysql', isSpace: true },
  parkeddomains: { resource: 'parked', item: 'Parked domains', feature: 'parkeddomains', isSpace: false },
  postgresqldatabases: {
    resource: 'postgresql',
    item: 'PostgreSQL databases',
    feature: 'postgres',
    isSpace: false,
  },
  postgresdiskusage: {
    resource: 'postgresqlSpace',
    item: POSTGRESQL_SPACE,
    feature: 'postgres',
    isSpace: true,
  },
  sqldatabases: { resource: 'sql', item: 'SQL databases', feature: '', isSpace: false },
  subdomains: { resource: 'sub', item: 'Subdomains', feature: 'subdomains', isSpace: false },
} as const satisfies Record<string, LimitedStatistic>;

interface LimitedStatistic {
  readonly resource: Resource | DatabaseResource;
  readonly item: string;
  readonly feature: string;
  readonly isSpace: boolean;
}

/** The statistics without a limit. */
const facts = {
  apacheversion: 'Version of Apache',
  cpanelversion: 'Version of whmapi1',
  dedicatedip: 'Dedicated IP address',
  hostingpackage: 'Package',
  hostname: 'Hostname',
  kernelversion: 'Version of the kernel',
  localip: 'IP address on this server',
  machinetype: 'Type of the machine',
  mysqlversion: 'Version of MariaDB or MySQL',
  operatingsystem: 'Operating system',
  perlversion: 'Version of Perl',
  phpversion: 'Default version of PHP',
  sharedip: 'Shared IP address',
  shorthostname: 'Short hostname',
  theme: 'Theme',
} as const;

export type Fact = keyof typeof facts;

/** The statistics about the software of the server. */
export type SoftwareFact = (typeof softwareFacts)[number];
const softwareFacts = [
  ...(['apacheversion', 'kernelversion', 'machinetype', 'mysqlversion', 'operatingsystem'] as const),
  'perlversion' as const,
];

/** True if one of the statistics is about the software of the server, which takes a moment to look at. */
export function needsSoftware(names: readonly string[]): boolean {
  return names.some((name) => (softwareFacts as readonly string[]).includes(name));
}

/** True if one of the statistics is about the disk usage of the account. */
export function needsDisk(names: readonly string[]): boolean {
  return names.includes('diskusage') || names.includes('fileusage');
}

const engines = ['mysql', 'postgresql'] as const;

/** The kinds of database servers whose databases the statistics count. */
export function enginesOf(names: readonly string[]): DatabaseEngine[] {
  return engines.filter((engine) => names.includes(`${engine}databases`) || names.includes('sqldatabases'));
}

export interface WantedSpace {
  readonly resource: DatabaseResource;
  readonly engine: DatabaseEngine;
  readonly isCached: boolean;
}

/** The disk usage of databases that the statistics show. */
export function spacesOf(names: readonly string[]): WantedSpace[] {
  const spaces = engines.flatMap((engine): WantedSpace[] => [
    { resource: `${engine}Space`, engine, isCached: false },
    { resource: `${engine}SpaceBefore`, engine, isCached: true },
  ]);
  const shown = new Set<string>(names.filter(isLimited).map((name) => limited[name].resource));
  return spaces.filter(({ resource }) => shown.has(resource));
}

/** The names in `display`, each once. */
export function namesIn(display: string): string[] {
  return [...new Set(display.split('|').map((name) => name.trim()))].filter(Boolean);
}

/** The names that `statisticRows` knows. */
export const statistics: readonly string[] = [...Object.keys(limited), ...Object.keys(facts)].sort();

/** A row. Facts have `value` and no limit. */
export const statisticRow = {
  fields: {
    id: { type: 'string', doc: 'The statistic, as in “display”.' },
    name: { type: 'string', doc: 'The same.' },
    item: { type: 'string', doc: 'The statistic, for people.' },
    phrase: { type: 'string', doc: 'The same.' },
    rowtype: { type: 'string', doc: '“odd” and “even” in turn.' },
    count: { type: 'string', doc: 'The value, for people.' },
    value: { type: 'string', optional: true, doc: 'The value of a statistic without a limit.' },
    feature: { type: 'string', optional: true, doc: 'The feature that it belongs to. Empty: none.' },
    max: { type: 'string', optional: true, doc: 'The limit, for people.' },
    units: { type: 'string', optional: true, doc: '“MB” for space, in MiB. Empty for a number.' },
    _count: { type: 'string', optional: true, doc: 'The value as a number, in “units”.' },
    _max: { type: 'string', optional: true, doc: 'The limit as a number, or “unlimited”.' },
    _maxed: { type: 'flag', optional: true, doc: '1 if the limit is reached.' },
    is_maxed: { type: 'flag', optional: true, doc: 'The same.' },
    normalized: { type: 'flag', optional: true, doc: 'Always 1: “_count” and “_max” have the same unit.' },
    zeroisunlimited: { type: 'flag', optional: true, doc: '1 if a limit of 0 is stored as unlimited.' },
    near_limit_phrase: {
      type: 'string',
      optional: true,
      doc: 'A sentence for when the limit is nearly used, if there is a limit.',
    },
    maxed_phrase: {
      type: 'string',
      optional: true,
      doc: 'A sentence for when the limit is reached, if there is a limit.',
    },
    percent: { type: 'integer', optional: true, doc: 'The part of the limit that is used, in per cent.' },
    percent5: { type: 'integer', optional: true, doc: 'The same, rounded to 5.' },
    percent10: { type: 'integer', optional: true, doc: 'The same, rounded to 10.' },
    percent20: { type: 'integer', optional: true, doc: 'The same, rounded to 20.' },
  },
} as const satisfies Field;

export interface StatisticSources {
  /** Without the disk usage if no statistic needs it. */
  readonly usage: Readonly<Partial<Record<Resource, Used>>>;
  /** Only those that were counted. */
  readonly databases: Readonly<Partial<Record<DatabaseResource, Used>>>;
  /** Facts that do not apply to the account are undefined. */
  readonly facts: Readonly<Record<Fact, string | undefined>>;
}

export interface StatisticOptions {
  /** The text for no limit. */
  readonly unlimited: string;
  readonly firstRow: 'odd' | 'even';
  /** Only statistics of which more than this percentage of the limit is used. */
  readonly above: number | undefined;
  /** Without statistics whose limit is reached. */
  readonly hidesMaxed: boolean;
}

type Row = Answer<typeof statisticRow>;

/** The rows of the statistics in the given order. Unknown ones are left out. */
export function statisticRows(
  names: readonly string[],
  sources: StatisticSources,
  options: StatisticOptions,
): Row[] {
  const { above, hidesMaxed, firstRow } = options;
  const rows = names.flatMap((name): Omit<Row, 'rowtype'>[] => {
    if (isLimited(name)) {
      const used = { ...sources.databases, ...sources.usage }[limited[name].resource];
      return used === undefined ? [] : [limitedRow(name, used, options)];
    }
    const value = isFact(name) ? sources.facts[name] : undefined;
    return isFact(name) && value !== undefined ? [{ ...titles(name, facts[name]), count: value, value }] : [];
  });
  const other = firstRow === 'odd' ? 'even' : 'odd';
  return rows
    .filter(({ percent = 0 }) => above === undefined || percent > above)
    .filter(({ is_maxed = 0 }) => !hidesMaxed || is_maxed === 0)
    .map((row, index) => ({ ...row, rowtype: index % 2 === 0 ? firstRow : other }));
}

type Limited = keyof typeof limited;
const isLimited = (name: string): name is Limited => Object.hasOwn(limited, name);
const isFact = (name: string): name is Fact => Object.hasOwn(facts, name);

const titles = (name: string, item: string) => ({ id: name, name, item, phrase: item });

function limitedRow(name: Limited, { used, max }: Used, { unlimited }: StatisticOptions) {
  const { item, feature, isSpace } = limited[name];
  const percent = percentage(used, max);
  const isMaxed = Number(max !== null && used >= max);
  const plain = (amount: number) => (isSpace ? (amount / MIB).toFixed(2) : String(amount));
  const shown = (amount: number) => (isSpace ? `${plain(amount)} MB` : String(amount));
  return {
    ...titles(name, item),
    ...{ feature, units: isSpace ? 'MB' : '', normalized: 1, zeroisunlimited: Number(isSpace) },
    ...{ count: shown(used), max: max === null ? unlimited : shown(max) },
    ...{ _count: plain(used), _max: max === null ? 'unlimited' : plain(max) },
    ...(max === null
      ? {}
      : {
          near_limit_phrase: `${item}: you use ${shown(used)} of ${shown(max)}.`,
          maxed_phrase: `${item}: you have reached the limit of ${shown(max)}.`,
        }),
    ...{ _maxed: isMaxed, is_maxed: isMaxed, percent },
    ...{ percent5: rounded(percent, 5), percent10: rounded(percent, 10), percent20: rounded(percent, 20) },
  };
}

function percentage(used: number, max: Limit): number {
  if (max === null) return 0;
  return max === 0 ? 100 : Math.min(100, Math.floor((used / max) * 100));
}

function rounded(percent: number, to: number): number {
  return Math.round(percent / to) * to;
}

import { countOwnDatabases } from '../../capabilities/databases/plans/databases/own-counts.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { findSoftware } from '../../capabilities/software/driver/look-software.ts';
import { readSizes } from '../../capabilities/databases/driver/look-database-servers.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import type { Counted } from '../../capabilities/databases/rules/counts.ts';
import { spaceOf } from '../../capabilities/databases/rules/disk-usage.ts';
import type { Limit } from '../../capabilities/accounts/rules/packages/settings.ts';
import {
  countedUsage,
  HOW_OLD,
  lookAtOwnUsage,
  measuredUsage,
  type Used,
} from '../../life/rules/own-usage.ts';
import {
  enginesOf,
  namesIn,
  needsDisk,
  needsSoftware,
  spacesOf,
  statisticRow,
  statisticRows,
  statistics,
  type DatabaseResource,
} from '../../life/rules/statistics.ts';
import * as php from '../../capabilities/php/rules/settings.ts';
import { releaseOf } from '../../capabilities/php/rules/versions.ts';
import { statisticsOf } from '../../life/rules/updates/installed-software.ts';

export default defineUapi({
  name: 'StatsBar::get_stats',
  since: 42,
  summary: 'List statistics of the account: what it uses of its limits, and facts about it and the server.',
  description:
    `The statistics are ${statistics.join(', ')}. Others, such as those of mail, are left out with a warning; software ` +
    `that is not installed, without one. ${HOW_OLD} Databases are counted during the call. ` +
    'cachedmysqldiskusage and cachedpostgresdiskusage are the values that were measured last, if there are any. The disk ' +
    'space of MySQL databases is that of tables and indexes. sqldatabases counts the databases of both kinds, and its limit ' +
    'is the sum of both limits.',
  effect: 'reads',
  onlyMeasures: true,
  params: {
    display: {
      type: 'string',
      required: true,
      maxLength: 1024,
      doc: 'The statistics, with “|” between them: diskusage|bandwidthusage.',
    },
    warnings: { type: 'flag', default: 0, doc: '1: only limits that are used by more than “warninglevel”.' },
    warninglevel: { type: 'integer', min: 1, max: 100, default: 75, doc: 'A percentage.' },
    warnout: { type: 'flag', default: 1, doc: '0: without limits that are reached.' },
    infinitylang: { type: 'string', maxLength: 64, default: 'unlimited', doc: 'The text for no limit.' },
    infinityimg: {
      type: 'string',
      maxLength: 1024,
      doc: 'A picture for no limit.',
      noEffectReason: 'This server shows no pictures in statistics.',
    },
    rowcounter: {
      type: 'string',
      values: ['odd', 'even'],
      default: 'odd',
      doc: 'The type of the first row.',
    },
  },
  emptyIsOmitted: true,
  returns: { list: statisticRow },
  examples: [{ args: { display: 'diskusage|bandwidthusage|subdomains' }, doc: 'Three statistics.' }],

  async look({ display }, context) {
    const names = namesIn(display);
    const said = new Set<string>();
    const warn = (text: string) => {
      // The same server may be asked several times.
      if (!said.has(text)) context.warn(text);
      said.add(text);
    };
    const measuring = { ...context, warn };
    const measured = needsDisk(names) ? await lookAtOwnUsage(measuring, readSizes) : undefined;
    const spaces = new Map<DatabaseResource, number>();
    for (const wanted of spacesOf(names)) {
      const bytes = await spaceOf(measuring, context.caller.user, wanted, readSizes);
      if (bytes !== undefined) spaces.set(wanted.resource, bytes);
    }
    return {
      measured,
      spaces,
      counts: await countOwnDatabases(context, enginesOf(names)),
      software: needsSoftware(names) ? statisticsOf(await findSoftware(context.machine)) : undefined,
    };
  },

  async handler(args, context, { measured, spaces, counts, software }) {
    const { db, caller, system, version, warn } = context;
    const account = await accounts.getOwn(db, caller);
    const names = namesIn(args.display);
    const absent = names.filter((name) => !statistics.includes(name));
    if (absent.length > 0) warn(`These statistics are not provided on this server: ${absent.join(', ')}.`);
    const hostname = system.hostname();
    const { ip, settings } = account;
    const { defaultVersion: phpVersion } = await php.readServer(db);
    const facts = {
      apacheversion: software?.apacheversion,
      cpanelversion: version,
      dedicatedip: settings.dedicatedIp ? ip : undefined,
      hostingpackage: account.package,
      hostname,
      kernelversion: software?.kernelversion,
      localip: ip,
      machinetype: software?.machinetype,
      mysqlversion: software?.mysqlversion,
      operatingsystem: software?.operatingsystem,
      perlversion: software?.perlversion,
      phpversion: phpVersion === null ? undefined : releaseOf(phpVersion),
      sharedip: settings.dedicatedIp ? undefined : ip,
      shorthostname: hostname.split('.')[0],
      theme: settings.theme,
    };
    const usage = needsDisk(names)
      ? await measuredUsage(context, account, measured)
      : await countedUsage(context, account);
    const { maxDatabases: max } = settings;
    const databases: Partial<Record<DatabaseResource, Used>> = {};
    for (const [resource, used] of spaces) databases[resource] = { used, max: null };
    const hasServer = counts.some(([, counted]) => 'used' in counted || !counted.isAbsent);
    for (const [engine, counted] of counts) {
      if ('used' in counted) databases[engine] = { used: counted.used, max };
      else if (!counted.isAbsent || !hasServer || names.includes(`${engine}databases`)) warn(counted.unknown);
    }
    const sql = ofBoth(
      counts.map(([, counted]) => counted),
      max,
    );
    if (sql !== undefined) databases.sql = sql;
    return statisticRows(
      names,
      { usage, databases, facts },
      {
        unlimited: args.infinitylang,
        firstRow: args.rowcounter,
        above: args.warnings ? args.warninglevel : undefined,
        hidesMaxed: !args.warnout,
      },
    );
  },
});

/** Each kind of server has the limit for itself. Undefined if databases could not be counted. */
function ofBoth(counts: readonly Counted[], max: Limit): Used | undefined {
  const present = counts.filter((counted) => 'used' in counted || !counted.isAbsent);
  const numbers = present.flatMap((counted) => ('used' in counted ? [counted.used] : []));
  if (numbers.length === 0 || numbers.length < present.length) return undefined;
  const used = numbers.reduce((sum, one) => sum + one, 0);
  return { used, max: max === null ? null : max * numbers.length };
}

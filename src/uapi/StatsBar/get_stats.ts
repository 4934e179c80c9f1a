import { countOwnDatabases } from '../../changes/databases/own-counts.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { findSoftware } from '../../drivers/software/look.ts';
import { readSizes } from '../../drivers/databases/look.ts';
import * as accounts from '../../model/accounts/accounts.ts';
import { lookAtOwnUsage, measuredUsage, type Used } from '../../model/accounts/own-usage.ts';
import {
  enginesOf,
  namesIn,
  needsSoftware,
  statisticRow,
  statisticRows,
  statistics,
} from '../../model/accounts/statistics.ts';
import * as php from '../../model/php/settings.ts';
import { releaseOf } from '../../model/php/versions.ts';
import { statisticsOf } from '../../model/updates/installed-software.ts';

export default defineUapi({
  name: 'StatsBar::get_stats',
  since: 42,
  summary: 'List statistics of the account: what it uses of its limits, and facts about it and the server.',
  description:
    `The statistics are ${statistics.join(', ')}. Others, such as those of mail, are left out with a warning; software ` +
    'that is not installed, without one. Disk space is measured, and databases are counted, during the call.',
  effect: 'reads',
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
    return {
      measured: await lookAtOwnUsage(context, readSizes),
      counts: await countOwnDatabases(context, enginesOf(names)),
      software: needsSoftware(names) ? statisticsOf(await findSoftware(context.machine)) : undefined,
    };
  },

  async handler(args, context, { measured, counts, software }) {
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
    const usage = await measuredUsage(context, account, measured);
    const { maxDatabases: max } = settings;
    const databases: Partial<Record<string, Used>> = {};
    for (const [engine, counted] of counts) {
      if ('used' in counted) databases[engine] = { used: counted.used, max };
      else warn(counted.unknown);
    }
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

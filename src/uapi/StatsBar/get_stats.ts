import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../model/accounts/accounts.ts';
import { lookAtOwnUsage, measuredUsage } from '../../model/accounts/own-usage.ts';
import { statisticRow, statisticRows, statistics } from '../../model/accounts/statistics.ts';

export default defineUapi({
  name: 'StatsBar::get_stats',
  since: 42,
  summary: 'List statistics of the account: what it uses of its limits, and facts about it and the server.',
  description:
    `The statistics are ${statistics.join(', ')}. Others, such as those of mail and databases, are left out with a ` +
    'warning. Disk space is measured during the call.',
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

  look: (_args, context) => lookAtOwnUsage(context),

  async handler(args, context, measured) {
    const { db, caller, system, version, warn } = context;
    const account = await accounts.getOwn(db, caller);
    const names = [...new Set(args.display.split('|').map((name) => name.trim()))].filter(Boolean);
    const absent = names.filter((name) => !statistics.includes(name));
    if (absent.length > 0) warn(`These statistics are not provided on this server: ${absent.join(', ')}.`);
    const hostname = system.hostname();
    const { ip, settings } = account;
    const facts = {
      cpanelversion: version,
      dedicatedip: settings.dedicatedIp ? ip : undefined,
      hostingpackage: account.package,
      hostname,
      sharedip: settings.dedicatedIp ? undefined : ip,
      shorthostname: hostname.split('.')[0],
      theme: settings.theme,
    };
    const usage = await measuredUsage(context, account, measured);
    return statisticRows(
      names,
      { usage, facts },
      {
        unlimited: args.infinitylang,
        firstRow: args.rowcounter,
        above: args.warnings ? args.warninglevel : undefined,
        hidesMaxed: !args.warnout,
      },
    );
  },
});

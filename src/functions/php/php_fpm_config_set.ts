import { changePhp } from '../../life/plans/change-php.ts';
import { defineFunction } from '../../core/define.ts';
import * as php from '../../capabilities/php/driver/look-php.ts';
import { hostName } from '../../ground/rules/accounts/names.ts';
import { changedHosts, changedServer } from '../../capabilities/php/rules/changed-hosts.ts';
import {
  checkSettings,
  optionsIn,
  readGivenSettings,
  withGiven,
} from '../../capabilities/php/rules/fpm-settings.ts';
import { lookForFpm } from '../../capabilities/php/rules/look-for-fpm.ts';
import { ALL_POOLS, readFpmSettings } from '../../capabilities/php/rules/stored-fpm-settings.ts';
import { newestOf } from '../../capabilities/php/rules/versions.ts';

export default defineFunction({
  name: 'php_fpm_config_set',
  since: 78,
  summary: 'Set options and directives of the PHP-FPM pools, of all or of one domain.',
  description:
    'Settings that are not given stay as they are. Those of a domain count more than those for all pools. PHP-FPM checks ' +
    'the new pools before it is reloaded.',
  access: 'root',
  effect: 'operates',
  role: 'WebServer',
  params: {
    config: {
      type: 'json',
      required: true,
      doc:
        'The settings, as a JSON list of hashes with base_flag_name, trinary_admin_value and value. Options of pools have ' +
        'the trinary_admin_value 0: pm_max_children, pm_max_requests and pm_process_idle_timeout. Directives have 1, or 2 ' +
        'if the account may change the value: allow_url_fopen, disable_functions, doc_root, error_log, error_reporting, ' +
        'log_errors and short_open_tag. An empty value removes the setting.',
    },
    domain: { ...hostName, doc: 'A virtual host. Default: all pools.' },
    validate_only: { type: 'flag', default: 0, doc: '1: only check the settings, and change nothing.' },
  },
  emptyIsOmitted: true,
  returns: null,
  examples: [
    {
      args: { config: '[{"base_flag_name":"pm_max_children","trinary_admin_value":0,"value":"10"}]' },
      doc: 'Up to 10 requests of each virtual host at the same time.',
    },
    {
      args: {
        config: '[{"base_flag_name":"error_reporting","trinary_admin_value":2,"value":"E_ALL & ~E_NOTICE"}]',
        domain: 'bob.example',
      },
      doc: 'The errors that bob.example reports, unless it changes them.',
      setUp: ['createacct'],
    },
  ],

  async look({ config, domain }, context) {
    const given = readGivenSettings(config);
    const needsPhp = given.some(({ kind, value }) => kind !== 0 && value !== undefined);
    const { installed, directives, home } = await lookForFpm(context, php, { domain, needsPhp });
    return { newest: newestOf(installed)?.id, settings: checkSettings(given, { directives, home }) };
  },

  async handler({ domain, validate_only: isCheck }, context, { newest, settings }) {
    if (domain === undefined) {
      const next = withGiven((await readFpmSettings(context.db, '')).get(ALL_POOLS) ?? [], settings);
      const all = await changedServer(context, newest, (state) => ({
        ...state,
        fpm: new Map([...state.fpm, [ALL_POOLS, next]]),
      }));
      if (isCheck) return;
      const fpm = { scope: { servername: ALL_POOLS, username: '' }, settings: next };
      context.plan(await changePhp(context, { hosts: [], fpm }, all));
      return;
    }
    const options = optionsIn(settings);
    const directives = settings.filter(({ kind }) => kind !== 0);
    const [account] = await changedHosts(context, {
      ...{ param: 'domain', names: [domain], newest },
      change: (host) => ({ ...host, ...options }),
    });
    if (account === undefined || isCheck) return;
    const { after, changed: hosts } = account;
    if (!hosts.every(({ usesFpm }) => usesFpm)) {
      context.warn(`“${domain}” does not use PHP-FPM, so the settings have no effect until it does.`);
    }
    const next = withGiven(account.state.fpm.get(domain) ?? [], directives);
    const scope = { servername: domain, username: account.account.username };
    const changed = { ...account, after: { ...after, fpm: new Map([...after.fpm, [domain, next]]) } };
    context.plan(await changePhp(context, { hosts, fpm: { scope, settings: next } }, [changed]));
  },
});

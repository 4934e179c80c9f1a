import { defineUapi } from '../../core/define-uapi.ts';
import { LOG_RETENTION_DAYS } from '../../capabilities/web/driver/virtual-hosts/look-logs.ts';

export default defineUapi({
  name: 'LogManager::get_settings',
  since: 82,
  summary: 'Show how long the server keeps older logs of the account’s websites.',
  description: 'The settings are the same for all accounts. LogManager::list_archives lists the logs.',
  effect: 'none',
  role: 'WebServer',
  feature: 'rawlog',
  params: {},
  returns: {
    fields: {
      archive_logs: { type: 'flag', doc: 'Always 1: older logs are kept.' },
      prune_archive: { type: 'flag', doc: 'Always 0: nothing is removed at the end of a month.' },
      retention_days: { type: 'integer', doc: 'For how many days a log is kept after it was closed.' },
      using_default: { type: 'flag', doc: 'Always 1: an account has no other setting.' },
    },
  },
  examples: [{ args: {}, doc: 'The settings.' }],

  handler: () => ({
    archive_logs: 1,
    prune_archive: 0,
    retention_days: LOG_RETENTION_DAYS,
    using_default: 1,
  }),
});

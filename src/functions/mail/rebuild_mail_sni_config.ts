import { REBUILD, ROLE } from '../../capabilities/mail/rules/sni-form.ts';
import { defineFunction } from '../../core/define.ts';

export default defineFunction({
  name: 'rebuild_mail_sni_config',
  since: 48,
  summary: 'Repair the mail services’ mapping of domains to certificates.',
  description:
    'A task writes the files that are missing: “whmapi1 --wait PID” follows it. They are always written when a certificate ' +
    'is installed, so this repairs what was lost.',
  access: 'root',
  role: ROLE,
  effect: 'changes',
  params: {
    reload_dovecot: {
      type: 'flag',
      default: 0,
      doc: '1: reload Dovecot at the end even if no file has changed. Sessions go on.',
    },
  },
  returns: {
    success: { type: 'flag', doc: 'Always 1: the task was started.' },
    configs_built: {
      list: { type: 'string' },
      doc: 'The services whose files are written: exim and dovecot.',
    },
    pid: { type: 'integer', doc: 'The number of the task.' },
  },
  examples: [{ args: {}, doc: 'Write what is missing.' }],

  async handler({ reload_dovecot: isReloaded }, { startTask }) {
    const pid = await startTask(REBUILD, { isReloaded });
    return { success: 1, configs_built: ['exim', 'dovecot'], pid };
  },
});

import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { rebuildOwnCertificates } from '../../capabilities/mail/plans/rebuild-own-certificates.ts';
import { ROLE } from '../../capabilities/mail/rules/sni-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'SSL::rebuild_mail_sni_config',
  since: 48,
  summary: 'Write the certificates of the account’s domains for the mail services again.',
  description:
    'They are always written when a certificate is installed, so this repairs what was lost. Dovecot is reloaded if a ' +
    'file has changed, and sessions go on.',
  effect: 'operates',
  role: ROLE,
  params: {
    reload_dovecot: {
      type: 'flag',
      default: 1,
      doc: 'Whether Dovecot reads changed files.',
      noEffectReason: 'Dovecot always reads changed files at once.',
    },
  },
  returns: { fields: { success: { type: 'flag', doc: 'Always 1.' } } },
  examples: [{ args: {}, doc: 'Write what is missing.' }],

  async handler(_args, context) {
    const { db, caller, plan } = context;
    plan(await rebuildOwnCertificates(context, await accounts.getOwn(db, caller)));
    return { success: 1 };
  },
});

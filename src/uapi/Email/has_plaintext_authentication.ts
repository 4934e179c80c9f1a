import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { readSettings } from '../../capabilities/system/driver/dovecot-settings/look-dovecot.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::has_plaintext_authentication',
  since: 56,
  summary: 'Say whether mail programs can send passwords without TLS.',
  role: ROLE,
  effect: 'looks',
  params: {},
  returns: { type: 'flag', doc: '1 if they can.' },
  examples: [{ args: {}, doc: 'Whether passwords without TLS are accepted.' }],

  async handler(_args, { machine }) {
    const { values } = await readSettings(machine);
    return values.get('disable_plaintext_auth') === 'no' ? 1 : 0;
  },
});

import { defineFunction } from '../../core/define.ts';
import * as rules from '../../capabilities/logins/rules/system-login-rules.ts';

export default defineFunction({
  name: 'twofactorauth_get_system_login_rules',
  since: null,
  summary: 'Show which logins by SSH, su and sudo need a second factor.',
  description:
    'The rules apply while the two-factor authentication policy is enabled, and if the PAM services of this server ' +
    'ask for codes. docs/SYSTEM-LOGINS.md describes how to set that up.',
  access: 'root',
  effect: 'reads',
  extension: true,
  params: {},
  returns: rules.fields,
  examples: [{ args: {}, doc: 'Show the rules.' }],

  handler: (_args, { db }) => rules.answerOf(db),
});

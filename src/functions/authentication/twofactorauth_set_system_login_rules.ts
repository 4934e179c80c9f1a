import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { assertConfirmed } from '../../capabilities/logins/rules/acting-as.ts';
import { readAddresses } from '../../capabilities/logins/rules/address-lists.ts';
import * as rules from '../../capabilities/logins/rules/system-login-rules.ts';
import * as tfa from '../../capabilities/two-factor/rules/tfa.ts';

export default defineFunction({
  name: 'twofactorauth_set_system_login_rules',
  since: null,
  summary: 'Set which logins by SSH, su and sudo need a second factor.',
  description:
    'Users who have set up two-factor authentication need a code. The rules add users who must set it up, and ' +
    'exempt users and networks. Omitted parameters keep their values. docs/SYSTEM-LOGINS.md describes how PAM asks ' +
    'for codes.',
  access: 'root',
  effect: 'changes',
  extension: true,
  params: {
    required_for: {
      type: 'string',
      values: rules.obligations,
      doc:
        'The users who cannot log in before they set up two-factor authentication: none, resellers (and root) or ' +
        'all. Default at first: none.',
    },
    exempt_users: {
      type: 'string',
      pattern: {
        matches: /^(?:[a-z_][a-z0-9_-]{0,31}(?: *, *[a-z_][a-z0-9_-]{0,31}){0,99})?$/,
        expects: 'up to 100 usernames, separated by commas',
      },
      doc: 'Comma-separated list of the users who never need a code. An empty value clears it.',
    },
    exempt_networks: {
      type: 'string',
      doc:
        'Comma-separated list of the IP addresses and networks, such as 192.0.2.0/24, from which logins need no ' +
        'code. An empty value clears it.',
    },
  },
  returns: rules.fields,
  examples: [
    {
      args: { required_for: 'none', exempt_users: 'backup', exempt_networks: '192.0.2.0/24,2001:db8::/32' },
      doc: 'Exempt the user of the backups, and all logins from the office.',
    },
  ],

  async handler(args, context) {
    const { caller, db, warn } = context;
    assertConfirmed(caller, 'change which logins need a second factor');
    const earlier = await rules.read(db);
    const { required_for: requiredFor, exempt_users: users, exempt_networks: networks } = args;
    const changed: rules.Rules = {
      requiredFor: requiredFor ?? earlier.requiredFor,
      exemptUsers: users === undefined ? earlier.exemptUsers : [...new Set(readList(users))],
      exemptNetworks:
        networks === undefined
          ? earlier.exemptNetworks
          : readAddresses('exempt_networks', readList(networks)),
    };
    if (await rules.locksOutRoot(db, changed)) {
      throw badParam(
        'These rules would lock root out: root has not set up two-factor authentication. Run whmapi1 --enrol first, ' +
          'or add root to exempt_users.',
      );
    }
    await rules.write(db, changed);
    if (!(await tfa.isPolicyEnabled(db))) {
      warn(
        'The two-factor authentication policy is disabled, so no login needs a code. Call ' +
          'twofactorauth_enable_policy to enable it.',
      );
    }
    return rules.answerOf(db);
  },
});

function readList(text: string): string[] {
  return text === '' ? [] : text.split(',').map((entry) => entry.trim());
}

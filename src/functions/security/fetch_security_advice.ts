import type { SecurityAdvice } from '../../core/context.ts';
import { defineFunction } from '../../core/define.ts';

/** WHM’s words for the severities. */
const types: Readonly<Record<SecurityAdvice['severity'], string>> = {
  ok: 'ADVISE_GOOD',
  note: 'ADVISE_INFO',
  warning: 'ADVISE_WARN',
  problem: 'ADVISE_BAD',
};
/** WHM names the module of each check. Scripts compare the end. */
const MODULES = 'Cpanel::Security::Advisor::Assessors';

export default defineFunction({
  name: 'fetch_security_advice',
  since: 80,
  summary: 'Check the security of this server, and advise how to improve it.',
  description:
    'The checks are about SSH, permissions, updates, the kernel, two-factor authentication, passwords, the firewall, TLS, ' +
    'and the files of this program. They only read, and take some seconds. “whmapi1 --doctor” checks whether the ' +
    'program itself works.',
  access: 'root',
  effect: 'looks',
  params: {},
  returns: {
    payload: {
      list: {
        fields: {
          module: { type: 'string', doc: 'The check: Cpanel::Security::Advisor::Assessors::SSH.' },
          type: { type: 'string', doc: 'Always mod_advice: a finding of a check.' },
          advice: {
            fields: {
              key: { type: 'string', doc: 'The finding, for scripts: SSH_direct_root_login_permitted.' },
              type: {
                type: 'string',
                doc: 'ADVISE_BAD, ADVISE_WARN, ADVISE_INFO, or ADVISE_GOOD if there is nothing to improve.',
              },
              summary: { type: 'string', doc: 'The finding, in a sentence.' },
              suggestion: {
                type: 'string|null',
                doc: 'The command that improves it. Null if there is nothing to do, or no command that does it.',
              },
            },
          },
        },
      },
    },
  },
  list: 'payload',
  examples: [{ args: {}, doc: 'Check the security of this server.' }],

  async handler(_args, { securityAdvice }) {
    const advice = await securityAdvice();
    return {
      payload: advice.map(({ module, key, severity, message, command }) => ({
        module: `${MODULES}::${module}`,
        type: 'mod_advice',
        advice: { key, type: types[severity], summary: message, suggestion: command ?? null },
      })),
    };
  },
});

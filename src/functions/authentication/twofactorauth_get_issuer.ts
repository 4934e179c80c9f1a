import { defineFunction } from '../../core/define.ts';
import * as tfa from '../../capabilities/two-factor/rules/tfa.ts';

export default defineFunction({
  name: 'twofactorauth_get_issuer',
  since: 54,
  summary: 'Show the issuer, the name under which authenticator apps list the caller’s codes.',
  access: ['create-acct'],
  effect: 'reads',
  params: {},
  returns: {
    issuer: { type: 'string', doc: 'The caller’s own issuer, or the system’s if there is none.' },
    system_wide_issuer: {
      type: 'string',
      doc: 'The issuer that root has set, or the hostname if there is none.',
    },
  },
  examples: [{ args: {}, doc: 'Show the issuers.' }],

  async handler(_args, { caller, db, system }) {
    const { own, systemWide } = await tfa.issuersOf(db, caller.user, system.hostname());
    return { issuer: own, system_wide_issuer: systemWide };
  },
});

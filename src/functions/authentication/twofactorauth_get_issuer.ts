import { defineFunction } from '../../core/define.ts';
import * as tfa from '../../model/two-factor/tfa.ts';

export default defineFunction({
  name: 'twofactorauth_get_issuer',
  since: 54,
  summary: 'Tell the issuer, the name under which authenticator apps list the caller’s codes.',
  access: ['create-acct'],
  effect: 'reads',
  params: {},
  returns: {
    issuer: { type: 'string', doc: 'The caller’s own issuer, else the system’s.' },
    system_wide_issuer: { type: 'string', doc: 'The issuer that root has set, else the host name.' },
  },
  examples: [{ args: {}, doc: 'Ask for the issuers.' }],

  async handler(_args, { caller, db, system }) {
    const { own, systemWide } = await tfa.issuersOf(db, caller.user, system.hostname());
    return { issuer: own, system_wide_issuer: systemWide };
  },
});

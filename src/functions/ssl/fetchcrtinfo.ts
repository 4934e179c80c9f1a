import { defineFunction } from '../../core/define.ts';
import { existingUser } from '../../core/params.ts';
import { maySee } from '../../capabilities/accounts/rules/accounts.ts';
import { assertManageable } from '../../capabilities/logins/rules/users.ts';
import * as stored from '../../capabilities/certificates/rules/stored.ts';
import { findDomain } from '../../capabilities/domains/rules/hosted-domains.ts';

export default defineFunction({
  name: 'fetchcrtinfo',
  since: 32,
  summary: 'Show a stored certificate with its key and CA bundle.',
  access: ['ssl'],
  effect: 'reads',
  params: {
    id: { type: 'string', required: true, doc: 'The ID of the certificate, from listcrts.' },
    user: { ...existingUser, required: true, doc: 'The user who has the certificate.' },
  },
  returns: {
    certificate: { type: 'string', doc: 'The certificate in PEM.' },
    key: { type: 'string', doc: 'Its private key in PEM; empty if it is not stored.' },
    cabundle: { type: 'string', doc: 'The certificates of its issuers in PEM; empty if none is known.' },
    is_self_signed: { type: 'flag', doc: 'Whether its own key has signed it.' },
    'subject.commonName_ip': {
      type: 'string',
      doc: 'The IP address of the account that has the first domain; empty if there is none.',
    },
  },
  examples: [
    {
      args: { user: 'root', id: 'bob_example_d1a3f_8c2e0_1798761600_0123456789abcdef0123456789abcdef' },
      doc: 'Show a certificate of root.',
      fails: 'not_found',
    },
  ],

  async handler({ id, user }, { caller, db, sealer }) {
    await assertManageable(db, caller, user);
    const { pem, chain, keyId, facts } = await stored.get(db, user, id);
    const found = await findDomain(db, (facts.domains[0] ?? '').replace(/^\*\./, ''));
    return {
      certificate: pem,
      key: (await stored.findKey({ db, sealer }, user, keyId)) ?? '',
      cabundle: chain,
      is_self_signed: facts.isSelfSigned ? 1 : 0,
      'subject.commonName_ip': found !== undefined && maySee(caller, found.account) ? found.account.ip : '',
    };
  },
});

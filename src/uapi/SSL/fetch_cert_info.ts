import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import {
  byIdOrName,
  FEATURE,
  SECRET_KEY_NOTE,
  wantedItem,
} from '../../capabilities/certificates/rules/item-params.ts';
import * as items from '../../capabilities/certificates/rules/items.ts';
import { ownersOf } from '../../capabilities/certificates/rules/owners.ts';
import * as stored from '../../capabilities/certificates/rules/stored.ts';

export default defineUapi({
  name: 'SSL::fetch_cert_info',
  since: 42,
  summary: 'Show a stored certificate of the account with its key and CA bundle.',
  description: SECRET_KEY_NOTE,
  feature: FEATURE,
  effect: 'reads',
  params: wantedItem('certificate'),
  oneOf: byIdOrName,
  emptyIsOmitted: true,
  returns: {
    fields: {
      certificate: { type: 'string', doc: 'The certificate in PEM.' },
      key: { type: 'string', doc: 'Its private key in PEM; empty if it is not stored.', secret: true },
      cabundle: {
        type: 'string|null',
        doc: 'The certificates of its issuers in PEM; null if none is known.',
      },
      is_self_signed: { type: 'flag', doc: 'Whether its own key has signed it.' },
      'subject.commonName_ip': {
        type: 'string',
        doc: 'The IP address of the account if it has the first domain, or else empty.',
      },
    },
  },
  examples: [
    {
      args: { id: 'bob_example_d1a3f_8c2e0_1798761600_0123456789abcdef0123456789abcdef' },
      doc: 'A certificate by its ID.',
      fails: 'not_found',
    },
  ],

  async handler(wanted, { db, caller, sealer }) {
    const account = await accounts.getOwn(db, caller);
    const { user } = caller;
    const item = items.find(items.certificateKind, await stored.listOf(db, user), wanted);
    const { pem, chain, keyId, facts } = item;
    const [domain = ''] = facts.domains;
    const isOwn = (await ownersOf({ db, caller }, [domain])).has(domain);
    return {
      certificate: pem,
      key: (await stored.findKey({ db, sealer }, user, keyId)) ?? '',
      cabundle: chain === '' ? null : chain,
      is_self_signed: facts.isSelfSigned ? 1 : 0,
      'subject.commonName_ip': isOwn ? account.ip : '',
    };
  },
});

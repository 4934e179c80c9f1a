import { defineApi2 } from '../../core/define-uapi.ts';
import { nameOfSubject } from '../../capabilities/certificates/rules/facts.ts';
import { FEATURE } from '../../capabilities/certificates/rules/item-params.ts';
import * as stored from '../../capabilities/certificates/rules/stored.ts';
import { certificateAsText, expiryOf } from '../../capabilities/certificates/rules/x509.ts';

export default defineApi2({
  name: 'SSL::listcrts',
  since: null,
  summary: 'List the stored certificates of the account.',
  feature: FEATURE,
  effect: 'reads',
  params: {},
  returns: {
    fields: {
      host: { type: 'string', doc: 'The first domain; empty if it names none.' },
      issuer: { type: 'string', doc: 'The common name of the issuer, or else its whole name.' },
      expiredate: { type: 'string', doc: 'The end of its validity: Nov 26 08:06:00 2027 GMT.' },
      ssltxt: { type: 'string', doc: 'What it says, for people.' },
    },
  },
  examples: [{ args: {}, doc: 'All certificates.' }],

  handler: async (_args, { db, caller }) =>
    (await stored.listOf(db, caller.user)).map(({ pem, facts }) => ({
      host: facts.domains[0] ?? '',
      issuer: nameOfSubject(facts.issuer),
      expiredate: expiryOf(pem),
      ssltxt: certificateAsText(pem),
    })),
});

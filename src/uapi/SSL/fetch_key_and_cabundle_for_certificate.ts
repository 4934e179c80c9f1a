import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../model/accounts/accounts.ts';
import { findBundle } from '../../model/certificates/ca-bundle.ts';
import { certificateId, keyId } from '../../model/certificates/ids.ts';
import { FEATURE } from '../../model/certificates/item-params.ts';
import { certificateText, EXAMPLE_CERTIFICATE, maskedWithKey } from '../../model/certificates/params.ts';
import * as stored from '../../model/certificates/stored.ts';
import { readCertificates } from '../../model/certificates/x509.ts';

export default defineUapi({
  name: 'SSL::fetch_key_and_cabundle_for_certificate',
  since: 42,
  summary: 'Find the account’s private key and the CA bundle of a certificate.',
  feature: FEATURE,
  effect: 'reads',
  params: { certificate: { ...certificateText, ...maskedWithKey('certificate'), required: true } },
  returns: {
    fields: {
      crt: { type: 'string', doc: 'The certificate in PEM.' },
      key: { type: 'string', doc: 'Its private key in PEM; empty if you do not have it.' },
      cab: { type: 'string', doc: 'The certificates of its issuers in PEM; empty if none is known.' },
      crt_origin: { type: 'string', doc: 'Your username if the certificate is stored, or else empty.' },
      key_origin: { type: 'string', doc: 'Your username if the key is stored, or else empty.' },
      domain: { type: 'string', doc: 'The first domain of the certificate; empty if it names none.' },
      ip: { type: 'string', doc: 'The IP address of your account.' },
      user: { type: 'string', doc: 'Your username.' },
      searched_users: { list: { type: 'string' }, doc: 'The users whose keys were searched: only you.' },
      status: { type: 'flag', doc: 'Whether the key was found.' },
      statusmsg: { type: 'string', doc: 'The same in words.' },
    },
  },
  examples: [
    { args: { certificate: EXAMPLE_CERTIFICATE }, doc: 'The key of a certificate.', fails: 'bad_param' },
  ],

  async handler(args, { db, sealer, caller }) {
    const account = await accounts.getOwn(db, caller);
    const user = account.username;
    const [certificate, ...others] = readCertificates('certificate', args.certificate);
    if (certificate === undefined) throw new Error('readCertificates returns at least one.');
    const { pem, facts } = certificate;
    const present = (await stored.listOf(db, user)).find(({ id }) => id === certificateId(facts));
    const key = await stored.findKey({ db, sealer }, user, keyId(facts.key));
    const chain = present?.chain ?? '';
    return {
      crt: pem,
      key: key ?? '',
      cab: chain === '' ? await findBundle(db, certificate, others) : chain,
      crt_origin: present === undefined ? '' : user,
      key_origin: key === undefined ? '' : user,
      domain: facts.domains[0] ?? '',
      ip: account.ip,
      user,
      searched_users: [user],
      status: key === undefined ? 0 : 1,
      statusmsg: key === undefined ? 'You do not have the key of this certificate.' : 'The key was found.',
    };
  },
});

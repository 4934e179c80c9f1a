import { defineUapi } from '../../core/define-uapi.ts';
import { badParam, notFound } from '../../core/errors.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';
import { installedAnswer, installedFields } from '../../capabilities/certificates/rules/facts.ts';
import { listSites } from '../../capabilities/certificates/rules/sites.ts';
import { verifyErrorOf } from '../../capabilities/certificates/rules/verify.ts';
import { ownHostOf } from '../../capabilities/domains/rules/own-params.ts';

export default defineUapi({
  name: 'SSL::installed_host',
  since: 42,
  summary: 'Show the certificate of a website on the account’s dedicated IP address.',
  description: 'SSL::installed_hosts lists the websites of accounts on a shared IP address.',
  effect: 'reads',
  params: {
    domain: { ...existingDomain, doc: 'A domain of the website. Default: the main domain.' },
    verify_certificate: { type: 'flag', default: 1, doc: '1: also return verify_error.' },
  },
  emptyIsOmitted: true,
  returns: {
    fields: {
      host: { type: 'string', doc: 'The domain that identifies the virtual host.' },
      certificate: {
        fields: {
          ...installedFields,
          verify_error: {
            type: 'string',
            optional: true,
            doc: 'Why a client with Mozilla’s list of authorities rejects it, in OpenSSL’s words; empty if it does not.',
          },
        },
      },
    },
  },
  examples: [{ args: { domain: 'bob.example' }, doc: 'The website of bob.example.', fails: 'bad_param' }],

  async handler({ domain, verify_certificate: isVerified }, { db, caller, now }) {
    const account = await accounts.getOwn(db, caller);
    const { servername } = await ownHostOf(db, account, 'domain', domain ?? account.domain);
    if (!account.settings.dedicatedIp) {
      throw badParam(
        'The account has a shared IP address. Call SSL::installed_hosts, which lists all of its websites.',
      );
    }
    const site = (await listSites(db, caller)).find(({ host }) => host.servername === servername);
    if (site === undefined) throw notFound(`“${servername}” has no certificate.`);
    const { certificate } = site;
    return {
      host: servername,
      certificate: {
        ...installedAnswer(certificate),
        ...(isVerified && { verify_error: verifyErrorOf(certificate, now()) }),
      },
    };
  },
});

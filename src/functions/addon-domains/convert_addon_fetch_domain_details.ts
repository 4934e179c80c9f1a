import { defineFunction } from '../../core/define.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';
import * as installed from '../../capabilities/certificates/rules/installed.ts';
import { countMail } from '../../capabilities/mail/rules/moved-mail.ts';
import { getAddon } from '../../capabilities/domains/rules/conversions.ts';

export default defineFunction({
  name: 'convert_addon_fetch_domain_details',
  since: 56,
  summary: 'Show an addon domain’s owner, document root, address, certificate and mail.',
  access: ['create-acct'],
  effect: 'reads',
  params: { domain: { ...existingDomain, required: true, doc: 'The addon domain.' } },
  returns: {
    docroot: { type: 'string', doc: 'The document root.' },
    has_dedicated_ip: { type: 'flag', doc: 'Whether only its account uses the IP address.' },
    has_ssl_cert_installed: { type: 'flag', doc: 'Whether its virtual host has a certificate.' },
    ip: { type: 'string', doc: 'The IP address.' },
    is_sni_supported: { type: 'flag', doc: 'Whether the web server chooses certificates by name: always 1.' },
    number_of_autoresponders: { type: 'integer', doc: 'How many automatic replies it has.' },
    number_of_domain_forwarders: { type: 'integer', doc: '1 if all of its mail goes to another domain.' },
    number_of_email_accounts: { type: 'integer', doc: 'How many mailboxes it has.' },
    number_of_email_forwarders: { type: 'integer', doc: 'How many forwarders it has.' },
    owner: { type: 'string', doc: 'The account that has the domain.' },
  },
  examples: [{ args: { domain: 'shop.example' }, doc: 'The addon domain shop.example.', fails: 'not_found' }],

  async handler({ domain }, { db, caller }) {
    const { account, subdomain, documentRoot } = await getAddon(db, caller, domain);
    const mail = await countMail(db, account.username, domain);
    return {
      docroot: `${account.home}/${documentRoot}`,
      has_dedicated_ip: Number(account.settings.dedicatedIp),
      has_ssl_cert_installed: Number((await installed.find(db, subdomain.domain)) !== undefined),
      ip: account.ip,
      is_sni_supported: 1,
      number_of_autoresponders: mail.autoresponders,
      number_of_domain_forwarders: mail.domainForwarders,
      number_of_email_accounts: mail.mailboxes,
      number_of_email_forwarders: mail.forwarders,
      owner: account.username,
    };
  },
});

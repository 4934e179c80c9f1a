// Tweak settings of the module Main: domains and zones.
import { acting, flag, oneOf, type Entries } from '../../../ground/rules/tweak-setting-entry.ts';

export const domains: Entries = {
  allowparkonothers: acting(flag('0', 'Whether users can add domains that belong to other users’ domains.')),
  allowwhmparkonothers: acting(
    flag('0', 'Whether resellers can park domains on the domains of other users.'),
  ),
  allowparkhostnamedomainsubdomains: acting(
    flag('0', 'Whether users can add subdomains of the server’s hostname.'),
  ),
  allowresellershostnamedomainsubdomains: flag(
    '0',
    'Whether resellers can create accounts on subdomains of the server’s hostname.',
  ),
  allowremotedomains: acting(flag('0', 'Whether users can add domains whose nameservers are other servers.')),
  allowunregistereddomains: acting(flag('1', 'Whether users can add domains that are not registered.')),
  blockcommondomains: acting(flag('1', 'Whether users are kept from adding well-known domains of others.')),
  check_zone_owner: flag('1', 'Whether the owner of a parent zone is checked before a zone is created.'),
  check_zone_syntax: flag('1', 'Whether the syntax of a zone is checked before it is saved.'),
  autocreateaentries: acting(flag('1', 'Whether a new subdomain gets A records.')),
  proxysubdomains: acting(
    flag(
      '1',
      'Whether the service subdomains exist. This server has cpanel, webmail and whm, and with autodiscover_proxy_subdomains also autoconfig and autodiscover. It has no service for the others.',
    ),
  ),
  proxysubdomainsfornewaccounts: acting(
    flag('1', 'Whether the zones of new accounts and domains have the service subdomains.'),
  ),
  proxysubdomainsoverride: acting(
    flag('1', 'Whether users can create their own cpanel, webmail and webdisk subdomains.'),
  ),
  overwritecustomproxysubdomains: acting(
    flag(
      '0',
      'Whether service subdomains replace existing records of the same names when they are added to all zones.',
    ),
  ),
  autodiscover_proxy_subdomains: acting(
    flag(
      '0',
      'Whether mail programs find the settings of a mailbox by its domain: the subdomains autodiscover and autoconfig, and SRV records.',
    ),
  ),
  autodiscover_mail_service: acting(
    oneOf('imap', ['imap', 'pop3'], 'The mail protocol that autodiscovery recommends.'),
  ),
  publichtmlsubsonly: acting(
    flag('1', 'Whether the document roots of addon domains and subdomains are in public_html.'),
  ),
  useauthnameservers: flag('1', 'Whether the registered nameservers of a domain are used when it is added.'),
  userdirprotect: flag(
    '1',
    'Whether mod_userdir serves an account’s site only on the account’s own domains.',
  ),
};

// The part of Exim’s rules that refuses clients on a public list, if an administrator wants it. Answers other than these
// codes are no listing: they can mean that this server may not ask.
import { serverSetting } from './server-settings.ts';

const LISTS = {
  spamhaus: 'zen.spamhaus.org=127.0.0.2,127.0.0.3,127.0.0.4,127.0.0.9,127.0.0.10,127.0.0.11',
  spamcop: 'bl.spamcop.net=127.0.0.2',
} as const;

export const REFUSE_LISTED = (['spamhaus', 'spamcop'] as const)
  .map(
    (name) => `  deny  condition = \${if eq{${serverSetting(name)}}{1}}
        dnslists = ${LISTS[name]}
        message = 550 5.7.1 Your address $sender_host_address is listed by $dnslist_domain.
`,
  )
  .join('');

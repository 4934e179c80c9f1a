// Tweak settings of the module Basic, which WHM stores in wwwacct.conf.
import { domainName } from '../../../ground/rules/accounts/names.ts';
import {
  addressList,
  defaultLevels,
  levels,
  tokenList,
  urlList,
  type Method,
} from '../../notify/rules/contact-form.ts';
import {
  acting,
  integer,
  oneOf,
  path,
  secret,
  text,
  within,
  type Entries,
} from '../../../ground/rules/tweak-setting-entry.ts';

const nameserver = (which: string) =>
  acting(text('', `The ${which} nameserver of new zones.`, domainName.pattern));

const contactLevel = (method: Method, what: string) =>
  acting(
    oneOf(
      defaultLevels[method],
      levels,
      `The importance of the notifications that are sent ${what}: high only, high and medium, or all.`,
    ),
  );

/** In seconds (RFC 2181, section 8). */
const ttl = [1, 2_147_483_647] as const;

export const basic: Entries = within('Basic', {
  ADDR: acting(text('', 'The server’s main IPv4 address, which accounts share.')),
  ADDR6: text('', 'The server’s IPv6 address, which accounts share.', {
    matches: /^[0-9A-Fa-f:.]{2,45}$/,
    expects: 'an IPv6 address',
  }),
  CONTACTEMAIL: acting(text('', 'The email addresses to which notifications are sent.', addressList)),
  CONTACTPAGER: acting(
    text('', 'The email addresses of pagers or mobile phones to which notifications are sent.', addressList),
  ),
  CONTACTPOSTURL: acting(secret(text('', 'The web addresses to which notifications are posted.', urlList))),
  CONTACTPUSHBULLET: acting(
    secret(
      text('', 'The access tokens of the Pushbullet accounts to which notifications are sent.', tokenList),
    ),
  ),
  contact_level_email: contactLevel('email', 'to CONTACTEMAIL'),
  contact_level_pager: contactLevel('pager', 'to CONTACTPAGER'),
  contact_level_posturl: contactLevel('posturl', 'to CONTACTPOSTURL'),
  contact_level_pushbullet: contactLevel('pushbullet', 'to CONTACTPUSHBULLET'),
  DEFMOD: text('jupiter', 'The theme of new accounts.', {
    matches: /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/,
    expects: 'at most 32 letters, digits, “_” and “-”',
  }),
  ETHDEV: text('eth0', 'The network interface to which IP addresses are added.', {
    matches: /^[\w.:-]{1,15}$/,
    expects: 'the name of a network interface, such as eth0',
  }),
  HOMEDIR: path('/home', 'The directory in which new accounts get their home directories.'),
  HOMEMATCH: text('home', 'The part of a mount point’s name that marks it as a place for home directories.', {
    matches: /^[\w.-]{1,64}$/,
    expects: 'a part of a directory’s name, such as home',
  }),
  HOST: acting(text('', 'The server’s hostname.')),
  LOGSTYLE: oneOf('combined', ['combined', 'common'], 'The format of the web server’s access logs.'),
  MINUID: integer('1000', [500, 60_000], 'The lowest user ID of new accounts.'),
  NS: nameserver('first'),
  NS2: nameserver('second'),
  NS3: nameserver('third'),
  NS4: nameserver('fourth'),
  NSTTL: acting(integer('86400', ttl, 'The TTL, in seconds, of the NS records of new zones.')),
  TTL: acting(integer('14400', ttl, 'The TTL, in seconds, of the other records of new zones.')),
  SCRIPTALIAS: oneOf('y', ['y', 'n'], 'Whether new accounts have a cgi-bin directory.'),
});

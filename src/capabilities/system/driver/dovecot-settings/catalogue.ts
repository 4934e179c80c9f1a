// The settings of WHM’s Mailserver Configuration that Dovecot 2.4 has, and what they are called there.
// Source: WHM’s documentation of Mailserver Configuration, and doveconf(1) of Dovecot 2.4.
import { nearest } from '../../../../core/nearest.ts';
import { badParam } from '../../../../core/errors.ts';
import { quote } from '../../../../core/quote.ts';
import {
  ciphers,
  count,
  mebibytes,
  minutes,
  oneOf,
  seconds,
  size,
  someOf,
  yesOrNo,
  type Form,
} from './values.ts';

export interface Assignment {
  /** The blocks around it, from outside: `['service imap']`. */
  readonly blocks: readonly string[];
  readonly name: string;
  readonly value: string;
}

export interface Setting {
  readonly doc: string;
  readonly form: Form;
  /** Dovecot’s own default, in WHM’s form. */
  readonly initial: string;
  readonly assign: (value: string) => readonly Assignment[];
  /** The names that doveconf knows it by: `service/imap/vsz_limit`. The first that is set counts. */
  readonly sources: readonly [string, ...string[]];
  /** From the values of a source, in WHM’s form. Default: the form’s own. */
  readonly read?: (text: string) => string;
}

const protocols = ['imap', 'pop3', 'lmtp'] as const;
const MAX_PROCESSES = { min: 1, max: 100_000 };
const PROCESS_SIZE = { min: 16, max: 1_048_576 };
const DAYS_30 = { min: 0, max: 2_592_000 };
const opposite = (value: string) => (value === 'yes' ? 'no' : 'yes');

/** One setting of Dovecot outside of blocks. */
function plain(name: string, form: Form, initial: string, doc: string): Setting {
  return {
    ...{ doc, form, initial, sources: [name] },
    assign: (value) => [{ blocks: [], name, value: form.render(value) }],
  };
}

interface OfServices {
  readonly services: readonly [string, ...string[]];
  readonly name: string;
  /** A setting of Dovecot that applies where the service has none. */
  readonly otherwise?: string;
  readonly form: Form;
  readonly initial: string;
  readonly doc: string;
}

/** The same setting of several services of Dovecot. */
function ofServices({ services, name, otherwise, form, initial, doc }: OfServices): Setting {
  const own = `service/${services[0]}/${name}`;
  return {
    ...{ doc, form, initial, sources: otherwise === undefined ? [own] : [own, otherwise] },
    assign: (value) =>
      services.map((service) => ({ blocks: [`service ${service}`], name, value: form.render(value) })),
  };
}

const mail = ['imap', 'pop3'] as const;
const login = ['imap-login', 'pop3-login'] as const;

export const catalogue: Readonly<Record<string, Setting>> = {
  protocols: {
    doc: 'The protocols that Dovecot serves: imap, pop3 and lmtp. Others, such as sieve, stay as they are.',
    ...{ form: someOf(protocols), initial: protocols.join(' '), sources: ['protocols'] },
    assign: (value) =>
      protocols.map((name) => ({
        ...{ blocks: ['protocols'], name },
        value: value.split(' ').includes(name) ? 'yes' : 'no',
      })),
    read: (text) => protocols.filter((name) => text.split(' ').includes(name)).join(' '),
  },
  ipv6: {
    doc: 'Whether Dovecot also listens on IPv6 addresses.',
    ...{ form: yesOrNo, initial: 'yes', sources: ['listen'] },
    assign: (value) => [{ blocks: [], name: 'listen', value: value === 'yes' ? '*, ::' : '*' }],
    read: (text) => (text.includes(':') ? 'yes' : 'no'),
  },
  disable_plaintext_auth: {
    doc: 'Whether remote clients must encrypt the connection before they send a password.',
    ...{ form: yesOrNo, initial: 'yes', sources: ['auth_allow_cleartext'], read: opposite },
    assign: (value) => [{ blocks: [], name: 'auth_allow_cleartext', value: opposite(value) }],
  },
  ssl_min_protocol: plain(
    'ssl_min_protocol',
    // OpenSSL of Debian 13 does not offer older ones.
    oneOf(['TLSv1.2', 'TLSv1.3']),
    ...(['TLSv1.2', 'The oldest version of TLS that clients may use.'] as const),
  ),
  ssl_cipher_list: plain(
    'ssl_cipher_list',
    ciphers,
    'ALL:!kRSA:!SRP:!kDHd:!DSS:!aNULL:!eNULL:!EXPORT:!DES:!3DES:!MD5:!PSK:!RC4:!ADH:!LOW@STRENGTH',
    'The ciphers up to TLS 1.2, as in ciphers(1ssl).',
  ),
  max_mail_processes: ofServices({
    ...{ services: mail, name: 'process_limit', form: count(MAX_PROCESSES), initial: '1024' },
    doc: 'How many processes of IMAP, and as many of POP3, run at once.',
  }),
  mail_process_size: ofServices({
    ...{ services: mail, name: 'vsz_limit', otherwise: 'default_vsz_limit' },
    ...{ form: mebibytes(PROCESS_SIZE), initial: '256' },
    doc: 'How much memory a process of IMAP or POP3 may use, in MiB.',
  }),
  imap_idle_notify_interval: plain(
    'imap_idle_notify_interval',
    minutes({ min: 1, max: 29 }),
    ...(['2', 'How often an idle IMAP client hears from the server, in minutes.'] as const),
  ),
  imap_hibernate_timeout: {
    doc:
      'After how many seconds an idle IMAP connection moves to a process that holds many of them. 0: never. Processes of ' +
      'the user “dovecot” can then read all mail.',
    ...{ form: seconds({ min: 0, max: 86_400 }), initial: '0', sources: ['imap_hibernate_timeout'] },
    assign: (value) => [
      { blocks: [], name: 'imap_hibernate_timeout', value: `${value} secs` },
      ...(value === '0'
        ? []
        : [
            {
              blocks: ['service imap', 'unix_listener imap-master'],
              ...{ name: 'user', value: '$SET:default_internal_user' },
            },
          ]),
    ],
  },
  mailbox_idle_check_interval: plain(
    'mailbox_idle_check_interval',
    seconds({ min: 1, max: 3600 }),
    ...([
      '30',
      'How often Dovecot looks for new mail in the mailbox of an idle client, in seconds.',
    ] as const),
  ),
  login_processes_count: ofServices({
    ...{ services: login, name: 'process_min_avail', form: count({ min: 0, max: 1000 }), initial: '0' },
    doc: 'How many spare processes wait for logins.',
  }),
  login_max_processes_count: ofServices({
    ...{ services: login, name: 'process_limit', otherwise: 'default_process_limit' },
    ...{ form: count(MAX_PROCESSES), initial: '100' },
    doc: 'How many processes of logins run at once.',
  }),
  login_process_size: ofServices({
    ...{ services: login, name: 'vsz_limit', otherwise: 'default_vsz_limit' },
    ...{ form: mebibytes(PROCESS_SIZE), initial: '256' },
    doc: 'How much memory a process of logins may use, in MiB.',
  }),
  login_process_per_connection: {
    ...ofServices({
      ...{ services: login, name: 'restart_request_count', form: yesOrNo, initial: 'yes' },
      doc: 'Whether every login has a process of its own, which is safer and slower.',
    }),
    assign: (value) =>
      login.map((service) => ({
        ...{ blocks: [`service ${service}`], name: 'restart_request_count' },
        value: value === 'yes' ? '1' : 'unlimited',
      })),
    read: (text) => (text === '1' ? 'yes' : 'no'),
  },
  auth_cache_size: plain(
    'auth_cache_size',
    size,
    ...(['0', 'How much memory the cache of logins may use: 1M. 0: there is no cache.'] as const),
  ),
  auth_cache_ttl: plain(
    'auth_cache_ttl',
    seconds(DAYS_30),
    ...(['3600', 'How long a successful login stays in the cache, in seconds.'] as const),
  ),
  auth_cache_negative_ttl: plain(
    'auth_cache_negative_ttl',
    seconds(DAYS_30),
    ...(['3600', 'How long a failed login stays in the cache, in seconds. 0: not at all.'] as const),
  ),
  lmtp_process_limit: ofServices({
    ...{ services: ['lmtp'], name: 'process_limit', otherwise: 'default_process_limit' },
    ...{ form: count(MAX_PROCESSES), initial: '100' },
    doc: 'How many processes of mail delivery run at once.',
  }),
  lmtp_process_min_avail: ofServices({
    ...{ services: ['lmtp'], name: 'process_min_avail', form: count({ min: 0, max: 1000 }), initial: '0' },
    doc: 'How many spare processes wait for mail to deliver.',
  }),
  lmtp_user_concurrency_limit: plain(
    'lmtp_user_concurrency_limit',
    count({ min: 0, max: 10_000 }),
    ...(['10', 'How many messages to one mailbox are delivered at once. 0: any number.'] as const),
  ),
};

const OF_MAILBOXES = 'It is about the content of mailboxes, which this program does not manage yet.';
const OF_PROTOCOL = 'It has parts of its own, and this function sets single values only, as in WHM.';

/** Settings of WHM that cannot be set here. */
const refused: Readonly<Record<string, string>> = {
  ssl_protocols: 'Dovecot 2.4 has no list of versions. Set ssl_min_protocol.',
  protocol_imap: OF_PROTOCOL,
  protocol_pop3: OF_PROTOCOL,
  protocol_lmtp: OF_PROTOCOL,
  compress_messages: OF_MAILBOXES,
  compress_messages_level: OF_MAILBOXES,
  expire_spam: OF_MAILBOXES,
  expire_spam_ttl: OF_MAILBOXES,
  expire_trash: OF_MAILBOXES,
  expire_trash_ttl: OF_MAILBOXES,
  include_trash_in_quota: OF_MAILBOXES,
  incoming_reached_quota: OF_MAILBOXES,
  mdbox_rotate_interval: OF_MAILBOXES,
  mdbox_rotate_size: OF_MAILBOXES,
};

/** @throws ApiError `bad_param` if there is no such setting, or Dovecot 2.4 has none that corresponds to it. */
export function getSetting(key: string): Setting {
  const found = Object.hasOwn(catalogue, key) ? catalogue[key] : undefined;
  if (found !== undefined) return found;
  if (Object.hasOwn(refused, key)) {
    throw badParam(`The setting “${key}” of Dovecot is not available on this server. ${refused[key] ?? ''}`);
  }
  const near = nearest(key, Object.keys(catalogue));
  const hint = near.length === 0 ? '' : ` Did you mean ${near.map(quote).join(' or ')}?`;
  throw badParam(
    `There is no setting ${quote(key)} of Dovecot.${hint} To list the settings, run get_service_config service=dovecot.`,
  );
}

/** @returns the value as it is stored. @throws ApiError `bad_param`. */
export function accept(key: string, value: string): string {
  const { form } = getSetting(key);
  const accepted = form.accept(value.trim());
  if (accepted !== undefined) return accepted;
  throw badParam(`The value of “${key}” must be ${form.expects}.`);
}

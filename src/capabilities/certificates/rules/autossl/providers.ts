// The one provider of AutoSSL, with what it offers.
import type { Db } from '../../../../core/context.ts';
import type { Field, Param } from '../../../../core/define.ts';
import { ApiError } from '../../../../core/errors.ts';
import * as certificates from './certificates.ts';
import { find, type LookedAt, type Wishes } from './registrations.ts';
import * as settings from './settings.ts';

const DAY_SECONDS = 86_400;
/** https://letsencrypt.org/docs/rate-limits/ and /docs/challenge-types/ */
export const MAX_NAMES = 100;
const CERTIFICATES_PER_WEEK = 50;
const MAX_REDIRECTS = 10;
/** Until the first certificate shows what the issuer does: that of Let’s Encrypt from 10 February 2027. */
const VALIDITY_DAYS = 64;

export const providerParams = {
  provider: {
    type: 'string',
    required: true,
    values: [settings.LETS_ENCRYPT],
    doc: 'The provider’s module_name, as get_autossl_providers returns it.',
  },
  x_terms_of_service_accepted: {
    type: 'string',
    maxLength: 2000,
    doc: 'The URL of the terms of service that you accept: x_terms_of_service of get_autossl_providers.',
  },
  x_directory_url: {
    type: 'string',
    maxLength: 2000,
    pattern: { matches: /^https:\/\/[\x21-\x7e]+$/, expects: 'a URL that begins with https://' },
    extension: true,
    doc: 'The URL of the ACME directory of the issuer. Default: the one that was set last, or that of Let’s Encrypt.',
  },
  x_eab_key_id: {
    type: 'string',
    maxLength: 500,
    extension: true,
    doc: 'The key ID of your account on the issuer’s own site, if the issuer requires external account binding.',
  },
  x_eab_hmac_key: {
    type: 'string',
    maxLength: 500,
    sensitive: true,
    pattern: { matches: /^[\w-]+={0,2}$/, expects: 'a key in Base64url' },
    extension: true,
    doc: 'The HMAC key that belongs to x_eab_key_id. It is used once, and not stored.',
  },
  x_profile: {
    type: 'string',
    maxLength: 64,
    extension: true,
    doc:
      'The kind of certificates, one of x_profiles of get_autossl_providers: for example how long they are valid. Empty: the ' +
      'issuer chooses. Default: the one that was set last for this issuer.',
  },
  x_orders_per_hour: {
    type: 'integer',
    min: 0,
    max: 1_000_000,
    extension: true,
    doc:
      'How many certificates are ordered in an hour, so that the issuer’s limit is never reached. Renewals that the issuer ' +
      'itself asks for are not counted. 0: any number. Default: the number that was set last, or 100.',
  },
  x_dns_hook: {
    type: 'string',
    maxLength: 500,
    extension: true,
    doc:
      'The absolute path of a program that sets DNS records in zones that are elsewhere, so that wildcards and names that point ' +
      'elsewhere can be validated. It is called as “PROGRAM present _acme-challenge.bob.example. TEXT”, and with “cleanup”, as ' +
      'lego’s provider “exec” does. A file dns_NAME.sh has the functions dns_NAME_add and dns_NAME_rm of acme.sh. Only root may ' +
      'be able to change it. WHMAPI1_USER is the account. Empty: none. Default: the one that was set last.',
  },
  x_dns_hook_user: {
    type: 'string',
    maxLength: 32,
    extension: true,
    doc: 'The system user that runs x_dns_hook. It must not be an account. Default: the one that was set last, or nobody.',
  },
  x_dns_hook_wait: {
    type: 'integer',
    min: 0,
    max: 3600,
    extension: true,
    doc:
      'How long to wait until all nameservers of the zone have a record, in seconds. Default: the number that was set last, or ' +
      '300.',
  },
  x_dns_hook_domains: {
    type: 'string',
    maxLength: 100_000,
    lowerCase: true,
    pattern: {
      matches: /^(?:[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+(?:, ?[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+)*)?$/,
      expects: 'domains, separated by commas',
    },
    extension: true,
    doc:
      'Domains, separated by commas, for whose names x_dns_hook is used even if they do not point to this server. Whichever ' +
      'account has such a name gets a certificate for it. For other names it is used only if they point to this server; a ' +
      'wildcard if any name below it does. Empty: none. Default: those that were set last.',
  },
} as const satisfies Record<string, Param>;

interface Arguments {
  readonly provider: string;
  readonly x_terms_of_service_accepted: string | undefined;
  readonly x_directory_url: string | undefined;
  readonly x_eab_key_id: string | undefined;
  readonly x_eab_hmac_key: string | undefined;
  readonly x_profile: string | undefined;
  readonly x_orders_per_hour: number | undefined;
  readonly x_dns_hook: string | undefined;
  readonly x_dns_hook_user: string | undefined;
  readonly x_dns_hook_wait: number | undefined;
  readonly x_dns_hook_domains: string | undefined;
}

/** @throws ApiError `missing_param` if only one half of the external account is given. */
export function wishesOf(args: Arguments): Wishes {
  const { x_eab_key_id: keyId, x_eab_hmac_key: hmacKey } = args;
  if ((keyId === undefined) !== (hmacKey === undefined)) {
    const missing = keyId === undefined ? 'x_eab_key_id' : 'x_eab_hmac_key';
    throw new ApiError('missing_param', `The parameter “${missing}” is required too: both belong together.`);
  }
  return {
    provider: args.provider,
    directory: args.x_directory_url,
    acceptedTerms: args.x_terms_of_service_accepted === '' ? undefined : args.x_terms_of_service_accepted,
    externalAccount: keyId === undefined || hmacKey === undefined ? undefined : { keyId, hmacKey },
    profile: args.x_profile,
    ordersPerHour: args.x_orders_per_hour,
    dnsHook: {
      ...{ path: args.x_dns_hook, user: args.x_dns_hook_user },
      waitSeconds: args.x_dns_hook_wait,
      domains:
        args.x_dns_hook_domains === undefined ? undefined : settings.splitDomains(args.x_dns_hook_domains),
    },
  };
}

export const specFields = {
  DCV_METHODS: {
    list: { type: 'string', doc: 'A method.' },
    doc: 'How a name is validated: http, or dns if its zone is on this server or a DNS hook is set.',
  },
  DELIVERY_METHOD: {
    type: 'string',
    doc: 'How certificates arrive: “api” means that the issuer answers at once.',
  },
  AVERAGE_DELIVERY_TIME: {
    type: 'any',
    doc: 'How long orders took on this server, in seconds. Null if there were none.',
  },
  VALIDITY_PERIOD: { type: 'integer', doc: 'How long a certificate is valid, in seconds.' },
  MAX_DOMAINS_PER_CERTIFICATE: { type: 'integer', doc: 'The maximum number of names of a certificate.' },
  HTTP_DCV_MAX_REDIRECTS: { type: 'integer', doc: 'How many redirects a validation may follow.' },
  RATE_LIMIT_CERTIFICATES_PER_REGISTERED_DOMAIN_PER_WEEK: {
    type: 'integer',
    doc: 'How many certificates the issuer gives for a registered domain in a week.',
  },
  SUPPORTS_ANCESTOR_DCV: {
    type: 'flag',
    doc: 'Whether a validation of “bob.example” counts for “www.bob.example” too.',
  },
  SUPPORTS_WILDCARD: { type: 'flag', doc: 'Whether it issues certificates for “*.bob.example”.' },
} as const satisfies Record<string, Field>;

export async function showProviders(db: Db, { directory, terms, profiles }: LookedAt) {
  const registration = await find(db, directory);
  const shown = terms ?? registration?.currentTerms ?? '';
  const hook = await settings.dnsHook(db);
  const { deliverySeconds, validitySeconds } = await certificates.measured(db);
  return [
    {
      module_name: settings.LETS_ENCRYPT,
      display_name: settings.DISPLAY_NAME,
      enabled: (await settings.provider(db)) === settings.LETS_ENCRYPT ? 1 : 0,
      specs: {
        DCV_METHODS: ['dns', 'http'],
        DELIVERY_METHOD: 'api',
        AVERAGE_DELIVERY_TIME: deliverySeconds,
        VALIDITY_PERIOD: validitySeconds ?? VALIDITY_DAYS * DAY_SECONDS,
        MAX_DOMAINS_PER_CERTIFICATE: MAX_NAMES,
        HTTP_DCV_MAX_REDIRECTS: MAX_REDIRECTS,
        RATE_LIMIT_CERTIFICATES_PER_REGISTERED_DOMAIN_PER_WEEK: CERTIFICATES_PER_WEEK,
        SUPPORTS_ANCESTOR_DCV: 0,
        SUPPORTS_WILDCARD: 1,
      },
      x_directory_url: directory,
      x_profile: await settings.profile(db),
      x_profiles: Object.entries(profiles).map(([name, description]) => ({ name, description })),
      x_orders_per_hour: await settings.ordersPerHour(db),
      ...{ x_dns_hook: hook.path, x_dns_hook_user: hook.user, x_dns_hook_wait: hook.waitSeconds },
      x_dns_hook_domains: hook.domains.join(','),
      x_account_id: registration?.accountUrl ?? '',
      x_terms_of_service: shown,
      x_terms_of_service_accepted: registration?.acceptedTerms === shown ? 1 : 0,
    },
  ];
}

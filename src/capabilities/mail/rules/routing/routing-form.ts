// The parameters and fields that the functions for mail servers of domains have in common.
import type { Field, Param } from '../../../../core/define.ts';
import { domainName } from '../../../../ground/rules/accounts/names.ts';
import { routingOf, type Detected, type MailDomain } from '../state.ts';
import type { MxRecord } from './mail-servers.ts';
import type { MailServer } from '../../../../core/machine-resolver.ts';

export const ROUTINGS = ['auto', 'local', 'secondary', 'remote'] as const;

export const ownDomainParam = {
  ...domainName,
  doc: 'A domain of the account.',
} as const satisfies Param;

export const exchangerParam = {
  ...domainName,
  doc: 'The hostname of the mail server.',
} as const satisfies Param;

export const priorityParam = {
  type: 'integer',
  min: 0,
  max: 65_535,
  doc: 'The priority. Servers with lower numbers are tried first.',
} as const satisfies Param;

export const routingParam = {
  type: 'string',
  values: ROUTINGS,
  doc:
    'local: this server keeps the mail. secondary: it passes the mail on to the first mail server. remote: it does not ' +
    'accept it. auto: as the MX records say.',
} as const satisfies Param;

export const alwaysAcceptParam = {
  type: 'flag',
  default: 0,
  doc: '1: this server keeps the mail of the domain, whatever its MX records say.',
} as const satisfies Param;

const string = (doc: string) => ({ type: 'string', doc }) as const satisfies Field;
const flag = (doc: string) => ({ type: 'flag', doc }) as const satisfies Field;

const routingFields = {
  mxcheck: string('auto, local, secondary or remote: where the mail of the domain is kept.'),
  detected: string('What “auto” means for it. unknown: it could not be looked up yet, and its mail waits.'),
  local: flag('1 if this server keeps its mail.'),
  secondary: flag('1 if this server passes its mail on.'),
  remote: flag('1 if this server does not accept its mail.'),
} as const satisfies Record<string, Field>;

export const checkmxField = {
  fields: {
    ...routingFields,
    isprimary: flag('1 if this server is the first mail server.'),
    issecondary: flag('1 if this server is another mail server.'),
    changed: flag('1 if the mail is kept elsewhere than before.'),
    warnings: { list: { type: 'string' }, doc: 'What is wrong.' },
  },
  doc: 'Where the mail of the domain is kept now.',
} as const satisfies Field;

export const statusFields = {
  status: flag('1.'),
  statusmsg: string('What was done.'),
  results: string('The same.'),
} as const satisfies Record<string, Field>;

export const changedFields = { ...statusFields, checkmx: checkmxField } as const satisfies Record<
  string,
  Field
>;

export const routedFields = { ...changedFields, ...routingFields } as const satisfies Record<string, Field>;

export const listedFields = {
  domain: string('The domain.'),
  ...routingFields,
  alwaysaccept: flag('1 if this server keeps its mail, whatever its MX records say.'),
  mx: string('The first mail server. Empty if there is none.'),
  entries: {
    list: {
      fields: {
        domain: string('The domain.'),
        mx: string('The hostname of a mail server.'),
        priority: { type: 'integer', doc: 'Its priority.' },
        entrycount: { type: 'integer', doc: 'Its number, from 1.' },
        row: string('odd or even, for tables.'),
      },
    },
    doc: 'The mail servers, the first one first.',
  },
  status: flag('1.'),
  statusmsg: string('What was done.'),
} as const satisfies Record<string, Field>;

/** Where the mail of a domain is kept. */
export function routingRow(domain: MailDomain) {
  const routing = routingOf(domain);
  const is = (one: Detected) => (routing === one ? 1 : 0);
  return {
    ...{ mxcheck: domain.routing, detected: domain.detected },
    ...{ local: is('local'), secondary: is('secondary'), remote: is('remote') },
  };
}

export function listedRow(domain: MailDomain, servers: readonly (MxRecord | MailServer)[]) {
  const entries = servers.map(({ exchange, preference }, at) => ({
    ...{ domain: domain.domain, mx: exchange, priority: preference, entrycount: at + 1 },
    row: at % 2 === 0 ? 'odd' : 'even',
  }));
  return {
    ...{ domain: domain.domain, ...routingRow(domain) },
    ...{ alwaysaccept: domain.routing === 'local' ? (1 as const) : (0 as const) },
    ...{ mx: entries[0]?.mx ?? '', entries },
    ...{ status: 1 as const, statusmsg: 'Fetched MX List' },
  };
}

/** The response of a function that changes MX records. */
export function changedRow<T extends { status: 1; statusmsg: string; results: string; checkmx: unknown }>({
  status,
  statusmsg,
  results,
  checkmx,
}: T): Pick<T, 'status' | 'statusmsg' | 'results' | 'checkmx'> {
  return { status, statusmsg, results, checkmx };
}

/** API 2 has it as a flag, or as the name of a routing. */
export const isAlways = (given: string | undefined): boolean => given === '1' || given === 'local';

// Responses in the format of version 0 of the API, for calls without api.version=1. Only functions whose version 0
// format is documented have one. For all others the response says, as in WHM, that version 0 does not have them.
import type { RawArgument } from '../core/context.ts';
import type { Envelope } from '../core/envelope.ts';
import { wholeFailure } from './error-answers.ts';
import { isHash, type Hash, type Json, type Value } from '../core/values.ts';

/** The parts of a response. */
interface CallResponse {
  /** 1 if the call succeeded. */
  readonly status: 0 | 1;
  /** `metadata.reason`. */
  readonly reason: string;
  /** Empty if the call failed. */
  readonly data: Hash;
  /** `metadata.output`. */
  readonly raw: string;
  readonly warnings: string[];
  readonly messages: string[];
  /** An argument of the call as text; empty if it was not given. */
  readonly argument: (name: string) => string;
}

type Shape = (response: CallResponse) => Hash;

/** `{"acct": [...], "status": 1, "statusmsg": "Ok"}` */
const list =
  (key: string, under: string = key): Shape =>
  ({ status, reason, data }) => ({
    ...(status === 1 ? { [under]: data[key] ?? [] } : {}),
    status,
    statusmsg: status === 1 ? 'Ok' : reason,
  });

/** The data alone: `{"version": "11.28.64"}` */
const bare: Shape = ({ data }) => data;

/**
 * `{"result": [{"status": 1, "statusmsg": "Account Creation Ok"}]}`, with more in the inner hash. `said` replaces the
 * reason of a call that succeeded.
 */
const outcome =
  (
    more: Shape = () => ({}),
    said: (response: CallResponse) => string = ({ reason }) => reason,
    key = 'result',
  ): Shape =>
  (response) => ({
    [key]: [
      {
        status: response.status,
        statusmsg: response.status === 1 ? said(response) : response.reason,
        ...more(response),
        ...(response.warnings.length === 0 ? {} : { warnings: response.warnings }),
      },
    ],
  });

/** `{"crt": [...]}`, without a status. */
const items =
  (key: string, under: string = key): Shape =>
  ({ status, data }) =>
    status === 1 ? { [under]: data[key] ?? [] } : {};

/** A report for people. Null if the call failed, as in WHM. */
const rawout: Shape = (response) => ({ rawout: response.status === 1 ? report(response) : null });

function report({ raw, reason, messages }: CallResponse): string {
  return raw === '' ? [reason, ...messages, ''].join('\n') : raw;
}

/** Like an outcome, with the report beside it. */
const outcomeWithOutput =
  (sentence: string): Shape =>
  (response) => ({
    ...outcome(undefined, () => sentence)(response),
    output: response.status === 1 ? report(response) : null,
  });

const shapes: Readonly<Record<string, Shape>> = {
  // Accounts
  accountsummary: list('acct'),
  listaccts: list('acct'),
  listsuspended: list('account', 'accts'),
  createacct: outcome((response) => ({
    ...(response.status === 1 ? { options: response.data } : {}),
    ...rawout(response),
  })),
  removeacct: outcome(rawout),
  suspendacct: outcome(),
  unsuspendacct: outcome(),
  modifyacct: (response) => {
    const isDone = response.status === 1;
    return {
      result: [
        {
          newcfg: isDone ? response.data : null,
          status: response.status,
          statusmsg: isDone ? 'Account Modified' : response.reason,
          warnings: isDone ? response.warnings : null,
          messages: isDone ? response.messages : null,
        },
      ],
    };
  },
  passwd: outcome(
    (response) => ({
      services: response.status === 1 ? listOf(response.data.app).map((app) => ({ app })) : null,
      ...rawout(response),
    }),
    ({ argument }) => `Password changed for user ${argument('user')}`,
    'passwd',
  ),
  editquota: outcomeWithOutput('Set quota for user.'),
  limitbw: outcome(
    ({ status, data }) => (status === 1 ? { bwlimit: listOf(data.bwlimits)[0] ?? {} } : {}),
    ({ argument }) => `Bandwidth Limit for ${argument('user')} set to ${argument('bwlimit') || 'unlimited'}`,
  ),
  domainuserdata: (response) => ({
    ...outcome(undefined, () => 'Obtained userdata.')(response),
    ...response.data,
  }),
  myprivs: ({ data }) => ({ privs: listOf(data.privileges)[0] ?? {} }),

  // Packages
  listpkgs: ({ status, data }) => (status === 1 ? { package: data.pkg ?? [] } : {}),
  addpkg: outcome(({ data }) => data),
  editpkg: outcome(({ data }) => data),
  killpkg: outcome(),
  changepackage: outcome(rawout),

  // Resellers
  listresellers: bare,
  listacls: ({ data }) => ({ acls: byName(data.acl, 'name', ({ privileges }) => privileges) }),
  saveacllist: outcome(undefined, undefined, 'results'),
  setacls: outcome(
    ({ data }) => ({ acls: data.acl ?? [] }),
    () => 'Reseller Acls Saved',
  ),
  setupreseller: outcome(),
  unsetupreseller: outcome(),
  setresellerips: outcome(),
  setresellerlimits: outcome(),
  setresellermainip: outcome(),
  setresellernameservers: outcome(),
  setresellerpackagelimit: outcome(),
  suspendreseller: outcomeWithOutput('Finished suspending reseller.'),
  unsuspendreseller: outcomeWithOutput('Finished unsuspending reseller.'),
  terminatereseller: outcome(
    ({ status, data, argument }) =>
      status === 0
        ? {}
        : {
            privdelete: Number(argument('terminatereseller') === '1'),
            accts: byName(data.acct, 'user', ({ result, reason, output }) => ({
              status: result ?? 0,
              statusmsg: reason ?? '',
              rawout: hashOf(output).raw ?? '',
            })),
          },
    () => 'Account Terminations Complete',
  ),
  acctcounts: (response) => {
    const { user, limit, ...counts } = hashOf(response.data.reseller);
    return {
      ...(response.status === 1 ? { reseller: { ...counts, account: user ?? '', limit: limit ?? '' } } : {}),
      ...outcome(undefined, () => 'Obtained reseller account counts.')(response),
    };
  },
  resellerstats: ({ status, reason, data }) => {
    const { acct, user, ...totals } = hashOf(data.reseller);
    const found: Hash = status === 1 ? { ...totals, accts: acct ?? [], reseller: user ?? '' } : {};
    return {
      result: { ...found, status, statusmsg: status === 1 ? 'Fetched Reseller Data OK' : reason },
    };
  },

  // DNS
  dumpzone: outcome(({ status, data }) =>
    status === 1 ? { record: listOf(data.zone)[0]?.record ?? [] } : {},
  ),
  getzonerecord: outcome(({ status, data }) =>
    status === 1 ? { record: listOf(data.record)[0] ?? {} } : {},
  ),
  addzonerecord: outcome(),
  editzonerecord: outcome(),
  removezonerecord: outcome(),
  resetzone: outcome(),
  savemxs: outcome(),
  listzones: ({ status, data }) => (status === 1 ? { zone: data.zone ?? [] } : {}),
  adddns: outcome(),
  killdns: outcome(rawout),

  lookupnsip: bare,

  // IP addresses
  delip: outcome(undefined, undefined, 'delip'),
  listips: items('ip', 'result'),
  setsiteip: outcome(),

  // Bandwidth
  showbw: ({ status, data }) => (status === 1 ? { bandwidth: [data] } : {}),

  // SSL
  fetchsslinfo: outcome(
    ({ data }) => data,
    () => 'ok',
    'sslinfo',
  ),
  generatessl: ({ status, reason, data }) => ({
    results: { ...data, status, statusmsg: reason, message: reason },
  }),
  installssl: (response) => ({
    ...response.data,
    status: response.status,
    statusmsg: response.reason,
    ...rawout(response),
  }),
  listcrts: items('crt'),

  // Services
  configureservice: outcome(),
  restartservice: ({ status, reason, data, argument }) => ({
    restart: [
      {
        result: status,
        service: argument('service'),
        servicename: argument('service'),
        rawout: status === 1 ? (data.output ?? '') : reason,
      },
    ],
  }),
  servicestatus: items('service'),

  // The server
  applist: bare,
  getdiskusage: bare,
  gethostname: bare,
  get_password_strength: bare,
  loadavg: bare,
  nvget: bare,
  nvset: () => ({ result: [] }),
  reboot: bare,
  sethostname: outcome(),
  version: bare,
};

/** Its response is that of another function, in the format of that function's API. */
const CPANEL = 'cpanel';

export function isInApi0(command: string): boolean {
  return command === CPANEL || Object.hasOwn(shapes, command);
}

/** The root element in XML. */
export function rootInApi0(command: string): string {
  return command === CPANEL ? 'result' : command;
}

/**
 * A failure also has `status` and `statusmsg` at the top level, because many clients look there regardless of the
 * format.
 */
export function toApi0(command: string, envelope: Envelope, args: readonly RawArgument[]): Hash {
  if (command === CPANEL) return envelope.data ?? wholeFailure(envelope.metadata.reason);
  const shape = Object.hasOwn(shapes, command) ? shapes[command] : undefined;
  if (shape === undefined) return unknownInApi0(command);
  const { metadata, data = {} } = envelope;
  const { result: status, reason, output = {} } = metadata;
  const response: CallResponse = {
    status,
    reason,
    data: status === 1 ? data : {},
    raw: output.raw ?? '',
    warnings: output.warnings ?? [],
    messages: output.messages ?? [],
    argument: (name) => textOf(args.find((one) => one.name === name)?.value),
  };
  return status === 1 ? shape(response) : { ...shape(response), status, statusmsg: reason };
}

export function unknownInApi0(command: string): Hash {
  const error = `Unknown App Requested: ${command}`;
  return { error, status: 0, statusmsg: error };
}

function listOf(value: Value | undefined): Hash[] {
  return Array.isArray(value) ? (value as Hash[]) : [];
}

function hashOf(value: Value | undefined): Hash {
  return value !== undefined && isHash(value) ? value : {};
}

function byName(value: Value | undefined, key: string, content: (item: Hash) => Value | undefined): Hash {
  return Object.fromEntries(listOf(value).map((item) => [textOf(item[key] as Json), content(item) ?? {}]));
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

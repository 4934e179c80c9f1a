// Converts an error of PostgreSQL or the network to a reason that an administrator can act on.
import { ApiError } from '../../core/errors.ts';
import { untrustedCertificate } from '../../core/untrusted-certificate.ts';

/** By SQLSTATE (PostgreSQL, appendix A), its class, or the code of Node's error. */
const causes: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused. Start PostgreSQL, or correct WHMAPI1_STORE_URL',
  ENOTFOUND: 'its hostname has no address. Correct WHMAPI1_STORE_URL or the DNS record',
  EAI_AGAIN: 'its hostname could not be resolved. Check the nameservers of this server',
  ENOENT: 'its socket does not exist. Start PostgreSQL, or correct WHMAPI1_STORE_URL',
  BUSY: 'other calls kept it busy for too long. Retry the call',
  EACCES: 'permission is denied. Check the mode of its socket',
  ETIMEDOUT: 'it does not answer. Check the network and the database',
  EHOSTUNREACH: 'its host is unreachable. Check the network',
  ENETUNREACH: 'its host is unreachable. Check the network',
  ECONNRESET: 'the connection was lost. Check the network and the database',
  EPIPE: 'the connection was lost. Check the network and the database',
  '08': 'the connection was lost. Check the network and the database',
  '28': 'it refused the login. Check the user and the password (PGPASSWORD, or ~/.pgpass), and pg_hba.conf',
  '3D000': "there is no such database. Create it: CREATE DATABASE whmapi1 ENCODING 'UTF8' TEMPLATE template0",
  '42501': 'its user lacks the permission. Make that user the owner of the database',
  '25006': 'it is read-only. Name the primary server in WHMAPI1_STORE_URL, not a replica',
  '53100': 'its disk is full. Free some space there',
  '53300': 'it accepts no more connections. Raise max_connections, or close connections of other programs',
  '53': 'it is out of resources. Read its log',
  '55P03': 'other calls held a lock for too long. Retry the call. pg_stat_activity shows who holds the lock',
  '57014': 'it took too long to respond. Read its log',
  '57': 'it is starting or shutting down. Retry the call',
  '25P03': 'the connection was idle for too long within a transaction',
  '40': 'other calls kept changing the same rows. Retry the call',
  '58': 'it reported a system error. Read its log',
  XX: 'it reported an internal error or corruption. Read its log',
};

/** Errors of the driver that have no code. */
const messages: readonly (readonly [RegExp, string])[] = [
  [
    /^Connection terminated due to connection timeout|^timeout exceeded when trying to connect|^Query read timeout|^timeout expired/,
    causes.ETIMEDOUT ?? '',
  ],
  [/^Connection terminated|^Client has encountered a connection error/, causes.ECONNRESET ?? ''],
  [
    /does not support SSL/,
    'it does not offer TLS. Enable TLS there, or, on a trusted network, use sslmode=disable in the URL',
  ],
  [/password must be a string|SASL/, causes['28'] ?? ''],
];

function problemOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown };
  const untrusted = typeof code === 'string' ? untrustedCertificate(code, HOW_TO_TRUST) : undefined;
  const cause = causeOf(error);
  return untrusted ?? (cause === undefined ? undefined : `could not be used: ${cause}.`);
}

const HOW_TO_TRUST = 'name the CA certificate with sslrootcert=FILE in the URL';

function causeOf(error: unknown): string | undefined {
  const { code, message = '' } = (error ?? {}) as { code?: unknown; message?: string };
  if (typeof code === 'string') return causes[code] ?? causes[code.slice(0, 2)];
  return messages.find(([pattern]) => pattern.test(message))?.[1];
}

/** True if the connection is lost, so that the outcome of the last statement is unknown. */
export function isLost(error: unknown): boolean {
  const cause = causeOf(error);
  return (
    cause !== undefined && [causes.ECONNRESET, causes['08'], causes.ETIMEDOUT, causes['57']].includes(cause)
  );
}

/** True if the same transaction can succeed if it runs again: after a serialization failure or a deadlock. */
export function isWorthAnotherTry(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return code === '40001' || code === '40P01';
}

/** Returns an ApiError if `error` is about the database or the connection to it; otherwise `error` itself. */
export function unavailable(error: unknown, name: string): unknown {
  if (error instanceof ApiError) return error;
  const problem = problemOf(error);
  if (problem === undefined) return error;
  return new ApiError('store_unavailable', `The store “${name}” ${problem} Nothing was changed.`, {
    cause: error,
  });
}

/** The response to COMMIT did not arrive. */
export function unknownOutcome(error: unknown, name: string): ApiError {
  return new ApiError(
    'unknown_outcome',
    `The connection to the store “${name}” was lost during the commit, so it is unknown whether the change was saved. ` +
      'Check before you retry the call.',
    { cause: error },
  );
}

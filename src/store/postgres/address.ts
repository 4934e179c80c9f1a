// The address of a shared database, and the name of this server in it.
import pg from 'pg';
import { ApiError } from '../../core/errors.ts';
import { quote } from '../../core/quote.ts';

export interface Address {
  /** For the driver. It may contain a password. */
  readonly url: string;
  /** For people: “postgres://host:5432/database”. */
  readonly name: string;
}

/**
 * Connections to another machine use TLS and verify its certificate, unless the URL says otherwise (`sslmode`).
 * @throws ApiError `store_unavailable` if the text is not such a URL.
 */
export function readAddress(text: string): Address {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !isOfDatabase(url)) {
    // Not quoted, because it may contain a password.
    throw new ApiError(
      'store_unavailable',
      'WHMAPI1_STORE_URL, or store.url in the state directory, should be the URL of a PostgreSQL database, such as ' +
        '“postgres://whmapi1@db.example.com/whmapi1”; in a password, write “@” and “/” as %40 and %2F, ' +
        'and “%” itself as %25.',
    );
  }
  const parameters = parametersOf(url);
  if (parameters.has('password')) {
    throw new ApiError(
      'store_unavailable',
      'WHMAPI1_STORE_URL, or store.url in the state directory, should not have a password after “?”. Write it before ' +
        'the host, as in “postgres://whmapi1:PASSWORD@db.example.com/whmapi1”, or use PGPASSWORD or ~/.pgpass.',
    );
  }
  // Includes the values of the variables PGHOST and PGPORT.
  const unnamed = new pg.Client();
  const named = parameters.get('host') ?? decodeURIComponent(url.hostname);
  const host = named || unnamed.host;
  // Passed to the driver, so that the following check is about the host that it uses.
  if (named === '') parameters.set('host', host);
  if (!parameters.has('sslmode') && !isThisMachine(host)) parameters.set('sslmode', 'verify-full');
  url.search = new URLSearchParams([...parameters]).toString();
  const port = parameters.get('port') ?? (url.port || unnamed.port);
  return { url: url.href, name: `postgres://${host}:${port}${url.pathname}` };
}

/** Reads parameters as the driver does: the last value of a name counts, and an empty value is ignored. */
function parametersOf({ searchParams }: URL): Map<string, string> {
  return new Map([...new Map(searchParams)].filter(([, value]) => value !== ''));
}

/** If a “/” in a password is not written as %2F, the rest of the password is in the path, which is shown. */
function isOfDatabase({ protocol, username, password, hostname, pathname }: URL): boolean {
  try {
    [username, password, hostname].forEach(decodeURIComponent);
    const isOneName = /^\/[^/@]+$/.test(pathname) && decodeURIComponent(pathname) !== '';
    return ['postgres:', 'postgresql:'].includes(protocol) && isOneName;
  } catch {
    return false;
  }
}

/** True also for a folder: it contains PostgreSQL's socket. */
function isThisMachine(host: string): boolean {
  const isLoopback = /^127\.\d+\.\d+\.\d+$/.test(host) || ['localhost', '[::1]', '::1'].includes(host);
  return isLoopback || host.startsWith('/');
}

const STANDARD_DAYS = 400;
const FEWEST_DAYS = 30;

/** Undefined: lines are kept for ever. @throws ApiError `store_unavailable` if the text is not a number of days. */
export function readAuditDays(given: string | undefined): number | undefined {
  if (given === undefined || given === '') return STANDARD_DAYS;
  const days = /^\d{1,5}$/.test(given) ? Number(given) : NaN;
  if (days === 0) return undefined;
  if (days >= FEWEST_DAYS) return days;
  throw new ApiError(
    'store_unavailable',
    `WHMAPI1_AUDIT_DAYS, or the third line of store.url, should be the number of days for which the shared store keeps its audit ` +
      `lines: ${FEWEST_DAYS} or more, or 0 to keep them forever, not ${quote(given)}.`,
  );
}

/** @throws ApiError `store_unavailable` if the name is invalid. */
export function readServerName(given: string | undefined, hostname: () => string): string {
  const name = (given === undefined || given === '' ? hostname() : given).toLowerCase();
  if (/^[\da-z][\w.-]{0,252}$/.test(name)) return name;
  throw new ApiError(
    'store_unavailable',
    `WHMAPI1_SERVER_NAME, or the second line of store.url, should be the name of this server in the shared store, such as “web1.example.com”, not ${quote(name)}.`,
  );
}

// Where the database of a fleet is, and what this server is called there.
import { ApiError } from '../../core/errors.ts';
import { quote } from '../../core/quote.ts';

export interface Address {
  /** For the driver; it may hold a password. */
  readonly url: string;
  /** For people: “postgres://host:5432/database”. */
  readonly name: string;
}

/**
 * Another machine is spoken to with TLS, and its certificate verified, unless the URL says otherwise (`sslmode`).
 * @throws ApiError `store_unavailable` for what is no such URL.
 */
export function readAddress(text: string): Address {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !isOfDatabase(url)) {
    // Not quoted: it may hold a password.
    throw new ApiError(
      'store_unavailable',
      'WHMAPI1_STORE_URL, or store.url in the state directory, should be the URL of a PostgreSQL database, such as ' +
        '“postgres://whmapi1@db.example.com/whmapi1”; in a password, write “@”, “/” and the like as %40, %2F.',
    );
  }
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname);
  if (!url.searchParams.has('sslmode') && !isThisMachine(host)) {
    url.searchParams.set('sslmode', 'verify-full');
  }
  return {
    url: url.href,
    name: `postgres://${host === '' ? 'localhost' : host}:${url.port || '5432'}${url.pathname}`,
  };
}

/** A password with a “/” that is not written as %2F would end in the path, which is shown. */
function isOfDatabase({ protocol, hostname, pathname }: URL): boolean {
  try {
    decodeURIComponent(hostname);
    const isOneName = /^\/[^/@]+$/.test(pathname) && decodeURIComponent(pathname) !== '';
    return ['postgres:', 'postgresql:'].includes(protocol) && isOneName;
  } catch {
    return false;
  }
}

/** Also a folder, in which PostgreSQL's socket is. */
function isThisMachine(host: string): boolean {
  const isLoopback = /^127\.\d+\.\d+\.\d+$/.test(host) || ['', 'localhost', '[::1]', '::1'].includes(host);
  return isLoopback || host.startsWith('/');
}

/** @throws ApiError `store_unavailable` for what is no name. */
export function readServerName(given: string | undefined, hostname: () => string): string {
  const name = (given === undefined || given === '' ? hostname() : given).toLowerCase();
  if (/^[\da-z][\w.-]{0,252}$/.test(name)) return name;
  throw new ApiError(
    'store_unavailable',
    `WHMAPI1_SERVER_NAME, or the second line of store.url, should be what this server is called in the shared store, such as “web1.example.com”, not ${quote(name)}.`,
  );
}

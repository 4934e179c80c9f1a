// Fetches a web address for a page, from hosts that root allows. The guard of the machine's port keeps private addresses out.
import { badParam, ApiError, denied } from '../../../../core/errors.ts';
import type { Machine } from '../../../../core/machine.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import type { OutboundResponse } from '../../../../core/machine-outbound.ts';

const MAX_REDIRECTS = 5;
const MAX_BYTES = 1_048_576;
/** For the response and all redirects before it. */
const LIMIT_MS = 20_000;

export interface Fetched {
  success: number;
  status: string;
  reason: string;
  protocol: string;
  url: string;
  headers: Record<string, string>;
}

/**
 * @param hosts the allowed ones, in lower case: `example.com`, `*.example.com`, `example.com:8443`.
 * @throws ApiError `disabled` if there are none, `denied` for another host, `bad_param` for an address that is not allowed,
 * `limit_reached` for a response that is too long or redirects too often; MachineError `failed` if there is no response.
 */
export async function fetchAllowed(
  machine: Machine,
  given: string,
  hosts: readonly string[],
): Promise<Fetched & { content: string; _cp_redirects: Fetched[] }> {
  if (hosts.length === 0) {
    throw new ApiError(
      'disabled',
      'No hosts are allowed. Root lists them with set_tweaksetting key=cors_proxy_hosts value=HOST,HOST.',
    );
  }
  const outbound = await machine.outbound();
  const redirects: Fetched[] = [];
  const end = performance.now() + LIMIT_MS;
  let url = given;
  for (;;) {
    assertAllowed(url, hosts);
    const limitMs = Math.max(1, Math.ceil(end - performance.now()));
    const response = await outbound
      .send({ method: 'GET', url, maxBytes: MAX_BYTES, limitMs })
      .catch((error: unknown) => {
        throw error instanceof MachineError && error.code === 'not_ours' ? badParam(error.message) : error;
      });
    const next = redirectOf(response, url);
    if (next === undefined) {
      if (response.isCut) throw tooMuch(`The response has more than ${MAX_BYTES / 1_048_576} MiB.`);
      return { content: response.content, ...shown(response, url), _cp_redirects: redirects };
    }
    if (redirects.length === MAX_REDIRECTS) {
      throw tooMuch(`The address redirects more than ${MAX_REDIRECTS} times.`);
    }
    redirects.push(shown(response, url));
    url = next;
  }
}

function assertAllowed(text: string, hosts: readonly string[]): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') {
    throw badParam('The URL must begin with https:// and a hostname, without a username or password.');
  }
  // The port 443 is not part of it.
  const { host } = url;
  const isAllowed = hosts.some((one) => (one.startsWith('*.') ? host.endsWith(one.slice(1)) : host === one));
  if (!isAllowed) {
    throw denied(`The host “${host}” is not in cors_proxy_hosts. Root can add it with set_tweaksetting.`);
  }
}

/** The absolute address of a redirect; undefined if it is none. */
function redirectOf({ status, headers }: OutboundResponse, from: string): string | undefined {
  const { location } = headers;
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return undefined;
  return URL.canParse(location, from) ? new URL(location, from).href : location;
}

function shown({ status, reason, protocol, headers }: OutboundResponse, url: string): Fetched {
  const success = Number(status >= 200 && status < 300);
  return { success, status: String(status), reason, protocol, url, headers: { ...headers } };
}

const tooMuch = (reason: string) => new ApiError('limit_reached', reason);

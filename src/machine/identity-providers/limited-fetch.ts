// Requests to identity providers: HTTPS only, no redirects, and responses of a limited size.
import { isIP } from 'node:net';

/** A provider’s metadata and keys take a few kilobytes. */
const MAX_RESPONSE_BYTES = 1_048_576;

/** What is wrong with a provider, in words that complete “The identity provider …: ”. */
export class ProviderFault extends Error {
  override readonly name = 'ProviderFault';
}

/** @throws ProviderFault unless the URL may be requested. */
export function assertAllowed(url: URL, allowsLoopback: boolean): void {
  if (url.protocol === 'https:' || (url.protocol === 'http:' && allowsLoopback && isLoopback(url))) return;
  throw new ProviderFault(`it uses “${url.protocol}//${url.host}”, which is not an HTTPS address`);
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'));
}

/** Like `fetch`. `options.signal` also limits the time in which the body must arrive. */
export async function limitedFetch(
  url: string,
  options: RequestInit,
  allowsLoopback: boolean,
): Promise<Response> {
  assertAllowed(new URL(url), allowsLoopback);
  const response = await fetch(url, { ...options, redirect: 'manual' });
  const { status, statusText, headers } = response;
  const body = await readLimited(response);
  // These statuses have no body.
  return new Response([204, 205, 304].includes(status) ? null : body, { status, statusText, headers });
}

async function readLimited(response: Response): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop cancels the rest of the body.
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += part.byteLength;
    if (length > MAX_RESPONSE_BYTES) throw new ProviderFault('its response is larger than 1 MiB');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

// Says whether an issuer can validate a name by HTTP: the name is looked up, and the file of a challenge is fetched from
// there. A name that fails here is not ordered, because failed validations count against the issuer’s limits.
import { request as requestOverHttp, type IncomingMessage } from 'node:http';
import { request as requestOverTls } from 'node:https';
import { isIP } from 'node:net';
import { MachineError } from '../../core/machine-error.ts';
import type { ReachRequest } from '../../core/machine-acme.ts';
import type { MachineResolver } from '../../core/machine-resolver.ts';
import { PublicAddresses } from '../outbound/public-addresses.ts';

const LIMIT_MS = 10_000;
const MAX_BYTES = 65_536;
/** As Let’s Encrypt. */
const MAX_REDIRECTS = 10;

interface Network {
  readonly resolver: MachineResolver;
  readonly port: number;
  /** Networks that are allowed although they are not public. */
  readonly networks: readonly string[];
}

export async function findObstacle(request: ReachRequest, network: Network): Promise<string | undefined> {
  const { name, token, answer } = request;
  let url = new URL(`http://${name}:${network.port}/.well-known/acme-challenge/${token}`);
  try {
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const response = await fetchFrom(url, await addressesOf(url.hostname, request, network));
      const { status, location, content } = response;
      if (status >= 300 && status < 400 && location !== undefined) {
        url = redirected(url, location);
        continue;
      }
      if (status !== 200) throw new Obstacle(`${shown(url)} answers with status ${status}.`);
      if (content.trim() === answer) return undefined;
      throw new Obstacle(
        `${shown(url)} has another content than this server wrote there. Does “${name}” point to this server?`,
      );
    }
    throw new Obstacle(`${shown(url)} redirects more than ${MAX_REDIRECTS} times.`);
  } catch (error) {
    if (error instanceof Obstacle || error instanceof MachineError) return error.message;
    throw error;
  }
}

class Obstacle extends Error {}

/** The addresses to connect to, in the order of an issuer: IPv6 first. */
async function addressesOf(
  host: string,
  { own }: ReachRequest,
  { resolver, networks }: Network,
): Promise<string[]> {
  const literal = host.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0) throw new Obstacle(`A redirect leads to the IP address ${literal}.`);
  const [ipv6, ipv4] = await Promise.all([resolver.ipv6(host), resolver.ipv4(host)]);
  const found = [...ipv6, ...ipv4];
  if (found.length === 0)
    throw new Obstacle(`“${host}” does not resolve to any IPv4 addresses on the internet.`);
  const reachable = new PublicAddresses(networks);
  const refused = found.find((address) => !own.has(address) && !reachable.includes(address));
  if (refused !== undefined) {
    throw new Obstacle(`“${host}” resolves to ${refused}, which is not a public address.`);
  }
  return found.map((address) => own.get(address) ?? address);
}

function redirected(from: URL, location: string): URL {
  if (!URL.canParse(location, from.href)) throw new Obstacle(`${shown(from)} redirects to an invalid URL.`);
  const to = new URL(location, from);
  if (to.protocol !== 'http:' && to.protocol !== 'https:') {
    throw new Obstacle(`${shown(from)} redirects to a URL that is neither http:// nor https://.`);
  }
  return to;
}

interface Response {
  readonly status: number;
  readonly location: string | undefined;
  readonly content: string;
}

/** Tries the next address if one cannot be connected to. */
async function fetchFrom(url: URL, addresses: readonly string[]): Promise<Response> {
  let problem = '';
  for (const address of addresses) {
    try {
      return await fetchOnce(url, address);
    } catch (error) {
      const code = (error as { code?: string }).code ?? 'an unknown error';
      const isSlow = code === 'ABORT_ERR' || code === 'ETIMEDOUT';
      problem = isSlow ? `does not answer within ${LIMIT_MS / 1000} seconds` : `cannot be reached: ${code}`;
      problem = `The web server of “${url.hostname}” (${address}) ${problem}.`;
    }
  }
  throw new Obstacle(problem);
}

function fetchOnce(url: URL, address: string): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestOverTls : requestOverHttp;
    const family = isIP(address);
    const sent = request(url, {
      agent: false,
      headers: { 'user-agent': 'whmapi1' },
      signal: AbortSignal.timeout(LIMIT_MS),
      lookup: (_name, { all }, answer) => {
        if (all === true) answer(null, [{ address, family }]);
        else answer(null, address, family);
      },
      // An issuer ignores the certificate too: it may be the one that is being replaced.
      rejectUnauthorized: false,
    });
    sent.once('error', reject);
    sent.once('response', (response) => {
      readBody(response).then(resolve, reject);
    });
    sent.end();
  });
}

async function readBody(response: IncomingMessage): Promise<Response> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    pieces.push(piece);
    size += piece.length;
    if (size > MAX_BYTES) break;
  }
  return {
    status: response.statusCode ?? 0,
    location: response.headers.location,
    content: Buffer.concat(pieces).toString('utf8'),
  };
}

function shown({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}

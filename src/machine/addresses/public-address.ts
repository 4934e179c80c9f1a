// Finds the public address: a service on the Internet returns the address that a request came from.
import { get } from 'node:https';
import { get as getPlainly } from 'node:http';
import { isIPv4, isIPv6 } from 'node:net';
import { MachineError } from '../../core/machine-error.ts';
import { canonicalAddress } from './values.ts';

/** Amazon’s service, which its documentation of EC2 security groups names. IPv4 only. */
export const PUBLIC_ADDRESS_SERVICE = 'https://checkip.amazonaws.com/';
const LIMIT_MS = 10_000;
/** An IPv6 address takes 39 characters. */
const MAX_ANSWER_LENGTH = 64;

/** @throws MachineError `failed` if the service does not return an address; TypeError if `local` is not an address. */
export async function askPublicAddress(local: string, service: string): Promise<string> {
  const localAddress = canonicalAddress(local);
  let answer: string;
  try {
    answer = await fetchText(service, localAddress);
  } catch (cause) {
    const why = (cause as { code?: string }).code ?? (cause as Error).message;
    throw new MachineError('failed', `${service} could not be reached from ${localAddress}: ${why}.`, {
      cause,
    });
  }
  const address = answer.trim();
  if (!isIPv4(address) && !isIPv6(address)) {
    throw new MachineError('failed', `${service} did not return an IP address.`);
  }
  return canonicalAddress(address);
}

function fetchText(service: string, localAddress: string): Promise<string> {
  return new Promise((done, fail) => {
    const send = service.startsWith('http:') ? getPlainly : get;
    const request = send(service, { localAddress, agent: false, signal: AbortSignal.timeout(LIMIT_MS) });
    request.once('error', fail);
    request.once('response', (response) => {
      if (response.statusCode !== 200) {
        response.destroy();
        return fail(new Error(`status ${response.statusCode}`));
      }
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
        if (text.length > MAX_ANSWER_LENGTH) response.destroy(new Error('the response is too long'));
      });
      response.once('error', fail);
      response.once('end', () => done(text));
    });
  });
}

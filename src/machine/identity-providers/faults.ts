// What went wrong at an identity provider, in words that complete a sentence.
import * as openid from 'openid-client';
import { quote } from '../../core/quote.ts';
import { ProviderFault } from './limited-fetch.ts';

/** The codes of openid-client’s errors. */
const codes: Readonly<Record<string, string>> = {
  OAUTH_TIMEOUT: 'it did not respond in time',
  OAUTH_RESPONSE_IS_NOT_JSON: 'its response is not JSON',
  OAUTH_PARSE_ERROR: 'its response is not valid JSON, or not a valid token',
  OAUTH_JWT_TIMESTAMP_CHECK_FAILED:
    'its ID token is expired, or not valid yet. Compare the clocks of both servers',
  OAUTH_KEY_SELECTION_FAILED: 'none of its keys fits the signature of its ID token',
};

export function faultOf(error: unknown): string {
  const chain = causesOf(error);
  const own = chain.find((one) => one instanceof ProviderFault);
  if (own !== undefined) return own.message;
  const known = chain.map((one) => codes[String((one as Fields).code)]).find((text) => text !== undefined);
  if (known !== undefined) return known;
  for (const one of chain) {
    if (one instanceof openid.AuthorizationResponseError || one instanceof openid.ResponseBodyError) {
      return `it refused the login with the error ${quote(one.error)}${descriptionOf(one.error_description)}`;
    }
    const { claim, attribute, status, message } = one as Fields;
    if (typeof claim === 'string') return `its ID token has the wrong ${quote(claim)}`;
    if (attribute === 'issuer') return 'its metadata names another issuer';
    if (typeof attribute === 'string') return `its response has the wrong ${quote(attribute)}`;
    if (typeof status === 'number') return `it responded with status ${status}`;
    if (message === 'JWT signature verification failed') return 'the signature of its ID token is wrong';
  }
  return lastMessageOf(chain);
}

interface Fields {
  readonly code?: unknown;
  readonly claim?: unknown;
  readonly attribute?: unknown;
  readonly status?: unknown;
  readonly message?: unknown;
}

/** The error and its causes, the innermost first. A cause can be a plain object. */
function causesOf(error: unknown): object[] {
  const chain: object[] = [];
  for (let one = error; typeof one === 'object' && one !== null; one = (one as { cause?: unknown }).cause) {
    chain.unshift(one);
  }
  return chain;
}

/** Errors of the network have a code, such as `ECONNREFUSED`. */
function lastMessageOf(chain: readonly Fields[]): string {
  const code = chain.map((one) => String(one.code)).find((one) => NETWORK_CODE.test(one));
  if (code !== undefined) return code;
  const message = chain.map((one) => one.message).find((one) => typeof one === 'string');
  return quote(typeof message === 'string' ? message : 'unknown error');
}

/** The codes of the system, of TLS, and of Node’s fetch. */
const NETWORK_CODE = /^(?!OAUTH_|ERR_)[A-Z][A-Z0-9_]{3,}$/;

function descriptionOf(text: string | undefined): string {
  return text === undefined ? '' : ` (${quote(text)})`;
}

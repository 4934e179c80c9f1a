// Issuer identifiers (OpenID Connect Core 1.0, section 2).
import { badParam } from '../../../../core/errors.ts';
import { quote } from '../../../../core/quote.ts';
import { describe } from './catalogue.ts';

/** @throws ApiError `bad_param`. */
export function assertIssuer(provider: string, issuer: string, allowsLoopback: boolean): void {
  const fixed = describe(provider).issuer;
  if (fixed !== undefined && issuer !== fixed) {
    throw badParam(
      `The issuer of “${provider}” is “${fixed}”. Omit the field “issuer”, or choose another provider ID.`,
    );
  }
  const schemes = allowsLoopback ? ['https:', 'http:'] : ['https:'];
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  const isPlain = !/[?#@\s]/.test(issuer) && issuer.length <= 500;
  if (url === undefined || !isPlain || !schemes.includes(url.protocol)) {
    throw badParam(
      `The field “issuer” of “configurations” should be an address that begins with https://, without a query, ` +
        `not ${quote(issuer)}.`,
    );
  }
  if (url.pathname.includes('/.well-known/')) {
    throw badParam(`The field “issuer” of “configurations” should end before “/.well-known/”.`);
  }
}

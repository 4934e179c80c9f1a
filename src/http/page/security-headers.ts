// Headers that restrict pages to their own scripts and content.
import type { FastifyInstance } from 'fastify';

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  // Chromium then also rejects innerHTML and similar properties.
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

export const pageHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

const API = /-api\/|\/execute\//;

/** For every response that a browser may display, including errors, but not for API responses. */
export function securePages(server: FastifyInstance): void {
  server.addHook('onSend', (request, reply, payload, done) => {
    if (!API.test(request.routeOptions.url ?? '')) reply.headers(pageHeaders);
    done(null, payload);
  });
}

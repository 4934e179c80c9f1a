// The parts of a request that handlers read.
import { parse } from 'cookie';
import type { FastifyRequest } from 'fastify';
import type { Body } from './call.ts';
import { SESSION_COOKIES, type Door } from './door.ts';

/** As sent, without the question mark. */
export function queryOf(request: FastifyRequest): string {
  const { url = '' } = request.raw;
  const mark = url.indexOf('?');
  return mark < 0 ? '' : url.slice(mark + 1);
}

/** As read by `keepBodies`. Undefined if there is none. */
export function bodyOf(request: FastifyRequest): Body | undefined {
  return request.body as Body | undefined;
}

/** The first part of the path if it is a security token: `cpsess` and ten digits. */
export function securityTokenOf(request: FastifyRequest): string | undefined {
  const { token } = request.params as { token?: string };
  return token !== undefined && SECURITY_TOKEN.test(token) ? token : undefined;
}

export const SECURITY_TOKEN = /^cpsess\d{10}$/;

export function sessionIdOf(request: FastifyRequest, { service }: Pick<Door, 'service'>): string | undefined {
  const { cookie } = request.headers;
  return cookie === undefined ? undefined : parse(cookie)[SESSION_COOKIES[service]];
}

/** The given username for the audit log, if it can be one: people sometimes type their password into that field. */
export function userIn(text: string): string {
  return /^[a-z][a-z0-9]{0,15}$/.test(text) ? text : '';
}

/** True if a browser requests a page. */
export function acceptsHtml(request: FastifyRequest): boolean {
  return request.headers.accept?.includes('text/html') === true;
}
